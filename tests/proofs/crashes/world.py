"""The people whom the crash proof works with; run beside a Spits, it prints their tokens."""

import json
import os
import sys
from datetime import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from bdc import clock  # noqa: E402
from bdc.accounts.models import ApiToken, User  # noqa: E402
from dealers.models import Dealership, OpeningBlock, Role  # noqa: E402
from tests.factories import (  # noqa: E402
    create_agent,
    create_dealership,
    create_group,
    create_member,
    create_salesperson,
)

AGENTS = 4


def make_world() -> dict[str, object]:
    """Two dealerships that never close: agents call at the one, salespeople at the other."""
    group = create_group()
    called = create_dealership(group=group, slug="called", routing=Dealership.Routing.BDC_FIRST)
    sold = create_dealership(group=group, slug="sold")
    OpeningBlock.objects.all().delete()
    OpeningBlock.objects.bulk_create(
        OpeningBlock(dealership=place, weekday=day, opens=time(0), closes=time(23, 59, 59))
        for place in (called, sold)
        for day in range(7)
    )
    for _ in range(3):
        create_salesperson(sold)
    agents = [create_agent(called) for _ in range(AGENTS)]
    website = create_member(Role.MARKETER, group)
    return {
        "website": _token(website),
        "session": session_of(website),
        "agents": [_token(agent) for agent in agents],
    }


def _token(user: User) -> str:
    return ApiToken.issue(user, now=clock.now())


def session_of(user: User) -> str:
    """Sign in as a browser does; return what its cookie holds."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make_world()))
