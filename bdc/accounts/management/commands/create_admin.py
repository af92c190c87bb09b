"""Makes the first administrator, who then makes the dealer groups and the other people."""

from argparse import ArgumentParser
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse

from bdc import clock
from bdc.accounts.models import User


class Command(BaseCommand):
    help = (
        "Make an administrator of Spits, or make a user one, and print the address at which "
        "they choose a password. It works once, for three days."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the e-mail address with which they will sign in")
        parser.add_argument("--name", default="", help="their name; the e-mail's when not given")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address.") from None
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User(email=email, name=name or email.split("@")[0], joined_at=clock.now())
            user.set_unusable_password()
        user.is_active = user.is_staff = user.is_superuser = True
        user.save()
        self.stdout.write(f"{settings.SITE_URL}{_address_to_choose_a_password(user)}")


def _address_to_choose_a_password(user: User) -> str:
    key = default_token_generator.make_token(user)
    where = {"uidb36": user_pk_to_url_str(user), "key": key}
    return reverse("account_reset_password_from_key", kwargs=where)
