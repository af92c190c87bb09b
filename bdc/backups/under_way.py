"""What keeps a half-restored database from being taken for a whole one.

A restore takes minutes, and the rows come before the constraints and triggers that guard them: who
began to work on what a killed restore has left would break rules without being told. So a restore
leaves a mark from its first moment to its last, and nothing starts where the mark stands.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.checks import CheckMessage, Error
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from bdc.backups import catalogue
from bdc.backups.trouble import CannotRestore

MARK = "restore_under_way"  # a schema, so that nothing of it is among the tables
LOCK = 7_265_746  # of this database; any number that nobody else takes
BROKEN_OFF = (
    "This database is being restored, or a restore of it was broken off: wait until it is done, or "
    "run `manage.py restore` again, which begins anew."
)


def unfinished_restore_problem(connection: BaseDatabaseWrapper) -> str | None:
    """Return why nobody may work with this database yet, or None."""
    return BROKEN_OFF if is_marked(connection) else None


def check_restored(
    *, databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    problems = [unfinished_restore_problem(connections[alias]) for alias in databases or []]
    return [Error(problem, id="bdc.E002") for problem in problems if problem]


def is_marked(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [MARK])
        return cursor.fetchone() is not None


def begin() -> None:
    _execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(MARK)))


def make_final() -> None:
    _execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(MARK)))


def forget() -> None:
    """Make the database as empty as it was when the restore began."""
    for kind, name in catalogue.everything():
        # What hung on something else is gone with it.
        _execute(sql.SQL("DROP {} IF EXISTS {} CASCADE").format(sql.SQL(kind), sql.SQL(name)))
    make_final()


@contextmanager
def sole_restore() -> Iterator[None]:
    """One restore at a time; the lock goes with the connection, whatever becomes of us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            raise CannotRestore("Another restore of this database is under way.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
