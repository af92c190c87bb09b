"""The demo is loaded once: its cast, and then the play."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from leads.demo.cast import cast_is_there, make_cast

WEEKS = timedelta(weeks=13)


@transaction.atomic
def load_demo(now: datetime) -> bool:
    """Load the demo whose present is `now`, all of it or nothing; False: it is already there."""
    if cast_is_there():
        return False
    make_cast(since=now - WEEKS)
    return True
