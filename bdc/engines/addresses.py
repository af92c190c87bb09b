"""Where the database, the broker and the secret key of a data folder are found."""

import hashlib
import os
import re
import secrets
from ipaddress import ip_address
from pathlib import Path

from bdc.engines.given import given
from bdc.engines.trouble import CannotStart, advice
from bdc.engines.unprivileged import nobody, reachable

# A socket's path may hold some 100 characters, and the longest name that comes after the
# folder is "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 75
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # nothing that an address would have to quote
DATABASE_NAME = "spits"
DATABASE_USER = "spits"


def database_url(data_dir: Path) -> str:
    """Return the address of the server in DATABASE_URL, or else of the embedded one."""
    if address := given("DATABASE_URL"):
        return address
    return f"postgres://{DATABASE_USER}@/{postgres_socket_folder(data_dir)}/{DATABASE_NAME}"


def redis_url(data_dir: Path) -> str:
    """Return the address of the server in REDIS_URL, or else of the embedded one."""
    if address := given("REDIS_URL"):
        return address
    return f"unix://{valkey_socket(data_dir)}"


def postgres_socket_folder(data_dir: Path) -> Path:
    folder = data_dir / "postgres"
    if os.geteuid() == 0 and not reachable(data_dir, *nobody()):
        return _substitute(folder)  # where PostgreSQL, which is not root then, can make it
    return _short(folder)


def valkey_socket(data_dir: Path) -> Path:
    return _short(data_dir / "valkey") / "valkey.sock"


def _short(folder: Path) -> Path:
    """Return `folder` if a socket may stand in it, or else its substitute."""
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(folder)):
        return folder
    return _substitute(folder)


def _substitute(folder: Path) -> Path:
    """Return a short, plain folder that always belongs to `folder` and this user."""
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(f"/tmp/spits-{os.getuid()}-{digest}")  # noqa: S108  TMPDIR differs by shell


def is_of_this_machine(host: str) -> bool:
    """Whether nobody on another machine can ask for `host`."""
    name = host.strip("[]")
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def make_data_dir(data_dir: Path) -> None:
    """Make the folder of all data; what is private in it has a folder or mode of its own."""
    if not data_dir.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        data_dir.chmod(0o711)  # PostgreSQL may have to pass through as somebody else


def is_demo(data_dir: Path) -> bool:
    """Say whether these data are a demo's, which a command in another shell must know too."""
    return demo_mark(data_dir).exists()


def demo_mark(data_dir: Path) -> Path:
    return data_dir / "demo"


def secret_key(data_dir: Path) -> str:
    """Return SECRET_KEY, or else the key that is kept with the data and made when missing."""
    if key := given("SECRET_KEY"):
        return key
    if given("DATABASE_URL") and os.environ.get("SPITS_DEMO") not in {"1", "true", "on"}:
        # Several machines would each make their own, and sign each other's users out.
        raise CannotStart("Set SECRET_KEY: with DATABASE_URL no key is made by itself.")
    path = data_dir / "secret_key"
    try:
        return _read_or_make(path)
    except OSError as problem:
        reason = str(problem.strerror)
        raise CannotStart(
            f"The secret key {path} cannot be used: {reason}. {advice(reason)}".rstrip()
        ) from problem


def _read_or_make(path: Path) -> str:
    """Return what `path` holds; of two processes that make it at once, one wins for both."""
    if not path.exists():
        make_data_dir(path.parent)
        draft = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text()
