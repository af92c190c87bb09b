"""Closing: only with a reason of the fixed list that the facts support.

There is no other way to close a lead (product.md, Close-out; seed R-101, R-112).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, RuleBroken
from bdc.transactions import retrying_atomic
from dealers.models import Dealership, Side
from leads.domain.access import require
from leads.domain.calling import working_problem
from leads.domain.evidence import TOLD_NEEDS, Evidence, missing_evidence, original_lead
from leads.domain.facts import Facts
from leads.domain.holding import hold_for
from leads.domain.locking import lock_lead
from leads.domain.rounds import let_go, round_of
from leads.domain.steps import keep_step, state_before
from leads.domain.timeline import record
from leads.domain.writing_off import object_to_calls, write_off
from leads.formats.postcodes import read_postcode
from leads.formats.text import clean_text, search_form
from leads.models import (
    CloseReason,
    Lead,
    Proposal,
    Round,
    Sale,
    Status,
    Step,
    Track,
)

SOLD = "VK-01"
PURCHASE_BY_REASON = {"VK-02": (True, True), "VK-03": (True, False), "VK-04": (False, None)}


@dataclass(frozen=True)
class ReasonOffer:
    """A reason of the list for one lead: whether it can be chosen, and if not, why."""

    reason: CloseReason
    problem: RuleBroken | None

    @property
    def available(self) -> bool:
        return self.problem is None

    @property
    def told_needs(self) -> list[str]:
        """The facts that a person still has to tell with this reason."""
        return [need for need in self.reason.needs if need in TOLD_NEEDS]


def track_problem(reason: CloseReason, round_: Round, *, by: User | None) -> RuleBroken | None:
    """Return why a reason does not belong to this side, or None."""
    tracks = {Track.BOTH, Track.SALES if round_.side == Side.SALESPERSON else Track.BDC}
    if by is None:
        tracks.add(Track.SYSTEM)
    if reason.track in tracks:
        return None
    if reason.track == Track.SYSTEM:
        return RuleBroken("wrong_track", _("Only the system closes with this reason."))
    return RuleBroken("wrong_track", _("This reason is not one of the side that has the lead."))


def closing_problem(
    reason: CloseReason, evidence: Evidence, facts: Facts, *, by: User | None, now: datetime
) -> RuleBroken | None:
    """Return why the lead may not be closed with `reason`, or None if it may.

    Nobody chooses a retired reason; the system goes on with those that it closes leads with.
    """
    if by is not None and reason.retired_at is not None and reason.retired_at <= now:
        return RuleBroken("reason_retired", _("This reason is not used any more."))
    wrong_side = track_problem(reason, evidence.round, by=by)
    if wrong_side is not None:
        return wrong_side
    missing = missing_evidence(reason, evidence, facts)
    if missing:
        return RuleBroken(missing[0].code, missing[0].message, *missing)
    return purchase_problem(reason, evidence.lead, facts) or _date_problem(reason, facts, now)


def purchase_problem(reason: CloseReason, lead: Lead, facts: Facts) -> RuleBroken | None:
    """VK-02 to VK-04 follow from the brand and the postcode area, never from an opinion."""
    expected = PURCHASE_BY_REASON.get(reason.code)
    if expected is None:
        return None
    own_brand, own_area = purchase_facts(lead, facts)
    if own_brand and own_area is None:
        problem = FieldProblem(
            "purchase.postcode",
            "purchase_missing",
            _("Say the customer's postcode; the four digits are enough."),
        )
        return RuleBroken(problem.code, problem.message, problem)
    if (own_brand, own_area if own_brand else None) == expected:
        return None
    return RuleBroken(
        "purchase_contradicts_reason",
        _("Brand and postcode do not agree with this reason. Choose the one that they say."),
    )


def purchase_facts(lead: Lead, facts: Facts) -> tuple[bool, bool | None]:
    """Whether the bought brand is our own, and the customer's area; None: area unknown."""
    own_brand = is_own_brand(lead.dealership, facts.purchase_make)
    postcode = read_postcode(facts.purchase_postcode) or read_postcode(lead.customer.postcode)
    if postcode is None:
        return own_brand, None
    area = int(postcode.area)
    return own_brand, lead.dealership.postcode_areas.filter(
        first__lte=area, last__gte=area
    ).exists()


