"""Load the reference data: the fixed close-out reasons. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from leads.domain.reasons import load_fixed_reasons


class Command(BaseCommand):
    help = "Load the fixed close-out reasons that the database does not have yet."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_fixed_reasons()
        self.stdout.write(f"{added} close-out reasons added")
