"""A customer whom the agent held and holds no more: who has him now, and why he is not called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bdc import clock
from bdc.accounts.models import User
from bdc.http import SignedInRequest, number_in
from leads.domain.holding import colleague_with
from leads.models import Lead, lead_seen_by


@dataclass(frozen=True)
class Lost:
    """What is said of a lead that somebody still has on the screen."""

    lead: Lead
    colleague: User | None

    @classmethod
    def of(cls, lead: Lead, reader: User) -> Lost:
        return cls(lead, colleague_with(lead.customer_id, reader=reader, now=clock.now()))

    @property
    def objected_at(self) -> datetime | None:
        """Since when the customer wants no calls, where that ended the lead."""
        return self.lead.customer.objected_at if self.lead.is_closed else None


def lead_on_screen(request: SignedInRequest) -> Lead | None:
    """The lead that the screen says it shows, in `?lead=`."""
    number = number_in(request.GET.get("lead", ""))
    return lead_seen_by(request.user, number) if number is not None else None
