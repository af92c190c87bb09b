"""Backs the database up, while people work."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from bdc import clock
from bdc.backups.backing_up import back_up
from bdc.backups.manifest import checked, chosen
from bdc.backups.place import database
from bdc.backups.trouble import CannotBackUp, CannotRestore
from bdc.engines.trouble import CannotStart


class Command(BaseCommand):
    help = (
        "Write a backup to TARGET, a file or the folder for a file named by the time, and "
        "TARGET.json beside it, which says what is in it. Nobody has to stop working. With "
        "--check: say whether the backup TARGET, or the newest one in that folder, is whole."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, metavar="TARGET")
        parser.add_argument("--check", action="store_true", help="verify a backup, and make none")

    def handle(self, *args: Any, target: Path, check: bool, **options: Any) -> None:
        began = time.monotonic()
        try:
            if check:
                path, done = chosen(target), "is whole"
                manifest = checked(path)
            else:
                done = "is made"
                with database():
                    path, manifest = back_up(target, now=clock.now())
        except (CannotBackUp, CannotRestore, CannotStart) as problem:
            raise CommandError(str(problem)) from problem
        except OperationalError as problem:
            raise CommandError(f"The database does not answer: {problem}") from problem
        self.stdout.write(
            f"The backup {path} {done}: {manifest.all_rows:,} rows of {len(manifest.rows)} tables "
            f"as of {manifest.moment}, {manifest.size / 1e6:,.1f} MB, "
            f"in {time.monotonic() - began:.1f} s."
        )
