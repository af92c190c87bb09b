"""Load the reference data: the fixed close-out reasons. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from leads.domain.reasons import load_fixed_reasons


class Command(BaseCommand):
    help = "Make the close-out reasons of the database those of the fixed list."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = load_fixed_reasons()
        self.stdout.write(f"{changed} close-out reasons added or changed")
