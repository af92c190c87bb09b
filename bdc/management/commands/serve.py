"""Runs all of Spits: engines, web, worker and timetable."""

import os
from typing import Any

from django.core.management.base import BaseCommand

from bdc.serve.session import run


class Command(BaseCommand):
    help = "Runs all of Spits; `make run` calls it. Ctrl-C stops it."
    requires_system_checks = []  # the database may not even exist yet

    def handle(self, *args: Any, **options: Any) -> None:
        run(
            host=os.environ.get("SPITS_HOST", "127.0.0.1"),
            port=int(os.environ.get("SPITS_PORT", "8000")),
            postgres=not os.environ.get("DATABASE_URL"),
            valkey=not os.environ.get("REDIS_URL"),
            say=self._say,
        )

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
