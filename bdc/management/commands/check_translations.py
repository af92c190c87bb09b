"""Fails when anything on the screen would not be in Dutch."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bdc import translations


class Command(BaseCommand):
    help = "List every string without Dutch, and every word in a template that is not marked."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        found = translations.strings_of(root)
        catalogue = translations.read_catalogue(translations.catalogue_path())
        problems = translations.catalogue_problems(catalogue, found)
        problems += translations.template_problems(root)
        if problems:
            raise CommandError(
                "\n".join(
                    [
                        *problems,
                        "",
                        "Run `python manage.py update_translations`, then fill in"
                        " the Dutch in locale/nl/LC_MESSAGES/django.po.",
                    ]
                )
            )
        self.stdout.write(f"All {len(found)} strings are in Dutch.")
