"""What the open pages are told of leads and holds: that they changed, and nothing of them.

Source: ux.md 2.0, G7 and G11; docs/live.md.
"""

from __future__ import annotations

from bdc.live.announcing import announce
from dealers.domain.topics import of_active_leads_at, of_leads_at, of_user
from leads.models import Kind, Lead


def lead_changed(lead: Lead, *, version: int) -> None:
    """Tell whoever may see the lead, and its owner; `version` is its newest entry."""
    topics = [of_leads_at(lead.dealership_id)]
    if lead.kind == Kind.ACTIVE:
        topics.append(of_active_leads_at(lead.dealership_id))
    announce("lead", *topics, about=lead.pk, version=version)
    if lead.owner_id is not None:
        announce("mine", of_user(lead.owner_id), about=lead.pk, version=version)


def hold_changed(dealership_id: int) -> None:
    """Tell who works the queues there that somebody is with a customer now."""
    announce("hold", of_leads_at(dealership_id))


def hold_taken_away(agent_id: int) -> None:
    """Tell an agent that somebody else ended the hold."""
    announce("held", of_user(agent_id))
