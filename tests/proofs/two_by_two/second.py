"""A second web process, worker and timetable beside those of a Spits, and a proxy before both."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.proofs.two_by_two.proxy import RoundRobin, proxy
from tests.serving import ROOT, Spits, free_port, wait_until

PATIENCE = 60.0  # seconds
STOPS = 20.0


@dataclass
class Second:
    """What runs twice: the second of each part, and the proxy before the web processes."""

    address: str  # of the proxy
    turns: RoundRobin
    web: Spits
    worker: subprocess.Popen[bytes]
    timetable: subprocess.Popen[bytes]


@contextmanager
def second_of_each(
    first: Spits, environment: Mapping[str, str], *, port: int | None = None
) -> Iterator[Second]:
    """Start the second of each part beside `first`, by the commands that containers have."""
    own_port = free_port()
    logs = first.data_dir / "logs"

    def start(part: str) -> subprocess.Popen[bytes]:
        with log_of(logs, part).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "start", part],
                cwd=ROOT,
                env={**environment, "SPITS_PORT": str(own_port)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        running.callback(_end, process)
        return process

    with ExitStack() as running:
        web = Spits(
            start("web"), f"http://127.0.0.1:{own_port}", first.data_dir, log_of(logs, "web")
        )
        worker, timetable = start("worker"), start("timetable")
        wait_until(web.is_healthy, PATIENCE)
        ports = [int(one.address.rpartition(":")[2]) for one in (first, web)]
        turns, address = running.enter_context(proxy(ports, port=port))
        yield Second(address, turns, web, worker, timetable)


def log_of(logs: Path, part: str) -> Path:
    return logs / f"{part}-2.log"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(STOPS)
