"""Signs the marketer of the world in, and prints what the cookie holds."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
django.setup()

from dealers.models import Membership, Role  # noqa: E402
from tests.proofs.crashes.world import session_of  # noqa: E402

if __name__ == "__main__":
    user = Membership.objects.filter(role=Role.MARKETER).latest("pk").user
    sys.stdout.write(json.dumps(session_of(user)))
