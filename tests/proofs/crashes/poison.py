"""A worker with effects that go wrong in every way: `celery -A tests.proofs.crashes.poison`."""

import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

import django
from celery import signals

django.setup()

from bdc.celery import app  # noqa: E402
from bdc.models import JobRun  # noqa: E402
from bdc.outbox.effects import Payload, carries_out  # noqa: E402

__all__ = ["app"]


@signals.worker_ready.connect
def say_ready(**_: object) -> None:
    """What worker.py waits for: our logs leave out what Celery says of itself."""
    sys.stderr.write("ready.\n")


@carries_out("honest")
def leave_a_row(payload: Payload, *, now: datetime, reference: str) -> None:
    JobRun.objects.create(job=f"honest {payload['number']}", slot=now, started_at=now)


@carries_out("raises")
def fail(payload: Payload, *, now: datetime, reference: str) -> None:
    JobRun.objects.create(job="half done", slot=now, started_at=now)
    raise ConnectionError("the post office is shut")


@carries_out("kills its process")
def die(payload: Payload, *, now: datetime, reference: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@carries_out("never ends")
def hang(payload: Payload, *, now: datetime, reference: str) -> None:
    while True:
        pass


@app.task
def slow(told: str, seconds: int) -> None:
    tell(told, "slow begins")
    time.sleep(seconds)
    tell(told, "slow ends")


@app.task
def quick(told: str) -> None:
    tell(told, "quick")


def tell(path: str, words: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{words}\n")
