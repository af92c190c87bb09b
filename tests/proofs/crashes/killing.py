"""Kills a part of a running Spits, with all its processes, and waits until it works again."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psycopg

from tests.proofs.crashes.worker import children_of
from tests.serving import Spits, wait_until

PATIENCE = 60.0  # seconds: nothing may be stuck longer
PARTS = {
    "web": "uvicorn",
    "worker": "-A bdc worker",
    "timetable": "-A bdc beat",
    "PostgreSQL": "bin/postgres",
    "Valkey": "valkey-server",
    "Valkey, back empty": "valkey-server",
}


def database_of(spits: Spits) -> psycopg.Connection:
    folder = spits.data_dir / "postgres"
    return psycopg.connect(host=str(folder), user="spits", dbname="spits", autocommit=True)


def kill(spits: Spits, part: str) -> int:
    """Kill every process of the part at once; return the number of the first."""
    pid = spits.process_of(PARTS[part])
    assert pid is not None, f"{part} does not run"
    family = [pid, *children_of(pid)]
    for one in family:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    if part == "Valkey, back empty":
        shutil.rmtree(spits.data_dir / "valkey" / "appendonlydir", ignore_errors=True)
    return pid


def seconds_to_health(spits: Spits, part: str, killed: int) -> float:
    """Wait until the part runs again and does its work; return how long that took."""
    began = time.monotonic()
    since = datetime.now().astimezone()

    def works() -> bool:
        if spits.process_of(PARTS[part]) in {None, killed} or not spits.is_healthy():
            return False
        return part not in {"worker", "timetable"} or has_worked(spits, since)

    try:
        wait_until(works, PATIENCE)
    except AssertionError as late:
        late.add_note(f"{part} was killed; now there are {spits.processes()}")
        raise
    return time.monotonic() - began


def has_worked(spits: Spits, since: datetime) -> bool:
    """Whether the worker has ended a job that the timetable asked for since then."""
    with database_of(spits) as database:
        row = database.execute(
            "SELECT 1 FROM bdc_jobrun WHERE finished_at > %s AND started_at > %s LIMIT 1",
            [since, since],
        ).fetchone()
    return row is not None


def wait_for_a_request(in_flight: Callable[[], int], patience: float = 10.0) -> int:
    """Wait until somebody waits for an answer; return how many do."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if waiting := in_flight():
            return waiting
        time.sleep(0.001)
    return 0


def logs_of(spits: Spits) -> dict[str, str]:
    folder: Path = spits.data_dir / "logs"
    return {path.name: path.read_text(errors="replace") for path in folder.iterdir()}
