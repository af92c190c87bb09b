"""Brings the database up to date: schema and reference data, before the parts start."""

from typing import Any

from django.core.management.base import BaseCommand

from bdc.safety import require_safe_settings
from bdc.serve.preparing import prepare


class Command(BaseCommand):
    help = "Brings schema and reference data up to date; to run before each start of a new version."
    requires_system_checks = []  # what has to hold is required below

    def handle(self, *args: Any, **options: Any) -> None:
        require_safe_settings()
        prepare(self.stdout.write)
