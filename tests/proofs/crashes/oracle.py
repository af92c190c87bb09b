"""What breaks an invariant in the database of a Spits that runs, one line each."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
django.setup()

from tests.proofs.invariants import violations  # noqa: E402

if __name__ == "__main__":
    sys.stdout.writelines(f"{violation}\n" for violation in violations())
