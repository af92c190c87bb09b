"""What a page sends again is done once, and is told again what it was told the first time.

A form that does something carries an id of its own (`{% sent_once %}` in its template). A double
press, a page that is sent anew and what waited for a connection come with the same id. What is
asked counts too: another button of the same form is another action. A note that goes along does
not: people write on while they wait. See also bdc/api/idempotency.py, which does so for programs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db.models import CharField, UUIDField

from bdc.http import SignedInRequest
from bdc.models import ActionAnswer
from bdc.prepared import Given, Prepared, add_prepared, fetch_prepared
from bdc.transactions import retrying_atomic

ACTION_ID = "action_id"
# What is of the page and not of what is asked.
OF_THE_PAGE = {ACTION_ID, "csrfmiddlewaretoken", "note", "panel", "seen"}

_SAID = Prepared(
    lambda: ActionAnswer.objects.filter(
        user_id=Given("user_id"),
        action_id=Given("action_id", UUIDField()),
        digest=Given("digest", CharField(max_length=64)),
    )
)


@retrying_atomic
def done_once(
    request: SignedInRequest,
    act: Callable[[], str | None],
    *,
    now: datetime,
    when_sent_again: Callable[[], None] | None = None,
) -> str | None:
    """Do `act` and return what it says, or what it said when the same was sent before.

    `act` returns None when it did nothing, and raises what it raises: neither is kept, so that
    it can be sent again. Effect and answer share this transaction, and a repeat that comes
    meanwhile waits for its end. `when_sent_again` is done for a repeat.
    """
    action_id = _action_id(request)
    if action_id is None:
        return act()
    digest = _digest(request)
    of_this = {"user_id": request.user.pk, "action_id": action_id, "digest": digest}
    _wait_for_the_first(f"{request.user.pk} {action_id} {digest}")
    known = _SAID.first(**of_this)
    if known is not None:
        if when_sent_again is not None:
            when_sent_again()
        return known.said
    said = act()
    if said is not None:
        add_prepared(ActionAnswer(**of_this, said=said, created_at=now))
    return said


def say_once(request: SignedInRequest, act: Callable[[], str], *, now: datetime) -> None:
    """Do `act` once, and say in the bar of the next page what it said."""
    if said := done_once(request, act, now=now):
        messages.success(request, said)


def said_before(request: SignedInRequest) -> str | None:
    """Return what was said when the same was sent before; None when it was not."""
    action_id = _action_id(request)
    if action_id is None:
        return None
    known = _SAID.first(user_id=request.user.pk, action_id=action_id, digest=_digest(request))
    return known.said if known is not None else None


def _action_id(request: SignedInRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(ACTION_ID, ""))
    except ValueError:
        return None


def _digest(request: SignedInRequest) -> str:
    """Of the address and of everything that was chosen or filled in."""
    asked = sorted(
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if value and name not in OF_THE_PAGE
    )
    return hashlib.sha256(json.dumps([request.path, asked]).encode()).hexdigest()


def _wait_for_the_first(key: str) -> None:
    """Hold a lock on the key until the transaction ends."""
    fetch_prepared("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", [key])
