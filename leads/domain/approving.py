"""The last line of defence: a manager decides on a proposed close-out, or reopens a lead.

Source: product.md, Last line of defence; seed R-107.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed, RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.hours import next_callable
from dealers.models import Side
from leads.domain.access import everywhere, may
from leads.domain.access import require as require_role
from leads.domain.closing import closing_problem, round_facts
from leads.domain.evidence import Evidence
from leads.domain.facts import Facts
from leads.domain.forwarding import take_back
from leads.domain.locking import lock_lead
from leads.domain.norms import norms_broken, override_problem
from leads.domain.rounds import end_when_full, hand_over, refresh_ground, round_of
from leads.domain.routing import Destination, destination_of, place_new
from leads.domain.timeline import record
from leads.domain.writing_off import write_off
from leads.models import Kind, Lead, Norm, Proposal, Queue, Round, Status

# What a manager chooses from; that none was given is only written down.
OVERRIDES_TO_CHOOSE = [
    choice for choice in Proposal.Override.values if choice != Proposal.Override.NOT_GIVEN
]


def proposals_to_decide(user: User) -> QuerySet[Proposal]:
    """The pending proposals that `user` decides on: sales by managers, the BDC's by team leads."""
    of_sales = Q(round__side=Side.SALESPERSON, dealership__in=everywhere(user, "approve_sales"))
    of_bdc = ~Q(round__side=Side.SALESPERSON) & Q(dealership__in=everywhere(user, "approve_bdc"))
    return Proposal.objects.filter(of_sales | of_bdc, decided_at=None).order_by("proposed_at", "pk")


def deciding_problem(lead: Lead, proposal: Proposal | None, *, by: User) -> RuleBroken | None:
    """Return why `by` may not decide on the lead's proposal, or None."""
    if lead.status != Status.PROPOSED or proposal is None:
        return RuleBroken("not_proposed", _("There is no close-out to decide on for this lead."))
    if proposal.proposed_by_id == by.pk:
        return RuleBroken(
            "own_proposal", _("You proposed this yourself. Somebody else has to decide.")
        )
    return None


@retrying_atomic
def approve(
    lead: Lead, *, by: User, now: datetime, override: str = "", asks_override: bool = False
) -> Lead:
    """Approve the proposed close-out. Its evidence is judged once more; nobody overrides it.

    Norms that are not met are overridden with one of the fixed reasons. With `asks_override` it
    must be given (norm_override_needed), else its absence is written down; see norms.py. Where
    all norms are met it says nothing and is not kept.
    """
    if override and override not in OVERRIDES_TO_CHOOSE:
        raise Malformed(FieldProblem("override", "invalid", _("Choose one of the reasons.")))
    lead, proposal, round_ = _to_decide(lead, by=by)
    facts = Facts.from_json(proposal.facts)
    evidence = Evidence(lead, round_)
    problem = closing_problem(
        proposal.reason, evidence, facts, by=proposal.proposed_by, now=proposal.proposed_at
    )
    if problem is not None:
        raise problem
    broken = norms_broken(proposal, round_.attempts_made)
    problem = override_problem(broken, override) if asks_override else None
    if problem is not None:
        raise problem
    proposal.is_spread_broken = Norm.SPREAD in broken
    proposal.is_speed_broken = Norm.SPEED in broken
    proposal.override = (override or Proposal.Override.NOT_GIVEN) if broken else ""
    _decide(proposal, Proposal.Decision.APPROVED, by=by, now=now)
    if broken:
        record(
            lead,
            "norms_overridden",
            by=by,
            now=now,
            norms=[str(norm.value) for norm in broken],
            override=proposal.override,
        )
    lead.status = Status.OPEN
    write_off(
        lead,
        round_,
        reason=proposal.reason,
        by=proposal.proposed_by,
        now=now,
        approved_by=by,
        facts=round_facts(proposal.reason, evidence, facts, by=proposal.proposed_by, now=now),
    )
    return lead


@retrying_atomic
def send_back(lead: Lead, *, instruction: str, by: User, now: datetime) -> Lead:
    """Send the close-out back with what has to happen; `to_bdc` begins a second voice."""
    if instruction not in Proposal.Instruction.values:
        raise Malformed(
            FieldProblem("instruction", "invalid", _("Choose one of the instructions."))
        )
    lead, proposal, round_ = _to_decide(lead, by=by)
    _decide(proposal, Proposal.Decision.SENT_BACK, by=by, now=now, instruction=instruction)
    lead.status = Status.OPEN
    record(lead, "close_sent_back", by=by, now=now, instruction=instruction)
    if instruction == Proposal.Instruction.TO_BDC and round_.side == Side.SALESPERSON:
        hand_over(lead, by=by, now=now)
        place_new(
            lead,
            Destination(why="lost_sale", queue=Queue.SECOND_VOICE),
            by=by,
            now=now,
            next_call_at=next_callable(lead.dealership, now),
        )
    else:
        lead.next_call_at = now if lead.has_dialable_number else None
        end_when_full(lead, now=now)
        lead.save()
    return lead


@retrying_atomic
def reopen(lead: Lead, *, by: User, now: datetime) -> Lead:
    """Reopen a closed lead: a new round begins, earlier reasons and milestones stay."""
    require_role(by, "reopen", lead.dealership_id)
    lead = lock_lead(lead)
    if not lead.is_closed:
        raise RuleBroken("not_closed", _("This lead is not closed."))
    last = round_of(lead)
    take_back(lead, by=by, now=now)
    lead.is_pollution = False
    lead.duplicate_of = None
    # It may have changed while the lead was closed.
    lead.priority = lead.campaign.priority if lead.campaign is not None else 0
    lead.has_dialable_number = lead.customer.phones.filter(is_dialable=True).exists()
    refresh_ground(lead, now=now)
    record(lead, "reopened", by=by, now=now)
    place_new(lead, _destination_after(lead, last, now=now), by=by, now=now)
    return lead


def _destination_after(lead: Lead, last: Round, *, now: datetime) -> Destination:
    """The side that had the lead last goes on with it; a passive one stays with the BDC."""
    if lead.kind == Kind.PASSIVE or last.side == Side.SALESPERSON:
        return destination_of(lead, now=now)
    return Destination(why="reopened", queue=last.side)


def _to_decide(lead: Lead, *, by: User) -> tuple[Lead, Proposal, Round]:
    """Lock the lead and its pending proposal for a decision by `by`.

    The role is judged first, so that who may not decide learns nothing of the proposal.
    """
    if not may(by, "approve_bdc", lead.dealership_id):
        raise NotAllowed(_("Only a sales manager or team lead decides on close-outs."))
    lead = lock_lead(lead)
    proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .filter(lead=lead, decided_at=None)
        .select_related("reason", "proposed_by")
        .first()
    )
    problem = deciding_problem(lead, proposal, by=by)
    if problem is not None or proposal is None:
        raise problem or LookupError("a proposal was judged to be there and is not")
    round_ = round_of(lead)
    if round_.side == Side.SALESPERSON:
        require_role(by, "approve_sales", lead.dealership_id)
    return lead, proposal, round_


def _decide(
    proposal: Proposal, decision: str, *, by: User, now: datetime, instruction: str = ""
) -> None:
    proposal.decision = decision
    proposal.instruction = instruction
    proposal.decided_by = by
    proposal.decided_at = now
    proposal.save()
