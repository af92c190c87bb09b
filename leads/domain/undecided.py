"""Close-outs that nobody decides on: after two working days their administrator sees them.

Source: product.md, Last line of defence: "after two working days it shows to the group's
administrator". It shows: deciding stays with the sales manager of the dealership or group.
Two working days are counted from the moment of the proposal to the same time of day, on the
dealership's clock; Saturdays, Sundays and public holidays do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bdc.accounts.models import User
from dealers.domain.hours import is_working_day, local, working_day_after
from leads.domain.access import everywhere
from leads.models import Lead, Proposal

WORKING_DAYS = 2
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Undecided:
    """A close-out that waits too long, and for how many working days."""

    proposal: Proposal
    lead: Lead
    working_days: int


def undecided_proposals(user: User, *, now: datetime) -> list[Undecided]:
    """What nobody decided on in time where the user is an administrator, the oldest first."""
    places = everywhere(user, "see_undecided")
    if not places:
        return []
    waiting = (
        Proposal.objects.filter(
            dealership__in=places,
            decided_at=None,
            proposed_at__lte=now - timedelta(days=WORKING_DAYS),
        )
        .select_related("reason", "proposed_by", "lead__customer", "lead__dealership")
        .order_by("proposed_at", "pk")[:MOST_AT_ONCE]
    )
    return [
        Undecided(proposal, proposal.lead, _working_days_until(proposal, now))
        for proposal in waiting
        if shows_from(proposal) <= now
    ]


def shows_from(proposal: Proposal) -> datetime:
    """When two working days have passed since the proposal."""
    proposed = local(proposal.lead.dealership, proposal.proposed_at)
    day = working_day_after(proposed.date(), WORKING_DAYS)
    return datetime.combine(day, proposed.time(), tzinfo=proposed.tzinfo)


def _working_days_until(proposal: Proposal, now: datetime) -> int:
    """The working days after that of the proposal, today included."""
    first = local(proposal.lead.dealership, proposal.proposed_at).date()
    last = local(proposal.lead.dealership, now).date()
    days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    return sum(is_working_day(day) for day in days)
