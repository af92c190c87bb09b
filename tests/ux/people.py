"""Sessions and tokens of the people who measure; run beside a Spits, it prints them as JSON."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
django.setup()

from django.conf import settings
from django.test import Client

from bdc import clock
from bdc.accounts.models import ApiToken, User
from tests.factories import create_dealership, create_salesperson

DEMO = ("agent", "teamleider", "verkoper", "internet", "verkoopleider", "beheer", "receptie")


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def main() -> None:
    volume = User.objects.filter(email__startswith="agent-", email__endswith="@volume.example")
    people = {f"agent {number}": user for number, user in enumerate(volume.order_by("pk"))}
    people |= {name: User.objects.get(email=f"{name}@noord.example") for name in DEMO}
    dealership = create_dealership(name="Alleen")
    people["alone"] = create_salesperson(dealership, name="Lotte Jansen")
    told = {
        name: {
            "email": user.email,
            "session": session_of(user),
            "token": ApiToken.issue(user, now=clock.now()),
        }
        for name, user in people.items()
    }
    told["alone"]["dealership"] = dealership.slug
    print(json.dumps(told))


if __name__ == "__main__":
    main()
