"""A whole Spits of its own, started by `manage.py serve` as a user starts it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_START = 600.0  # seconds, with demo data on a busy machine
PATIENCE = 60.0  # for what takes a moment, on a busy machine too
FROM_THE_TESTS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}


@dataclass
class Spits:
    """A Spits that runs, or has run."""

    process: subprocess.Popen[str]
    address: str
    data_dir: Path
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def processes(self) -> dict[int, str]:
        """Return the commands of the processes that it has started, by their number."""
        return {pid: command for pid, parent, command in _processes() if parent == self.process.pid}

    def process_of(self, part: str) -> int | None:
        return next((pid for pid, command in self.processes().items() if part in command), None)

    def stop(self, number: signal.Signals = signal.SIGTERM, patience: float = PATIENCE) -> int:
        self.process.send_signal(number)
        return self.process.wait(patience)


@contextmanager
def data_folder() -> Iterator[Path]:
    """Make a folder for data that PostgreSQL can reach when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="spits-data-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(data_dir: Path, *, port: int | None = None, **environment: str) -> Spits:
    """Start Spits with the data in `data_dir`; settings such as SPITS_CLOCK go by keyword."""
    port = port or free_port()
    file, output = tempfile.mkstemp(prefix="said-", dir=data_dir.parent)
    with os.fdopen(file, "w") as told:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**environment_beside(data_dir), "SPITS_PORT": str(port), **environment},
            stdout=told,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return Spits(process, f"http://127.0.0.1:{port}", data_dir, Path(output))


def environment_beside(data_dir: Path) -> dict[str, str]:
    """For a command beside the Spits that runs with the data in `data_dir`."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in FROM_THE_TESTS and not name.startswith(("SPITS_", "PYTEST_"))
    }
    return {**inherited, "SPITS_DATA": str(data_dir), "SPITS_DEMO": "1"}


def run_command(data_dir: Path, *words: str) -> str:
    """Run a command of manage.py beside the Spits that runs there; return what it prints."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment_beside(data_dir),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@contextmanager
def serving(data_dir: Path, *, port: int | None = None, **environment: str) -> Iterator[Spits]:
    """Start Spits, wait until it is healthy, and stop it in the end."""
    spits = start(data_dir, port=port, **environment)
    try:
        wait_until(lambda: spits.is_healthy() or spits.process.poll() is not None, PATIENCE_START)
        assert spits.process.poll() is None, spits.said
        yield spits
    finally:
        if spits.process.poll() is None:
            spits.stop()
        spits.output.unlink()


def refusal(data_dir: Path, **environment: str) -> str:
    """Return what a start says that is refused."""
    spits = start(data_dir, **environment)
    try:
        assert spits.process.wait(60) == 1
        return spits.said
    finally:
        spits.output.unlink()


def wait_until(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, f"not within {patience} seconds"
        time.sleep(0.1)


def is_running(pid: int) -> bool:
    """Say whether the process is there; one that only waits to be reaped is not."""
    return any(number == pid and "<defunct>" not in command for number, _, command in _processes())


def _processes() -> list[tuple[int, int, str]]:
    listed = subprocess.run(
        ["ps", "-axww", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True
    )
    fields = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [(int(pid), int(parent), command) for pid, parent, command in fields]
