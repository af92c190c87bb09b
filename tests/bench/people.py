"""The agents of the volume; run beside a Spits, it prints their tokens, how many leads are due,
and a lead's number."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
django.setup()

from bdc import clock
from bdc.accounts.models import ApiToken, User
from leads.models import Lead

if __name__ == "__main__":
    agents = User.objects.filter(email__startswith="agent-", email__endswith="@volume.example")
    tokens = [ApiToken.issue(agent, now=clock.now()) for agent in agents.order_by("pk")]
    passive = Lead.objects.filter(queue="passive", dealership__slug__startswith="volume-")
    found = {
        "tokens": tokens,
        "due": passive.filter(next_call_at__lte=clock.now()).count(),
        "lead": passive.latest("pk").pk,
    }
    print(json.dumps(found))