def is_own_brand(dealership: Dealership, make: str) -> bool:
    """Whether the dealership carries the brand; accents and case do not matter (Škoda, skoda)."""
    return search_form(make) in {search_form(brand) for brand in dealership.brands}


def _date_problem(reason: CloseReason, facts: Facts, now: datetime) -> RuleBroken | None:
    if "follow_up_date" not in reason.needs or facts.follow_up_at is None:
        return None
    if facts.follow_up_at > now:
        return None
    problem = FieldProblem(
        "follow_up_at",
        "follow_up_date_missing",
        _("This date has passed. Choose today or later."),
    )
    return RuleBroken(problem.code, problem.message, problem)


def needs_approval(reason: CloseReason, lead: Lead, round_: Round) -> bool:
    """Whether somebody else decides: sales without a sale, test and duplicate, BDC by policy.

    A do-not-call wish that the BDC records works at once and waits for nobody.
    """
    if round_.side == Side.SALESPERSON:
        return reason.code != SOLD
    if reason.needs_second_pair_of_eyes:
        return True
    return lead.dealership.bdc_close_needs_approval and reason.effect != "stop_calling"


def reasons_for(lead: Lead, *, by: User | None, now: datetime) -> list[ReasonOffer]:
    """Every reason of the list for this lead: offered only with its evidence."""
    evidence = Evidence(lead, round_of(lead))
    common = working_problem(lead, by=by, now=now) or _proposed_problem(lead)
    return [
        ReasonOffer(reason, common or _offer_problem(reason, evidence, by=by, now=now))
        for reason in CloseReason.objects.all()
    ]


def _offer_problem(
    reason: CloseReason, evidence: Evidence, *, by: User | None, now: datetime
) -> RuleBroken | None:
    if reason.retired_at is not None and reason.retired_at <= now:
        return RuleBroken("reason_retired", _("This reason is not used any more."))
    wrong_side = track_problem(reason, evidence.round, by=by)
    if wrong_side is not None:
        return wrong_side
    missing = missing_evidence(reason, evidence, Facts(), told=False)
    return RuleBroken(missing[0].code, missing[0].message, *missing) if missing else None


def _proposed_problem(lead: Lead) -> RuleBroken | None:
    if lead.status != Status.PROPOSED:
        return None
    return RuleBroken("approval_needed", _("This close-out already waits for approval."))


def fixed_reason(code: str) -> CloseReason:
    """The reason of the list; raises unknown_reason for anything else."""
    reason = CloseReason.objects.filter(pk=code.strip().upper()).first()
    if reason is None:
        raise RuleBroken(
            "unknown_reason", _("There is no such reason. Choose one of the fixed list.")
        )
    return reason


@retrying_atomic
def close_lead(lead: Lead, *, reason: str, facts: Facts, by: User | None, now: datetime) -> Lead:
    """End the lead's round with a reason of the list; return the lead as it is then.

    Closed, or proposed where somebody has to approve, or open where a next round begins.
    Raises RuleBroken with the code of the first missing need, and all of them as fields.
    """
    require(by, "work", lead.dealership_id)
    chosen = fixed_reason(reason)
    lead = lock_lead(lead)
    round_ = Round.objects.select_for_update().get(lead=lead, number=lead.round_number)
    problem = working_problem(lead, by=by, now=now) or _proposed_problem(lead)
    if problem is None:
        problem = closing_problem(chosen, Evidence(lead, round_, by), facts, by=by, now=now)
    if problem is not None:
        raise problem
    before = state_before(lead, by=by, now=now)
    if by is not None and lead.is_at_bdc:
        hold_for(lead, agent=by, now=now)
    _keep_postcode(lead, facts)
    if chosen.effect == "stop_calling":
        object_to_calls(lead.customer_id, by=by, now=now, spare=lead.pk)
        lead = lock_lead(lead)
    if by is not None and needs_approval(chosen, lead, round_):
        proposal = _propose(lead, round_, chosen, facts, by=by, now=now)
        if chosen.effect != "stop_calling":
            keep_step(lead, before, Step.What.PROPOSAL, proposal=proposal)
    else:
        write_off(
            lead,
            round_,
            reason=chosen,
            by=by,
            now=now,
            facts=round_facts(chosen, Evidence(lead, round_, by), facts, by=by, now=now),
        )
        if chosen.effect != "stop_calling" and chosen.code != SOLD:
            keep_step(lead, before, Step.What.CLOSE)
    return lead


