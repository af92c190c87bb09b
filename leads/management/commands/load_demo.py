"""Load the demo data: people to sign in as, and thirteen weeks of leads. Safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bdc import clock
from leads.demo.play import load_demo
from leads.models import Lead


class Command(BaseCommand):
    help = "Load the demo: invented dealerships, people and leads. `make run` does it, once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data belong in a demo: start with SPITS_DEMO=1.")
        if load_demo(clock.now()):
            self.stdout.write(f"Demo loaded: {Lead.objects.count()} leads over thirteen weeks.")
        else:
            self.stdout.write("The demo is already there.")
