"""Norms of spread and speed: what a manager can override at approval, and evidence never.

Source: product.md, Last line of defence: "Evidence cannot be overridden; spread and speed norms
can, with a fixed reason"; Facts are kept: five counted attempts are spread over at least three
days; Routing: the two-minute clock.

- Spread: nobody spoke with the customer in the round, and its calls were made on fewer than three
  days, or all in one part of the day. Calls are spread to reach somebody, so a conversation is
  enough; and a reason that asks for no calls (a test, a duplicate, no number, another
  department, no more calls) has no such norm.
- Speed: the two-minute clock ran for this lead, and its first call came later or never.

A norm that is not met stops nobody: the pages ask the manager for one of the fixed reasons. A
program may approve without one, as it always could; then it is written down that none was given.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from bdc.errors import RuleBroken
from leads.domain.routing import TWO_MINUTES
from leads.models import Attempt, Lead, Norm, Proposal

# A test, a duplicate, a lead without a number or for another department asks for no calls.
ASKS_FOR_NO_CALLS = ("BDC-01", "BDC-02", "BDC-03", "BDC-04")
SPREAD_OVER_DAYS = 3


def first_reaction(lead: Lead) -> timedelta | None:
    """Between the start of the two-minute clock and the first call."""
    if lead.clock_began_at is None or lead.first_call_at is None:
        return None
    return lead.first_call_at - lead.clock_began_at


def norms_broken(proposal: Proposal, attempts: list[Attempt]) -> list[Norm]:
    """The norms that the close-out does not meet, with the attempts of its round."""
    broken = []
    if _asks_for_calls(proposal) and not _is_spread(attempts):
        broken.append(Norm.SPREAD)
    reaction = first_reaction(proposal.lead)
    if proposal.lead.clock_began_at is not None and (reaction is None or reaction > TWO_MINUTES):
        broken.append(Norm.SPEED)
    return broken


def override_problem(broken: list[Norm], override: str) -> RuleBroken | None:
    """Return why a page may not approve: norms are not met, and no reason is chosen."""
    if broken and not override:
        return RuleBroken(
            "norm_override_needed", _("A norm is not met. Choose why you approve all the same.")
        )
    return None


def _asks_for_calls(proposal: Proposal) -> bool:
    reason, is_reached = proposal.reason, proposal.round.conversations > 0
    return (
        not is_reached and reason.code not in ASKS_FOR_NO_CALLS and reason.effect != "stop_calling"
    )


def _is_spread(attempts: list[Attempt]) -> bool:
    days = {attempt.local_date for attempt in attempts}
    parts = {attempt.day_part for attempt in attempts}
    return len(days) >= SPREAD_OVER_DAYS and len(parts) > 1
