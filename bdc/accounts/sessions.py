"""Where sessions are kept: in the database, read by a statement that is written once.

Each request of each person asks for hers first of all.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import DateTimeField, TextField

from bdc import clock
from bdc.prepared import Given, Prepared

_KEPT = Prepared(
    lambda: Session.objects.filter(
        session_key=Given("key", TextField()), expire_date__gt=Given("now", DateTimeField())
    )
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        kept = None
        if self.session_key:
            kept = _KEPT.first(key=self.session_key, now=clock.real_now())
        if kept is None:
            self._session_key = None
        return kept
