"""Gives a user a new key for the API."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bdc import clock
from bdc.accounts.models import ApiToken, User


class Command(BaseCommand):
    help = "Print a new API token of a user, and nothing else. Earlier tokens stay valid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the e-mail address with which the user signs in")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"No active user signs in as {email}.")
        self.stdout.write(ApiToken.issue(user, now=clock.now()))
