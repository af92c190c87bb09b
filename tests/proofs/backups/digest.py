"""What is in the database of the data in SPITS_DATA, as one line of JSON: a digest by table."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
django.setup()

from bdc.backups.place import database  # noqa: E402
from tests.bdc.backups.databases import content  # noqa: E402

if __name__ == "__main__":
    with database():
        sys.stdout.write(json.dumps(content()))
