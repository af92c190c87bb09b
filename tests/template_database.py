"""The database of the tests, migrated once: each process of pytest-xdist begins with a copy."""

import fcntl
import os
from pathlib import Path

from django.core.management import call_command
from django.db import connection

NAME = "spits_template"


def template_database() -> str:
    """Return the name of a migrated database; the first process to ask makes it."""
    with Path(os.environ["SPITS_DATA"], "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            is_there = cursor.fetchone()
            if not is_there:
                cursor.execute(f'CREATE DATABASE "{NAME}.new"')
        if not is_there:
            _migrate(f"{NAME}.new")
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'ALTER DATABASE "{NAME}.new" RENAME TO "{NAME}"')
    return NAME


def _migrate(name: str) -> None:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
