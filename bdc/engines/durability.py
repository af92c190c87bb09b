"""Whether the database keeps what it has said to have kept."""

from collections.abc import Sequence

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def durability_problem(connection: BaseDatabaseWrapper) -> str | None:
    """Return why a crash could lose leads that were taken in, or None if none can be lost."""
    with connection.cursor() as cursor:
        for setting in ["synchronous_commit", "fsync", "full_page_writes"]:
            # As this session has it, since a role or a database can carry a setting of its own.
            cursor.execute("SELECT current_setting(%s)", [setting])
            if cursor.fetchone() == ("off",):
                return (
                    f"The database runs with {setting} = off, so a crash would lose leads that "
                    "were taken in: turn it on, then start again."
                )
    return None


def check_durability(
    *, databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    problems = [durability_problem(connections[alias]) for alias in databases or []]
    return [Error(problem, id="bdc.E001") for problem in problems if problem]
