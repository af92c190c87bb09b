"""What follows when a call that is made now reaches nobody; nothing is written.

Says beforehand what `record_attempt` (contacting.py) does with an unanswered call, and
tests/leads/domain/test_foreseeing.py sees that both say the same. Source: product.md, Cadence;
ux.md 2.1 (B1): what the system will do next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leads.domain.binding import open_promise
from leads.domain.cadence import counting_of, day_part, next_call
from leads.domain.calling import PROMISE_IS_MADE_BY
from leads.domain.contacting import goes_on_unreached
from leads.models import Lead, Round


class Follows(StrEnum):
    AGAIN = "again"
    PROMISE = "promise"
    VISIT = "visit"
    LONG_TERM = "long_term"  # on to the queue of those who are not reached
    END = "end"  # whoever has it closes it, or the system does


@dataclass(frozen=True)
class Foreseen:
    """What comes after an unanswered call, and when."""

    follows: Follows
    at: datetime | None = None
    # Whether that is in another part of the day than the call itself.
    in_another_part: bool = False
    # Why the call would not count, or "".
    uncounted: str = ""


def if_unreached(lead: Lead, round_: Round, *, now: datetime) -> Foreseen:
    """What follows when nobody is reached by a call of `round_` at `now`."""
    nth, uncounted = counting_of(lead.customer, lead.dealership, now)
    counts = nth is not None
    follows, at = _what_follows(lead, round_, counts=counts, now=now)
    part = day_part(lead.dealership, now)
    return Foreseen(
        follows=follows,
        at=at,
        in_another_part=at is not None and day_part(lead.dealership, at) != part,
        uncounted=uncounted,
    )


def _what_follows(
    lead: Lead, round_: Round, *, counts: bool, now: datetime
) -> tuple[Follows, datetime | None]:
    promise = open_promise(lead)
    if promise is not None and promise.due_at > now + PROMISE_IS_MADE_BY:
        return Follows.PROMISE, promise.due_at
    if round_.attempts_left > counts:
        planned = lead.next_call_at
        if counts or planned is None or planned <= now:
            planned = next_call(lead.dealership, attempts=round_.attempts + counts, last_at=now)
        return Follows.AGAIN, planned
    visit = _visit_ahead(lead, now)
    if visit is not None:
        return Follows.VISIT, visit
    if goes_on_unreached(round_):
        return Follows.LONG_TERM, next_call(lead.dealership, attempts=2, last_at=now)
    return Follows.END, None


def _visit_ahead(lead: Lead, now: datetime) -> datetime | None:
    """As rounds.visit_ahead(), from what is loaded with the lead."""
    if lead.owner_id is None:
        return None
    visits = (visit for visit in lead.appointments.all() if not visit.outcome)
    return min((visit.starts_at for visit in visits if visit.starts_at > now), default=None)
