"""A migration never keeps others from a table for longer than a second."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from bdc.management.commands import migrate
from bdc.outbox.models import Effect
from tests.bdc.backups.databases import database, working_on


@pytest.fixture
def a_copy(transactional_db, monkeypatch) -> Iterator[None]:
    """A database of this test, whose migrations can be taken back."""
    monkeypatch.setattr(migrate, "PAUSE", (0.0, 0.1))
    connection.close()
    with database("migrated", like=connection.settings_dict["NAME"]) as name, working_on(name):
        yield


@contextmanager
def somebody_reads_effects() -> Iterator[threading.Event]:
    """A long query of another connection; it ends when the event is set."""
    reads, over = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic():
            list(Effect.objects.all())
            reads.set()
            over.wait(30)
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert reads.wait(30)
        yield over
    finally:
        over.set()
        reader.join()


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def has_the_columns_of_0002() -> bool:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "outbox_effect")
    return "set_aside_at" in {column.name for column in columns}


class LetsGo(io.StringIO):
    """Lets go of the table as soon as the command tells that it is in use."""

    def __init__(self, over: threading.Event) -> None:
        super().__init__()
        self._over = over

    def write(self, words: str) -> int:
        if "trying again" in words:
            self._over.set()
        return super().write(words)


def test_it_tries_again_while_somebody_uses_the_table(a_copy):
    with somebody_reads_effects() as over:
        told = LetsGo(over)
        call_command("migrate", "outbox", "0001", stdout=told)

    assert "A table is in use; trying again (1 of" in told.getvalue()
    assert not has_the_columns_of_0002()
    assert lock_timeout() == "0"


def test_it_gives_up_in_the_end_and_has_changed_nothing(a_copy, monkeypatch):
    monkeypatch.setattr(migrate, "TRIES", 2)
    with somebody_reads_effects(), pytest.raises(CommandError, match="at each of 2 tries"):
        call_command("migrate", "outbox", "0001", verbosity=0)

    assert has_the_columns_of_0002()
    assert lock_timeout() == "0"
