"""The demo, played once: its own tests read it, and the story begins with it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import connection

from bdc.accounts.models import User
from bdc.backups.backing_up import back_up
from bdc.models import DemoClock
from bdc.serve.welcome import PASSWORD
from leads.demo.play import play
from leads.domain.reasons import load_fixed_reasons
from tests.bdc.backups.databases import working_on
from tests.factories import TUESDAY_10

NAME = "spits_demo"


@dataclass(frozen=True)
class PlayedDemo:
    """What is left of it. Its present is TUESDAY_10."""

    database: str
    backup: Path  # with which a Spits of its own begins, by `manage.py restore`
    refused: list[str]  # what the domain did not let happen


def played_demo() -> PlayedDemo:
    """Return the demo; the first process to ask plays it.

    It is committed, so that the database has agreed with all of it.
    """
    folder = Path(os.environ["SPITS_DATA"], "demo")
    folder.mkdir(exist_ok=True)
    backup, refused = folder / "demo.dump", folder / "refused.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not backup.exists():
            _make_database()
            with working_on(NAME):
                load_fixed_reasons()
                refused.write_text(json.dumps(play(TUESDAY_10).refused))
                DemoClock.objects.create(offset_seconds=0, demo_loaded_at=TUESDAY_10)
                with _passwords_as_in_earnest():
                    back_up(backup, now=TUESDAY_10)
    return PlayedDemo(NAME, backup, json.loads(refused.read_text()))


def _make_database() -> None:
    """A copy of the empty one with which the tests begin."""
    like = connection.settings_dict["TEST"].get("TEMPLATE") or connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}"')
        cursor.execute(f'CREATE DATABASE "{NAME}" TEMPLATE "{like}"')


@contextmanager
def _passwords_as_in_earnest() -> Iterator[None]:
    """The tests keep passwords in a quick way, which a Spits that is served does not know."""
    people = list(User.objects.exclude(password__startswith="!"))
    in_earnest = make_password(PASSWORD, hasher=PBKDF2PasswordHasher())
    User.objects.filter(pk__in=[person.pk for person in people]).update(password=in_earnest)
    yield
    User.objects.bulk_update(people, ["password"])
