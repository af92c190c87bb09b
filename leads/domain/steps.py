"""What a person did is kept as a step with the state before it, so that it can be undone.

Source: product.md, Undo. See leads/domain/undoing.py for what returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from bdc.accounts.models import User
from bdc.prepared import Given, Prepared, add_prepared
from leads.domain.binding import holder, open_promise
from leads.models import Event, Lead, Round, Step

MOMENTS = ("next_call_at", "system_close_at", "offer_ends_at")


@dataclass(frozen=True)
class Before:
    """A lead as somebody found it."""

    by: User
    at: datetime
    round_number: int
    newest_event: int
    state: dict[str, Any]


def state_before(lead: Lead, *, by: User | None, now: datetime) -> Before | None:
    """What the lead is like before `by` acts on it; the system undoes nothing."""
    if by is None:
        return None
    promise, hold = open_promise(lead), holder(lead.customer)
    parked_until = lead.customer.parked_until
    state = {
        "owner": lead.owner_id,
        "queue": lead.queue,
        "kind": lead.kind,
        "promise": promise.pk if promise else None,
        "is_held": hold is not None and hold.agent_id == by.pk,
        "parked_until": parked_until.isoformat() if parked_until else None,
        **{name: _iso(getattr(lead, name)) for name in MOMENTS},
    }
    return Before(by, now, lead.round_number, newest_event(lead), state)


def keep_step(lead: Lead, before: Before | None, what: str, **wrote: Any) -> None:
    """Keep what was done since `before`; `wrote` names the row that it made."""
    if before is None:
        return
    ended = None
    if lead.is_closed or lead.round_number != before.round_number:
        ended = Round.objects.get(lead=lead, number=before.round_number)
    add_prepared(
        Step(
            lead=lead,
            dealership_id=lead.dealership_id,
            by=before.by,
            at=before.at,
            what=what,
            before=before.state,
            first_event=before.newest_event,
            last_event=lead.newest_entry or newest_event(lead),
            ended=ended,
            **wrote,
        )
    )


def join_steps(lead: Lead, *, by: User, since: int) -> None:
    """Make one step of what `by` did by one press after entry `since`: it is undone as one.

    The last one stays, with the state before the first and the attempt that the first recorded.
    """
    steps = list(Step.objects.filter(lead=lead, by=by, first_event__gte=since).order_by("pk"))
    if len(steps) < 2:
        return
    first, last = steps[0], steps[-1]
    first.delete()
    last.before, last.first_event, last.attempt = first.before, first.first_event, first.attempt
    last.save(update_fields=["before", "first_event", "attempt"])


_NEWEST = Prepared(lambda: Event.objects.filter(lead=Given("lead")).only("pk").order_by("-pk")[:1])


def newest_event(lead: Lead) -> int:
    """The newest entry of the lead's timeline; 0 when there is none."""
    newest = _NEWEST.first(lead=lead.pk)
    return newest.pk if newest is not None else 0


def moment_of(step: Step, name: str) -> datetime | None:
    """A moment of the state before a step."""
    kept = step.before.get(name)
    return parse_datetime(kept) if kept else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
