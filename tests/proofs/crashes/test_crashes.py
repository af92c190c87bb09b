"""Every part of a Spits that runs is killed in turn, while people work: nothing is lost."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proofs.crashes.beside import SETTINGS, environment_of, told_by
from tests.proofs.crashes.clients import Agent, Importer, Reader, Traffic, Website
from tests.proofs.crashes.killing import (
    PARTS,
    PATIENCE,
    database_of,
    kill,
    logs_of,
    seconds_to_health,
    wait_for_a_request,
)
from tests.proofs.crashes.reconciling import open_effects, reconciled
from tests.proofs.size import size
from tests.serving import Spits, data_folder, serving, wait_until

BETWEEN = 1.0  # seconds of work between two kills

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def spits(folder: Path) -> Iterator[Spits]:
    with serving(folder / "data", **SETTINGS) as spits:
        yield spits


@pytest.fixture(scope="module")
def world(spits: Spits) -> dict[str, Any]:
    return json.loads(told_by(spits, "world")[-1])


def test_nothing_is_lost_whatever_is_killed(tally, spits, world, folder):
    cycles, wanted = size(ci=len(PARTS), full=200), size(ci=1, full=20_000)
    tally.what = "kill -9 of a part under load: leads accepted, each there once"
    traffic = Traffic(spits.address, folder / "proof")
    traffic.start(
        *[Website(traffic, world["website"]) for _ in range(3)],
        *[Agent(traffic, token) for token in world["agents"]],
        Importer(traffic, environment_of(spits)),
        Reader(traffic, world["session"]),
    )
    longest: dict[str, float] = defaultdict(float)
    fewest_in_flight = 1_000_000
    cycle = 0
    try:
        while cycle < cycles or traffic.accepted < wanted:
            part = list(PARTS)[cycle % len(PARTS)]
            time.sleep(BETWEEN)
            fewest_in_flight = min(fewest_in_flight, wait_for_a_request(lambda: traffic.in_flight))
            killed = kill(spits, part)
            longest[part] = max(longest[part], seconds_to_health(spits, part, killed))
            cycle += 1
    finally:
        traffic.stop(patience=PATIENCE)
    restarted = time.monotonic()

    with database_of(spits) as database:
        wait_until(lambda: open_effects(database) == 0, PATIENCE)
        settled = time.monotonic() - restarted
        lost, double = reconciled(database, traffic)

    broken = told_by(spits, "oracle")
    attempts = len(traffic.journal.entries("attempt"))
    tally.count(traffic.accepted, violations=len(lost) + len(double) + len(broken))
    health = ", ".join(f"{part} {seconds:.1f}" for part, seconds in longest.items())
    tally.remark = (
        f"and {attempts} attempts; {cycle} kills, at least {fewest_in_flight} requests in flight;"
        f" longest seconds to health: {health}; all effects done after {settled:.1f};"
        f" slowest 503 after {traffic.slowest_refusal:.1f}"
    )
    assert (lost, double, broken) == ([], [], [])
    assert fewest_in_flight > 0
    assert traffic.strange == []
    assert traffic.failures == []
    assert traffic.accepted >= wanted
    assert set(traffic.pages) <= {0, 200, 503}
    assert traffic.pages[200] > 0
    if cycles > len(PARTS):
        # Of many who asked while the database was away, some were told so; one restart may fall
        # between two requests.
        assert traffic.statuses[503] > 0
        assert traffic.pages[503] > 0


def test_no_log_tells_of_what_nobody_foresaw(spits):
    assert "Internal Server Error" not in logs_of(spits)["web.log"]


# The last one, since it loses leads.


def test_without_durable_commits_the_proof_finds_what_is_lost(tally, spits, world, folder):
    """The control: a database that says "kept" before it has kept is found out."""
    tally.what = "kill -9 of PostgreSQL without durable commits (control: losses must be found)"
    with database_of(spits) as database:
        database.execute("ALTER SYSTEM SET synchronous_commit = off")
        database.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        database.execute("SELECT pg_reload_conf()")
    traffic = Traffic(spits.address, folder / "control")
    traffic.start(Website(traffic, world["website"]))
    wait_until(lambda: len(traffic.journal.entries("lead")) >= 5, PATIENCE)

    killed = kill(spits, "PostgreSQL")
    seconds_to_health(spits, "PostgreSQL", killed)
    traffic.stop(patience=PATIENCE)

    with database_of(spits) as database:
        lost, _ = reconciled(database, traffic)
    tally.count(len(traffic.journal.entries("lead")))
    tally.remark = f"{len(lost)} losses found"
    assert lost != []
