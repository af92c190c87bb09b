"""Evidence: what a lead must hold, or a person must tell, before a reason of the list may close it.

What each reason needs stands in leads/reference/close_out_reasons.csv (product.md, Close-out; seed
R-101, R-112); the same evidence stands as constraints of the round, and
tests/leads/domain/test_closing_agreement.py holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Sentence
from leads.domain.facts import Facts
from leads.models import Appointment, CloseReason, Lead, Quote, Round

# What a person tells with the close-out; everything else must already be there.
TOLD_NEEDS = frozenset(
    {
        "original_lead",
        "destination",
        "objection",
        "purchase",
        "preferred_car",
        "own_or_other_dealer",
        "follow_up_date",
        "sale",
    }
)


def asks_facts(reason: CloseReason) -> bool:
    """Whether a person has to tell something with this reason."""
    return any(need in TOLD_NEEDS for need in reason.needs)


@dataclass(frozen=True)
class Evidence:
    """What the lead holds for a close-out: its round, its number, appointments and quotes."""

    lead: Lead
    round: Round
    # Who closes, and so may point to no lead that he cannot see; None is the system.
    by: User | None = None

    @cached_property
    def has_dialable_number(self) -> bool:
        return self.lead.customer.phones.filter(is_dialable=True).exists()

    @cached_property
    def appointments(self) -> dict[str, Appointment]:
        """The live appointment of each kind: agreed, and neither cancelled nor moved."""
        live = self.lead.appointments.filter(outcome="").order_by("-starts_at")
        return {appointment.kind: appointment for appointment in live}

    @cached_property
    def quote(self) -> Quote | None:
        return self.lead.quotes.order_by("-at").first()


Check = Callable[[Evidence, Facts], FieldProblem | None]


def _needs(
    code: str, field: str, message: Sentence, holds: Callable[[Evidence, Facts], Any]
) -> Check:
    def check(evidence: Evidence, facts: Facts) -> FieldProblem | None:
        return None if holds(evidence, facts) else FieldProblem(field, code, message)

    return check


def _attempts_left(evidence: Evidence, facts: Facts) -> FieldProblem | None:
    left = evidence.round.attempts_left
    if left == 0:
        return None
    message = ngettext_lazy(
        "%(left)d more attempt is needed for this reason.",
        "%(left)d more attempts are needed for this reason.",
        left,
    ) % {"left": left}
    return FieldProblem("attempts", "attempts_left", message)


def _follow_up(evidence: Evidence, facts: Facts) -> FieldProblem | None:
    if facts.follow_up_at is not None:
        return None
    return FieldProblem(
        "follow_up_at",
        "follow_up_date_missing",
        _("Say on which date the customer may be called again."),
    )


def _appointment(kind: str, message: Sentence) -> Check:
    return _needs(
        "appointment_missing", "appointment", message, lambda ev, _facts: kind in ev.appointments
    )


CHECKS: dict[str, Check] = {
    "original_lead": _needs(
        "original_lead_missing",
        "original",
        _("Say which lead this one is a duplicate of."),
        lambda ev, facts: original_lead(ev, facts) is not None,
    ),
    "no_dialable_number": _needs(
        "phone_present",
        "phone",
        _("This customer has a phone number that can be called."),
        lambda ev, _facts: not ev.has_dialable_number,
    ),
    "destination": _needs(
        "destination_missing",
        "destination",
        _("Say which department this lead is meant for."),
        lambda _ev, facts: facts.destination,
    ),
    "wrong_details_attempt": _needs(
        "no_wrong_details_attempt",
        "attempts",
        _("Call first: this reason needs an attempt with the result “wrong number”."),
        lambda ev, _facts: ev.round.wrong_numbers > 0,
    ),
    "maximum_attempts": _attempts_left,
    "refused_attempt": _needs(
        "not_refused",
        "attempts",
        _("This reason needs an attempt with the result “refused”."),
        lambda ev, _facts: ev.round.refusals > 0,
    ),
    "objection": _needs(
        "objection_missing",
        "objection",
        _("Record first that the customer objects to calls."),
        lambda ev, facts: facts.objection or ev.lead.customer.objected_at is not None,
    ),
    "spoken": _needs(
        "not_spoken",
        "conversation",
        _("Speak with the customer first: this reason needs a conversation."),
        lambda ev, _facts: ev.round.conversations > 0,
    ),
    "purchase": _needs(
        "purchase_missing",
        "purchase",
        _("Say which brand the customer bought."),
        lambda _ev, facts: facts.purchase_make.strip(),
    ),
    "preferred_car": _needs(
        "preferred_car_missing",
        "preferred_car",
        _("Say which car the customer wants."),
        lambda _ev, facts: facts.preferred_make.strip(),
    ),
    "own_or_other_dealer": _needs(
        "dealer_missing",
        "dealer",
        _("Say whether the contact is with our own dealership or another dealer."),
        lambda _ev, facts: facts.dealer,
    ),
    "follow_up_date": _follow_up,
    "appointment_showroom": _appointment("showroom", _("Book the showroom appointment first.")),
    "appointment_test_drive": _appointment("test_drive", _("Book the test drive first.")),
    "appointment_workshop": _appointment("workshop", _("Book the workshop appointment first.")),
    "quote_request": _needs(
        "quote_missing",
        "quote",
        _("Note the quote request first."),
        lambda ev, _facts: ev.quote is not None,
    ),
    "quote": _needs(
        "quote_missing",
        "quote",
        _("This reason needs a quote that was made."),
        lambda ev, _facts: ev.quote is not None,
    ),
    "sale": _needs(
        "sale_missing",
        "sale",
        _("Say which car was sold."),
        lambda _ev, facts: facts.sale is not None,
    ),
}


def missing_evidence(
    reason: CloseReason, evidence: Evidence, facts: Facts, *, told: bool = True
) -> list[FieldProblem]:
    """What `reason` needs and is not there, in the order of the list.

    With `told=False` only what must already be on the lead: the facts come with the close-out.
    """
    needs = [need for need in reason.needs if need in CHECKS and (told or need not in TOLD_NEEDS)]
    problems = [CHECKS[need](evidence, facts) for need in needs]
    return [problem for problem in problems if problem is not None]


def original_lead(evidence: Evidence, facts: Facts) -> Lead | None:
    """The other lead of the same dealer group that this one repeats, as far as `by` sees it."""
    if facts.original is None:
        return None
    seen = Lead.objects.visible_to(evidence.by) if evidence.by else Lead.objects.all()
    lead = evidence.lead
    return seen.filter(pk=facts.original, group=lead.group_id).exclude(pk=lead.pk).first()
