"""A database with some leads in it, and programs of PostgreSQL that misbehave."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from bdc.backups import programs
from bdc.backups.backing_up import back_up
from bdc.outbox.effects import enqueue
from leads.domain.holding import claim
from leads.domain.reasons import load_fixed_reasons
from tests.bdc.backups.databases import database, working_on
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)

MISBEHAVING = {  # before, instead of, or after the real program, which is "$REAL"
    "starts late": 'sleep 1; exec "$REAL" "$@"',
    "finds the disk full": 'head -c 5000 /dev/zero; echo "No space left on device" >&2; exit 1',
    "breaks off": '"$REAL" --section=pre-data --section=data "$@"; echo out of memory >&2; exit 1',
    "leaves out": '"$REAL" --section=pre-data --section=data "$@"',
    "loses a row": '"$REAL" "$@"; "$BIN/psql" -qc "SET session_replication_role = replica;'
    ' DELETE FROM leads_event WHERE id = (SELECT max(id) FROM leads_event)"'
    ' -d "$(echo "$@" | sed "s/.*--dbname \\([^ ]*\\).*/\\1/")"',
}


@pytest.fixture(scope="session")
def filled(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database in which people work: leads, one of them held, effects, somebody signed in."""
    with django_db_blocker.unblock():
        connection.close()
        with database("backed_up", like=connection.settings_dict["NAME"]) as name:
            with working_on(name):
                people_at_work()
            yield name


@pytest.fixture
def source(filled, transactional_db) -> Iterator[str]:
    """That database, on which Django works."""
    with working_on(filled):
        yield filled


def people_at_work() -> None:
    load_fixed_reasons()
    place = create_dealership(slug="backed-up")
    create_salesperson(place)
    for _ in range(5):
        receive(place, message="Ik wil 'm graag; \\. \t zien", now=TUESDAY_10)
    passive = receive_passive(place, now=TUESDAY_10)
    claim(passive, agent=create_agent(place), now=TUESDAY_10)
    enqueue("backups.test", key="one", payload={}, now=TUESDAY_10)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('key', 'data', %s)", [timezone.now()])


@pytest.fixture(scope="session")
def made_once(filled, django_db_blocker, tmp_path_factory) -> Path:
    """A backup of that database, which is for every test."""
    with django_db_blocker.unblock(), working_on(filled):
        return back_up(tmp_path_factory.mktemp("made") / "spits.dump", now=TUESDAY_10)[0]


@pytest.fixture
def made(made_once, transactional_db) -> Path:
    """That backup, beside the database of a test."""
    return made_once


@pytest.fixture
def empty(transactional_db) -> Iterator[str]:
    """An empty database, on which Django works."""
    with database("restored_onto") as name, working_on(name):
        yield name


@pytest.fixture
def program_that(tmp_path, monkeypatch) -> Callable[[str, str], None]:
    """Put a program in the place of one of PostgreSQL's, which does as MISBEHAVING says."""

    def put(name: str, does: str) -> None:
        real = programs.found(name)
        fake = tmp_path / "bin" / name
        fake.parent.mkdir()
        for other in {"pg_dump", "pg_restore"} - {name}:
            (fake.parent / other).symlink_to(real.parent / other)
        fake.write_text(
            f'#!/bin/sh\nREAL="{real}"\nBIN="{real.parent}"\n'
            'case $1 in --version) exec "$REAL" "$1";; esac\n'
            f"{MISBEHAVING[does]}\n"
        )
        fake.chmod(0o755)
        monkeypatch.setenv("PG_BIN", str(fake.parent))

    return put
