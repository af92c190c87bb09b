"""Runs all of Spits: engines, web, worker and timetable."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from bdc.engines.given import given
from bdc.safety import require_safe_settings
from bdc.serve.session import run


class Command(BaseCommand):
    help = "Runs all of Spits; `make run` calls it. Ctrl-C stops it."
    requires_system_checks = []  # the database may not even exist yet

    def handle(self, *args: Any, **options: Any) -> None:
        require_safe_settings()
        run(
            host=settings.HOST,
            port=settings.PORT,
            postgres=not given("DATABASE_URL"),
            valkey=not given("REDIS_URL"),
            say=self._say,
        )

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
