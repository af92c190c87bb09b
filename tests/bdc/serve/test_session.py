"""One whole run, as a user sees it: it starts, stays up, and ends when asked, leaving nothing."""

import os
import signal
import time

import psycopg
import pytest

from tests.serving import data_folder, free_port, is_running, refusal, serving, wait_until

REAL = {"SPITS_DEMO": "0"}


@pytest.fixture(scope="module")
def folder():
    with data_folder() as folder:
        yield folder / "data"


@pytest.fixture(scope="module")
def spits(folder):
    with serving(folder, **REAL) as spits:
        yield spits


def database_of(spits):
    return psycopg.connect(
        host=str(spits.data_dir / "postgres"), user="spits", dbname="spits", autocommit=True
    )


def test_it_tells_its_address(spits):
    wait_until(lambda: "Ctrl-C" in spits.said)

    assert f"Spits runs at {spits.address}/" in spits.said


def test_it_runs_five_processes_each_with_a_log(spits):
    parts = [
        "bin/postgres",
        "valkey-server",
        "uvicorn",
        "-A bdc worker",
        "-A bdc beat",
    ]

    assert all(spits.process_of(part) for part in parts)
    assert len(spits.processes()) == len(parts)
    assert {path.name for path in (spits.data_dir / "logs").iterdir()} == {
        "postgres.log",
        "valkey.log",
        "web.log",
        "worker.log",
        "timetable.log",
    }


def test_no_secret_stands_on_a_command_line(spits):
    key = (spits.data_dir / "secret_key").read_text()

    assert not [command for command in spits.processes().values() if key in command]


def test_effects_are_carried_out(spits):
    with database_of(spits) as database:
        database.execute(
            "INSERT INTO outbox_effect"
            " (kind, key, payload, created_at, due_at, attempts, last_error)"
            " VALUES ('pigeon', 'test', '{}', now(), now(), 0, '')"
        )
        wait_until(
            lambda: (
                database.execute(
                    "SELECT attempts FROM outbox_effect WHERE key = 'test'"
                ).fetchone()[0]
                > 0
            )
        )


def test_another_start_with_the_same_data_is_refused(spits):
    said = refusal(spits.data_dir, **REAL)

    assert said == (
        f"Spits already runs with the data in {spits.data_dir}: stop it first, or choose another "
        "folder with SPITS_DATA.\n"
    )
    assert spits.is_healthy()


@pytest.mark.parametrize(
    "part",
    ["uvicorn", "-A bdc worker", "-A bdc beat", "valkey-server", "bin/postgres"],
)
def test_killed_part_is_started_again(spits, part):
    killed = spits.process_of(part)

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: spits.process_of(part) not in {None, killed})
    wait_until(spits.is_healthy)


# The last ones stop it, one way and the other.


def test_killed_supervisor_leaves_no_process(spits, folder):
    processes = spits.processes()

    spits.process.kill()
    spits.process.wait(30)

    wait_until(lambda: not any(is_running(pid) for pid in processes))


def test_second_start_takes_seconds_and_ends_within_ten(spits, folder):
    began = time.monotonic()
    with serving(folder, port=free_port(), **REAL) as again:
        started = time.monotonic()
        with database_of(again) as database:
            [kept] = database.execute("SELECT count(*) FROM outbox_effect").fetchone()
        processes = again.processes()

        code = again.stop(patience=10)

    assert started - began < 30
    assert kept == 1
    assert code == 0
    assert not any(is_running(pid) for pid in processes)
    assert again.process_of("") is None
    told = (folder / "logs" / "worker.log").read_text().splitlines()
    assert told != []
    assert [line for line in told if not line.startswith("20")] == []  # each is one of our lines


def test_clock_outside_a_demo_is_refused(spits, folder):
    assert "SPITS_CLOCK sets the clock of a demo only" in refusal(
        folder, SPITS_CLOCK="2026-11-24T10:00", **REAL
    )
