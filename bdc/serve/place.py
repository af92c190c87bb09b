"""What one running Spits has for itself: its data folder and its port."""

import fcntl
import socket
import time
from pathlib import Path
from typing import TextIO

from bdc.engines.addresses import make_data_dir
from bdc.engines.trouble import CannotStart

PATIENCE_PORT = 3.0  # seconds; a web process whose supervisor was killed needs one to go


def claim_data_dir(data_dir: Path) -> TextIO:
    """Make the folder of all data if need be, and hold it for as long as the file is open."""
    try:
        make_data_dir(data_dir)
        (data_dir / "logs").mkdir(mode=0o700, exist_ok=True)
        lock = (data_dir / "lock").open("a")
    except OSError as problem:
        raise CannotStart(
            f"The data folder {data_dir} cannot be used ({problem.strerror}): start as the user "
            "whose data these are, or choose another folder with SPITS_DATA."
        ) from problem
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        lock.close()
        raise CannotStart(
            f"Spits already runs with the data in {data_dir}: stop it first, or choose another "
            "folder with SPITS_DATA."
        ) from problem
    return lock


def require_free_port(host: str, port: int) -> None:
    until = time.monotonic() + PATIENCE_PORT
    while (problem := _port_problem(host, port)) and time.monotonic() < until:
        time.sleep(0.1)
    if problem:
        raise CannotStart(
            f"Port {port} of {host} cannot be used ({problem}): choose another one with "
            f"SPITS_PORT, for instance SPITS_PORT={port + 1} make run."
        )


def _port_problem(host: str, port: int) -> str | None:
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
    except (OSError, OverflowError) as problem:
        return getattr(problem, "strerror", None) or str(problem)
    return None
