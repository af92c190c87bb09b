"""What a manager looks at before deciding on a close-out: its evidence, and what is doubtful.

Evidence is judged again at approval and cannot be overridden; doubts are for the manager's eye.
Source: product.md, Last line of defence; ux.md 2.3 (M2).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from bdc.accounts.models import User
from bdc.errors import RuleBroken, Sentence
from leads.domain.approving import deciding_problem, proposals_to_decide
from leads.domain.norms import ASKS_FOR_NO_CALLS, first_reaction, norms_broken
from leads.domain.routing import TWO_MINUTES
from leads.models import Attempt, DayPart, Lead, Norm, Proposal, Round

# More than a person decides on in one go; the oldest come first.
MOST_AT_ONCE = 100
ENOUGH_TO_SPREAD = 2


@dataclass(frozen=True)
class Request:
    """A proposed close-out as the manager judges it."""

    proposal: Proposal
    lead: Lead
    round: Round
    attempts: list[Attempt]
    doubts: list[Sentence]
    norms: list[Norm]  # those that are not met
    problem: RuleBroken | None  # why this manager may not decide on it

    @property
    def first_reaction(self) -> timedelta | None:
        """How long the customer waited for the first call, where the two-minute clock ran."""
        return first_reaction(self.lead)

    @property
    def is_slow(self) -> bool:
        reaction = self.first_reaction
        return reaction is not None and reaction > TWO_MINUTES

    @property
    def day_parts(self) -> list[tuple[str, int]]:
        """How many attempts were made in each part of the day."""
        made = Counter(attempt.day_part for attempt in self.attempts)
        return [(str(part.label), made[part]) for part in DayPart]

    @property
    def boxes(self) -> list[bool]:
        """One for each attempt that the round allows, and whether it was made."""
        return [number < self.round.attempts for number in range(self.round.maximum)]

    @property
    def last_contact_at(self) -> datetime | None:
        return self.attempts[-1].at if self.attempts else None


def requests_to_judge(user: User) -> list[Request]:
    """The close-outs that wait for `user`, the doubtful ones first, then who waits longest."""
    proposals = (
        proposals_to_decide(user)
        .select_related(
            "reason", "proposed_by", "round", "lead__customer", "lead__dealership", "lead__campaign"
        )
        .prefetch_related("round__attempt_rows")
    )
    requests = [_request(proposal, by=user) for proposal in proposals[:MOST_AT_ONCE]]
    return sorted(
        requests,
        key=lambda request: (
            request.problem is not None,
            -len(request.doubts),
            request.round.attempts,
            request.proposal.pk,
        ),
    )


def last_decision_of(user: User) -> Proposal | None:
    """What `user` decided last, to say so when nothing waits; not where he works no more."""
    visible = Lead.objects.visible_to(user)
    decided = Proposal.objects.filter(decided_by=user, lead__in=visible)
    decided = decided.select_related("lead__customer")
    return decided.order_by("-decided_at").first()


def _request(proposal: Proposal, *, by: User) -> Request:
    attempts = proposal.round.attempts_made
    return Request(
        proposal=proposal,
        lead=proposal.lead,
        round=proposal.round,
        attempts=attempts,
        doubts=doubts_about(proposal, attempts),
        norms=norms_broken(proposal, attempts),
        problem=deciding_problem(proposal.lead, proposal, by=by),
    )


def doubts_about(proposal: Proposal, attempts: list[Attempt]) -> list[Sentence]:
    """What speaks against the close-out although its evidence is there."""
    lead, round_ = proposal.lead, proposal.round
    if proposal.reason_id in ASKS_FOR_NO_CALLS:
        return []
    doubts: list[Sentence] = []
    if round_.conversations == 0 and round_.attempts_left > 0:
        doubts.append(
            ngettext_lazy(
                "Nobody spoke with the customer, after %(made)d attempt of %(maximum)d.",
                "Nobody spoke with the customer, after %(made)d attempts of %(maximum)d.",
                round_.attempts,
            )
            % {"made": round_.attempts, "maximum": round_.maximum}
        )
    elif len(attempts) == 1:
        doubts.append(_("Closed after a single call."))
    parts = {attempt.day_part for attempt in attempts}
    if len(attempts) >= ENOUGH_TO_SPREAD and len(parts) == 1:
        part = DayPart(parts.pop()).label
        doubts.append(_("Every attempt was made in the %(part)s.") % {"part": part})
    reaction = first_reaction(lead)
    if reaction is not None and reaction > TWO_MINUTES:
        doubts.append(_("The customer waited longer than two minutes for the first call."))
    return doubts
