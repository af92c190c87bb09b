"""A worker of its own process on the database and the broker of the tests."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from bdc.engines.child import Child
from tests.serving import ROOT, wait_until

APP = "tests.proofs.crashes.poison"
READY = "ready."
PATIENCE = 30.0  # seconds


def environment_of_tests() -> dict[str, str]:
    """What a process needs to work on the very rows that the test sees."""
    parameters = connection.get_connection_params()
    address = f"postgres://{parameters['user']}@/{parameters['host']}/{parameters['dbname']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bdc.settings",
        "DATABASE_URL": address,
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "SPITS_DEMO": "0",
    }


@contextmanager
def working(*options: str, broker: str = "") -> Iterator[Child]:
    """Start a worker, by another broker if given; wait until it takes messages, and end it."""
    environment = environment_of_tests() | ({"REDIS_URL": broker} if broker else {})
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "celery", "-A", APP, "worker", *options]
        quiet = ["--without-mingle", "--without-gossip", "--loglevel", "INFO"]
        child = Child(
            "worker",
            [*command, *quiet],
            log=Path(folder) / "worker.log",
            environment=environment,
            folder=ROOT,
        )
        child.start()
        try:
            wait_until(lambda: READY in child.log.read_text() or not child.is_running, PATIENCE)
            assert child.is_running, child.last_lines()
            yield child
        finally:
            child.stop(patience=2)


def children_of(pid: int | None) -> set[int]:
    listed = subprocess.run(
        ["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return {int(number) for number, parent in pairs if int(parent) == pid}
