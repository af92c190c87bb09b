"""What has to be true of the database before the application starts."""

import io
import os
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from bdc import clock
from bdc.backups.under_way import unfinished_restore_problem
from bdc.engines.addresses import demo_mark
from bdc.engines.durability import durability_problem
from bdc.engines.trouble import CannotStart
from bdc.models import DemoClock

PATIENCE_DATABASE = 30.0  # seconds, for a server that starts at the same time as we do

Say = Callable[[str], None]


def prepare(say: Say) -> datetime | None:
    """Bring schema, reference data and demo up to date; return the time of a demo's clock."""
    require_safe_database()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", stdout=io.StringIO())  # it tells what we tell
    say("The database is up to date.")
    demo_time = None
    if settings.DEMO:
        demo_time = _prepare_demo(say)
    else:
        _refuse_what_is_for_demos()
    connection.close()
    return demo_time


def require_safe_database() -> None:
    """Wait for the database, and raise CannotStart if it may lose what it has, or has not all."""
    _wait_for_database()
    if problem := durability_problem(connection) or unfinished_restore_problem(connection):
        raise CannotStart(problem)


def _wait_for_database() -> None:
    until = time.monotonic() + PATIENCE_DATABASE
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as problem:
            # A server that is not up yet is waited for; one that turns us away is not.
            turned_away = "FATAL" in str(problem) and "starting up" not in str(problem)
            if turned_away or time.monotonic() > until:
                raise CannotStart(
                    f"The database does not answer ({_first_line(problem)}): check DATABASE_URL."
                ) from problem
            time.sleep(0.2)
        else:
            return


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0].strip()


def _refuse_what_is_for_demos() -> None:
    clock.refuse_outside_demo(os.environ.get("SPITS_CLOCK", ""))
    if DemoClock.objects.exists():
        raise CannotStart(
            "These data belong to a demo: choose another folder with SPITS_DATA, or start with "
            "SPITS_DEMO=1."
        )


def _prepare_demo(say: Say) -> datetime:
    if not DemoClock.objects.exists() and get_user_model().objects.exists():
        raise CannotStart(
            "These data are not a demo's, and demo data must not get among them: choose another "
            "folder with SPITS_DATA, or start with SPITS_DEMO=0."
        )
    demo_time = clock.start_demo_clock(os.environ.get("SPITS_CLOCK", ""))
    demo_mark(settings.DATA_DIR).touch()
    if DemoClock.objects.filter(demo_loaded_at=None).exists():
        say("Loading the demo data, this once.")
        with transaction.atomic():
            call_command("load_demo", stdout=io.StringIO())
            DemoClock.objects.update(demo_loaded_at=clock.now())
    return demo_time
