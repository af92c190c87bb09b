"""Puts a backup back onto an empty database."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from bdc.backups.manifest import chosen
from bdc.backups.place import database
from bdc.backups.restoring import Restored, restore
from bdc.backups.trouble import CannotRestore
from bdc.engines.trouble import CannotStart
from bdc.outbox.models import Effect


class Command(BaseCommand):
    help = (
        "Put the backup SOURCE, or the newest one in that folder, back onto an empty database, "
        "and compare what came back."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE")

    def handle(self, *args: Any, source: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            backup = chosen(source)
            with database():
                restored = restore(backup)
                waiting = Effect.objects.open().count()
        except (CannotRestore, CannotStart) as problem:
            raise CommandError(str(problem)) from problem
        except OperationalError as problem:
            raise CommandError(f"The database does not answer: {problem}") from problem
        self.stdout.write("\n".join(_told(restored, waiting)))
        self.stdout.write(f"Restored {backup} in {time.monotonic() - began:.1f} s.")


def _told(restored: Restored, waiting: int) -> list[str]:
    manifest = restored.manifest
    width = max(map(len, restored.rows))
    lines = [f"{'table':{width}}  {'backed up':>12}  {'restored':>12}"]
    lines += [
        f"{table:{width}}  {manifest.rows[table]:>12,}  {rows:>12,}"
        for table, rows in sorted(restored.rows.items())
    ]
    lines += [
        f"{'all':{width}}  {manifest.all_rows:>12,}  {sum(restored.rows.values()):>12,}",
        "",
        f"As of {manifest.moment}. Tables, columns, constraints, indexes, triggers and functions "
        "are those of the backup.",
    ]
    if restored.migrated:
        lines.append(
            f"The backup is older than this Spits: it was migrated ({len(restored.migrated)}: "
            f"{', '.join(restored.migrated)})."
        )
    ended = ", ".join(f"{rows:,} in {table}" for table, rows in restored.ended.items())
    lines += [
        f"Everybody signs in again, and no customer is held any more (ended: {ended}).",
        f"{waiting:,} effects wait to be carried out. What was carried out after the backup was "
        "made is not known here and is carried out again: mails bear the same Message-ID.",
    ]
    if restored.has_another_key:
        lines.append(
            "SECRET_KEY is another one than when the backup was made: telephone exchanges get new "
            "secrets, unless you start Spits with the earlier SECRET_KEY."
        )
    return lines
