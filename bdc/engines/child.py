"""A process of ours that writes a log and does not outlive the one that started it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
LARGEST_LOG = 10_000_000  # bytes; a larger log is put aside at the next start
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Child:
    """A program that can be started, watched and stopped, as another user if need be."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path = Path("/"),
        user: tuple[int, int] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        orphan_signal: signal.Signals | None = None,
    ) -> None:
        """Prepare it. `orphan_signal` is what it gets when its parent is gone, with nobody left
        to see whether it stops; otherwise `stop_signal`."""
        self.name = name
        self.command = [str(word) for word in command]
        self.log = log
        self.environment = environment
        self.folder = folder
        self.user = user
        self.stop_signal = stop_signal
        self.orphan_signal = orphan_signal or stop_signal
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began_at = 0

    def start(self) -> None:
        self._set_large_log_aside()
        with self.log.open("ab") as log:
            self._log_began_at = log.tell()
            user, group = self.user or (None, None)
            self._process = subprocess.Popen(  # noqa: S603  our own programs
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the supervisor, which knows the order
                user=user,
                group=group,
                extra_groups=None if self.user is None else [],
                preexec_fn=_ends_with_its_parent(self.orphan_signal),
            )

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def ending(self) -> str:
        """Tell in words how the process ended."""
        code = self._process.returncode if self._process else None
        if code is not None and code < 0:
            return f"killed by signal {-code}"
        return f"exit code {code}"

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running:
            self._process.send_signal(number)

    def stop(self, patience: float) -> None:
        """Ask it to stop, and kill it when it has not stopped within `patience` seconds."""
        stop_all([self], patience)

    def last_lines(self, count: int = 12) -> str:
        """Return the end of what it has logged since it was last started."""
        with self.log.open("rb") as log:
            log.seek(self._log_began_at)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-count:])

    def _set_large_log_aside(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))


def stop_all(children: Sequence[Child], patience: float) -> None:
    """Stop `children` together; who is still there after `patience` seconds is killed."""
    for child in children:
        child.send(child.stop_signal)
    until = time.monotonic() + patience
    while time.monotonic() < until and any(child.is_running for child in children):
        time.sleep(0.02)
    for child in children:
        child.send(signal.SIGKILL)
    while any(child.is_running for child in children):
        time.sleep(0.02)


def _ends_with_its_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Have Linux send `number` when the parent dies, even by kill -9."""
    libc, parent = _libc, os.getpid()
    if libc is None:
        return None

    def set_up() -> None:
        libc.prctl(SET_PARENT_DEATH_SIGNAL, number)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return set_up
