"""Brings the Dutch catalogue in line with the strings in code and templates."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from bdc import translations


class Command(BaseCommand):
    help = "Add new strings to the Dutch catalogue, keep what is translated, drop what is gone."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        path = translations.catalogue_path()
        found = translations.strings_of(Path(settings.BASE_DIR))
        catalogue = translations.updated(translations.read_catalogue(path), found)
        translations.write_catalogue(catalogue, path)
        missing = len(translations.catalogue_problems(catalogue, found))
        self.stdout.write(f"{len(catalogue)} strings, {missing} without good Dutch.")