def round_facts(
    reason: CloseReason, evidence: Evidence, facts: Facts, *, by: User | None, now: datetime
) -> dict[str, Any]:
    """The facts of a close-out as fields of the round; a sale becomes a row of its own."""
    lead = evidence.lead
    needs = set(reason.needs)
    fields: dict[str, Any] = {}
    if "original_lead" in needs:
        fields["original"] = original_lead(evidence, facts)
    if "destination" in needs:
        fields["destination"] = facts.destination
    if "purchase" in needs:
        own_brand, own_area = purchase_facts(lead, facts)
        fields |= {
            "purchase_make": clean_text(facts.purchase_make, limit=60),
            "purchase_model": clean_text(facts.purchase_model, limit=80),
            "purchase_dealer": clean_text(facts.purchase_dealer, limit=120),
            "purchase_own_brand": own_brand,
            "purchase_own_area": own_area,
        }
    if "preferred_car" in needs:
        fields["preferred_make"] = clean_text(facts.preferred_make, limit=60)
        fields["preferred_model"] = clean_text(facts.preferred_model, limit=80)
    if "own_or_other_dealer" in needs:
        fields["dealer"] = facts.dealer
    if "follow_up_date" in needs:
        fields["follow_up_at"] = facts.follow_up_at
    for kind in ("showroom", "test_drive", "workshop"):
        if f"appointment_{kind}" in needs:
            fields["appointment"] = evidence.appointments[kind]
    if needs & {"quote", "quote_request"}:
        fields["quote"] = evidence.quote
    if "objection" in needs or reason.effect == "stop_calling":
        fields["objected"] = True
    if "no_dialable_number" in needs:
        fields["without_dialable_number"] = True
    if "sale" in needs:
        fields |= _sell(evidence, facts, by=by, now=now)
    return fields


def _sell(evidence: Evidence, facts: Facts, *, by: User | None, now: datetime) -> dict[str, Any]:
    told = facts.sale
    if told is None:
        raise LookupError("a sale was judged to be there and is not")
    sale = Sale.objects.create(
        lead=evidence.lead,
        dealership_id=evidence.lead.dealership_id,
        round=evidence.round,
        make=clean_text(told.make, limit=60),
        model=clean_text(told.model, limit=80),
        condition=told.condition,
        is_new_customer=told.new_customer,
        is_fleet=told.fleet,
        price=told.price,
        at=now,
        by=by,
    )
    evidence.lead.set_once("sold_at", now)
    record(evidence.lead, "sold", by=by, now=now)
    return {"sale": sale, "sold_at": now}


def _keep_postcode(lead: Lead, facts: Facts) -> None:
    read = read_postcode(facts.purchase_postcode)
    if read is not None and not lead.customer.postcode:
        lead.customer.postcode = read.text
        lead.customer.save(update_fields=["postcode"])


def _propose(
    lead: Lead, round_: Round, reason: CloseReason, facts: Facts, *, by: User, now: datetime
) -> Proposal:
    """A close-out that somebody else decides on; until then the lead counts as open."""
    let_go(lead, now=now)
    proposal = Proposal.objects.create(
        lead=lead,
        dealership_id=lead.dealership_id,
        round=round_,
        reason=reason,
        facts=facts.as_json(),
        proposed_by=by,
        proposed_at=now,
    )
    lead.status = Status.PROPOSED
    lead.offer_ends_at = None
    lead.save(update_fields=["status", "offer_ends_at"])
    record(lead, "close_proposed", by=by, now=now, reason=reason.code)
    return proposal
