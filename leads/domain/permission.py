"""May we call this customer about this lead? Every outbound call needs a ground.

Source: product.md, May we call; reference/domain.md section 4 rows 2, 3, 4, 6, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bdc.prepared import Given, Prepared
from leads.domain.binding import open_promise
from leads.models import (
    AppointmentKind,
    Consent,
    ConsentPurpose,
    Ground,
    Interest,
    Lead,
    Round,
)

WITHOUT_END = datetime(9999, 12, 31, tzinfo=UTC)
# A promised call may be made from a little before its time.
PROMISE_MAY_BE_EARLY = timedelta(minutes=30)

WHY: dict[str, Promise] = {
    Ground.OWN_REQUEST: _("The customer asked for this himself."),
    Ground.CALL_BACK: _("This call was agreed with the customer."),
    Ground.FOLLOW_UP: _("The customer agreed to be called on this date."),
    Ground.CONSENT: _("The customer consented to calls."),
    Ground.COMPANY: _("A company number: no consent is needed."),
    Ground.SERVICE_CALL: _("A service call about an agreed appointment, without an offer."),
}
NO_GROUND = _(
    "There is no ground to call this customer. Ask consent by e-mail or letter, or wait until "
    "the customer asks for something."
)
OBJECTED = _(
    "This customer objects to calls. Only a new request of the customer's own changes that."
)

# What a list loads with its leads beforehand; of a single lead it is read when it is asked for.
_CONSENTS = Prepared(lambda: Consent.objects.filter(customer=Given("customer")))


@dataclass(frozen=True)
class Permission:
    """Whether a call is allowed, on which ground, why, and until when the ground lasts."""

    allowed: bool
    ground: str
    why: str | Promise
    until: datetime | None = None


def may_call(lead: Lead, *, now: datetime) -> Permission:
    """Judge whether the customer may be called about `lead` now; hours are judged apart."""
    for ground, until in _grounds(lead, now):
        if until > now:
            return Permission(allowed=True, ground=ground, why=WHY[ground], until=until)
    why = OBJECTED if _objection_stands(lead) else NO_GROUND
    return Permission(allowed=False, ground="", why=why)


def lasting_ground_until(lead: Lead, *, now: datetime) -> datetime | None:
    """Until when a ground is known beforehand: what the queue may offer the lead on.

    Call-backs and follow-up dates are grounds for their own call alone, so they stay out.
    """
    untils = [until for _ground, until in _grounds(lead, now, for_one_call=False) if until > now]
    return max(untils, default=None)


def _objection_stands(lead: Lead) -> bool:
    return stands_against(lead, lead.customer.objected_at)


def stands_against(lead: Lead, objected_at: datetime | None) -> bool:
    """Whether an objection made then stops calls about the lead.

    A later own request is a ground for that lead alone (product.md, right of objection).
    """
    if objected_at is None:
        return False
    return lead.requested_at is None or lead.requested_at <= objected_at


def _grounds(
    lead: Lead, now: datetime, *, for_one_call: bool = True
) -> Iterator[tuple[Ground, datetime]]:
    """Every ground of the lead with its end, the customer's own wish first."""
    if _objection_stands(lead):
        return
    if lead.requested_at is not None:
        days = timedelta(days=lead.dealership.own_request_days)
        yield Ground.OWN_REQUEST, lead.requested_at + days
    if lead.customer.objected_at is not None:
        return
    if for_one_call and _promise_is_due(lead, now):
        yield Ground.CALL_BACK, WITHOUT_END
    if for_one_call and _follow_up_is_due(lead, now):
        yield Ground.FOLLOW_UP, WITHOUT_END
    if _has_consent(lead, now):
        yield Ground.CONSENT, WITHOUT_END
    if lead.customer.is_legal_person:
        yield Ground.COMPANY, WITHOUT_END
    if lead.interest == Interest.SERVICE and lead.pk:
        for appointment in lead.appointments.all():  # loaded beforehand in lists
            is_workshop = appointment.kind == AppointmentKind.WORKSHOP
            if is_workshop and not appointment.outcome and appointment.starts_at > now:
                yield Ground.SERVICE_CALL, appointment.starts_at


def _promise_is_due(lead: Lead, now: datetime) -> bool:
    """Whether an open call-back may be made now."""
    promise = open_promise(lead)
    return promise is not None and promise.due_at - PROMISE_MAY_BE_EARLY <= now


def _follow_up_is_due(lead: Lead, now: datetime) -> bool:
    """The first call of a round that BDC-16 began, on or after the agreed date."""
    if lead.pk is None or lead.round_number == 1:
        return False
    rounds = [round_ for round_ in lead.rounds.all() if round_.number <= lead.round_number]
    current = next((one for one in rounds if one.number == lead.round_number), None)
    # What was undone in between is as if it had not been.
    before = [one for one in rounds if one.number < lead.round_number and not one.is_undone]
    if current is None or not before or current.attempts > 0:
        return False
    agreed = max(before, key=lambda one: one.number)
    return (
        agreed.reason_id == "BDC-16"
        and agreed.follow_up_at is not None
        and agreed.follow_up_at - PROMISE_MAY_BE_EARLY <= now
    )


def agreed_follow_ups(now: datetime) -> QuerySet[Round]:
    """The rounds that ended with a follow-up date whose call may be made now; to use in Exists.

    The date is a ground for that call alone, so it is not in `callable_until`. See also
    _follow_up_is_due().
    """
    rounds = Round.objects.filter(lead=OuterRef("lead"))
    uncalled = rounds.filter(ended_at=None, attempts=0)
    since = rounds.filter(is_undone=False, ended_at__isnull=False, number__gt=OuterRef("number"))
    return Round.objects.filter(
        Exists(uncalled),
        ~Exists(since),
        lead=OuterRef("pk"),
        is_undone=False,
        reason="BDC-16",
        follow_up_at__lte=now + PROMISE_MAY_BE_EARLY,
    )


def _has_consent(lead: Lead, now: datetime) -> bool:
    """Consent with its words, for this purpose, given and not withdrawn."""
    purposes = {ConsentPurpose.ALL}
    purposes.add(
        ConsentPurpose.SERVICE if lead.interest == Interest.SERVICE else ConsentPurpose.SALES
    )
    return any(
        consent.words and consent.purpose in purposes and consent.given_at <= now
        for consent in _CONSENTS.of(lead.customer, "consents", customer=lead.customer_id)
        if consent.withdrawn_at is None
    )
