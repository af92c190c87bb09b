"""Runs all of Spits: engines, web, worker and timetable."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from bdc.clock import ClockRefused
from bdc.engines.trouble import CannotStart
from bdc.serve.session import run


class Command(BaseCommand):
    help = "Runs all of Spits; `make run` calls it. Ctrl-C stops it."
    requires_system_checks = []  # the database may not even exist yet

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run(
                host=os.environ.get("SPITS_HOST", "127.0.0.1"),
                port=int(os.environ.get("SPITS_PORT", "8000")),
                postgres=not os.environ.get("DATABASE_URL"),
                valkey=not os.environ.get("REDIS_URL"),
                say=self._say,
            )
        except (CannotStart, ClockRefused) as problem:
            self.stderr.write(str(problem))
            sys.exit(1)

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
