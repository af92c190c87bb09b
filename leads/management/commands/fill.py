"""Fills a database with as many leads as one wants to measure with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bdc import clock
from dealers.models import DealerGroup
from leads.demo.volume import fill


class Command(BaseCommand):
    help = "Add invented leads by the hundred thousand, to measure with; in minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--leads", type=int, required=True, metavar="N")
        parser.add_argument("--attempts", type=int, required=True, metavar="M")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, leads: int, attempts: int, seed: int, **options: Any) -> None:
        if not settings.DEMO and DealerGroup.objects.exists():
            raise CommandError(
                "This database has dealer groups already, and volume cannot be taken out again: "
                "fill an empty one, or a demo."
            )
        filled = fill(leads=leads, attempts=attempts, seed=seed, now=clock.now())
        self.stdout.write(f"Added {filled.leads} leads with {filled.attempts} attempts.")
