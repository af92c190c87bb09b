"""A proposal to close that is overtaken by events is withdrawn by the system."""

from __future__ import annotations

from datetime import datetime

from leads.domain.rounds import end_when_full
from leads.domain.timeline import record
from leads.models import Lead, Proposal, Status


def withdraw_proposal(lead: Lead, *, why: str, now: datetime) -> None:
    """Withdraw the pending proposal of a locked lead, if there is one: it is open again.

    Changes the object and the proposal; the caller saves the lead.
    """
    if lead.status != Status.PROPOSED:
        return
    Proposal.objects.filter(lead=lead, decided_at=None).update(
        decision=Proposal.Decision.WITHDRAWN, decided_at=now
    )
    lead.status = Status.OPEN
    end_when_full(lead, now=now)
    record(lead, "close_withdrawn", by=None, now=now, why=why)
