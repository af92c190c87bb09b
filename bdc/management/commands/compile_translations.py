"""Compiles the Dutch catalogue into the form that Django reads."""

from typing import Any

from django.core.management.base import BaseCommand

from bdc import translations


class Command(BaseCommand):
    help = "Compile the Dutch catalogue."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        translations.compile_catalogue(translations.catalogue_path())
