"""A later release migrates the database while the one before it works: nobody is turned away."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.proofs.crashes.beside import SETTINGS, environment_of, told_by
from tests.proofs.crashes.clients import Agent, Reader, Traffic, Website
from tests.proofs.crashes.killing import PATIENCE, database_of
from tests.proofs.crashes.reconciling import open_effects, reconciled
from tests.proofs.operations.later.x0001_add_a_column import NEWEST
from tests.proofs.size import size
from tests.serving import ROOT, Spits, data_folder, serving, wait_until

LATER = {"DJANGO_SETTINGS_MODULE": "tests.proofs.operations.later_settings"}
LONG_QUERY = 12.0  # seconds for which a report or a backup goes on when the migration waits for it
IN_THE_WAY = 8.0  # the longest that anybody may wait for an answer meanwhile

pytestmark = pytest.mark.long


def test_a_later_release_migrates_while_leads_arrive(tally):
    rounds = size(ci=1, full=10)
    tally.what = "leads accepted while a later release migrates, each there once"
    with data_folder() as folder, serving(folder / "data", **SETTINGS) as spits:
        world = json.loads(told_by(spits, "world")[-1])
        slowest = 0.0
        for number in range(rounds):
            traffic = Traffic(spits.address, Path(folder) / f"round-{number}")
            traffic.start(
                *[Website(traffic, world["website"]) for _ in range(3)],
                *[Agent(traffic, token) for token in world["agents"]],
                Reader(traffic, world["session"]),
            )
            try:
                wait_until(lambda traffic=traffic: traffic.accepted >= 5, PATIENCE)
                with a_long_query(spits):
                    told = migrate(spits, "leads")
                wait_until(lambda traffic=traffic: later_leads(spits) > 0, PATIENCE)
            finally:
                traffic.stop(PATIENCE)
            with database_of(spits) as database:
                wait_until(lambda: open_effects(database) == 0, PATIENCE)
                lost, double = reconciled(database, traffic)
            slowest = max(slowest, traffic.slowest)
            tally.count(traffic.accepted, violations=len(lost) + len(double))

            assert traffic.slowest < IN_THE_WAY
            assert "A table is in use; trying again" in told
            assert (lost, double, traffic.strange, traffic.failures) == ([], [], [], [])
            assert traffic.statuses[0] == traffic.pages[0] == 0
            migrate(spits, "leads", NEWEST)
        broken = told_by(spits, "oracle")
        tally.remark = f"{rounds} times; the slowest answer took {slowest:.1f} s"
    assert broken == []


@contextmanager
def a_long_query(spits: Spits) -> Iterator[None]:
    """Somebody reads all leads, and goes on reading while the migration would change them."""
    reads = threading.Event()

    def read() -> None:
        with database_of(spits) as database, database.transaction():
            database.execute("SELECT count(*) FROM leads_lead")
            reads.set()
            wait_until(lambda: waits_for_leads(database), PATIENCE)
            time.sleep(LONG_QUERY)

    reader = threading.Thread(target=read)
    reader.start()
    assert reads.wait(PATIENCE)
    yield
    reader.join()


def waits_for_leads(database: psycopg.Connection) -> bool:
    [number] = database.execute(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
        " AND relation = 'leads_lead'::regclass"
    ).fetchone()
    return number > 0


def migrate(spits: Spits, *to: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", *to],
        cwd=ROOT,
        env={**environment_of(spits), **LATER},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def later_leads(spits: Spits) -> int:
    """How many leads the version that still runs has taken in since, on the new table."""
    with database_of(spits) as database:
        [number] = database.execute(
            "SELECT count(*) FROM leads_lead"
            " WHERE later = 'no' AND received_at > now() - '2 s'::interval"
        ).fetchone()
    return number
