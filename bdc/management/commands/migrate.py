"""Django's migrate, but one for which nobody has to stop working."""

import random
import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.migrations import Migration

LOCK_NOT_AVAILABLE = "55P03"
# While a migration waits for a table, everybody else waits behind it: so it waits no longer than
# a page may, lets them go first, and tries again.
LONGEST_WAIT = "1s"
TRIES = 40
PAUSE = (1.0, 3.0)  # seconds, from and to


class Command(migrate.Command):
    help = f"{migrate.Command.help} It never keeps others from a table for longer than a second."

    def handle(self, *args: Any, **options: Any) -> None:
        self._connection = connections[options["database"]]
        for attempt in range(1, TRIES + 1):
            try:
                super().handle(*args, **options)
            except OperationalError as problem:
                if getattr(problem.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                    raise
            else:
                return
            finally:
                self._execute("RESET lock_timeout")
            if attempt < TRIES:
                self.stdout.write(f"A table is in use; trying again ({attempt} of {TRIES}).")
                time.sleep(random.uniform(*PAUSE))  # noqa: S311  no secret
        raise CommandError(
            f"A table was in use at each of {TRIES} tries, and what is not applied yet has changed "
            "nothing. Wait for the backup or the long query that uses it, then migrate again."
        )

    def migration_progress_callback(
        self,
        action: str,
        migration: Migration | None = None,
        fake: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        if action in ("apply_start", "unapply_start") and migration is not None:
            # What runs outside of a transaction, such as CREATE INDEX CONCURRENTLY, lets others
            # pass while it waits, and would be left half done.
            wait = LONGEST_WAIT if migration.atomic else "0"
            self._execute(f"SET lock_timeout = '{wait}'")
        super().migration_progress_callback(action, migration, fake)

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
