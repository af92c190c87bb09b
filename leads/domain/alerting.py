"""What calls for somebody who is at work: an own call-back that is due, a new lead.

Source: ux.md 0, decision 10, and 2.1 (live: call-backs that are due); product.md, Routing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bdc.accounts.models import User
from dealers.domain.presence import Shift
from leads.domain.agenda import is_on_the_clock
from leads.domain.call_backs import own_call_backs
from leads.models import CallBack, Lead, Status

MOST_OF_A_KIND = 20


@dataclass(frozen=True)
class Alerts:
    """The own call-backs whose time has come, and the own leads on the two-minute clock."""

    call_backs: list[CallBack]
    new_leads: list[Lead]


def alerts_for(user: User, *, now: datetime) -> Alerts:
    """What calls for this person now; nothing does on a pause or without a shift."""
    shift = Shift(user, now)
    if not shift.is_begun or shift.is_paused:
        return Alerts([], [])
    promises = own_call_backs(user).filter(due_at__lte=now).select_related("lead")
    leads = (
        Lead.objects.owned_by(user)
        .filter(status=Status.OPEN, clock_began_at__isnull=False, first_call_at=None)
        .prefetch_related("appointments")
    )
    return Alerts(
        list(promises.order_by("due_at", "pk")[:MOST_OF_A_KIND]),
        [lead for lead in leads.order_by("pk")[:MOST_OF_A_KIND] if is_on_the_clock(lead)],
    )
