"""Leads come in: kept raw, matched to a customer, joined or new, and routed.

Source: product.md, A lead and Routing; contract.md, POST leads/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed
from bdc.transactions import retrying_atomic
from dealers.models import Dealership
from leads.domain.access import require
from leads.domain.cadence import next_call
from leads.domain.contact_details import (
    ConsentIn,
    add_consents,
    add_contact_details,
    add_vehicle,
    new_customer,
    reads_of,
)
from leads.domain.locking import lock_customer, lock_lead
from leads.domain.matching import hold_contact_keys, known_customer
from leads.domain.rechecking import recheck_open_leads
from leads.domain.rounds import become_active, hand_over, let_go, refresh_ground
from leads.domain.routing import destination_of, place_new
from leads.domain.timeline import record
from leads.domain.withdrawing import withdraw_proposal
from leads.formats.mails import mail_key, to_address
from leads.formats.plates import normalise_plate
from leads.formats.text import clean_lines, clean_text
from leads.models import (
    Campaign,
    Channel,
    Conversation,
    ConversationChannel,
    Customer,
    Event,
    Interest,
    Kind,
    Lead,
    Note,
    Queue,
    RawInput,
    Round,
    Status,
)

REPEAT_ENQUIRY = timedelta(days=90)
JOINED = "joined_by_repeat_enquiry"
# A caller and a visitor are reached on arrival (product.md, Attempts and conversations).
REACHED_ON_ARRIVAL = {
    Channel.PHONE: ConversationChannel.INBOUND,
    Channel.WALK_IN: ConversationChannel.SHOWROOM,
    Channel.SERVICE_REFERRAL: ConversationChannel.SHOWROOM,
}


@dataclass(frozen=True)
class LeadIn:
    """What somebody tells us about a lead; texts as they came, cleaned on the way in."""

    kind: str
    channel: str
    dealership: Dealership
    name: str = ""
    first_name: str = ""
    infix: str = ""
    last_name: str = ""
    initials: str = ""
    salutation: str = ""
    company: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    postcode: str = ""
    street: str = ""
    city: str = ""
    customer_number: str = ""
    consents: tuple[ConsentIn, ...] = ()
    interest: str = Interest.OTHER
    line: int | None = None
    source: str = ""
    campaign: Campaign | None = None
    make: str = ""
    model: str = ""
    plate: str = ""
    year: int | None = None
    message: str = ""
    external_id: str = ""
    cost: Decimal | None = None
    missed_call: bool = False
    requested_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def keep_raw(
    door: str, body: bytes, content_type: str, *, by: User | None, now: datetime
) -> RawInput:
    """Keep what arrived as it arrived; called in the accepting transaction."""
    return RawInput.objects.create(
        door=door,
        body=body,
        content_type=clean_text(content_type, limit=120),
        received_at=now,
        received_by=by,
    )


@retrying_atomic
def receive_lead(asked: LeadIn, *, raw: RawInput | None, by: User | None, now: datetime) -> Lead:
    """Take in one lead and return it, or the open lead that a repeat enquiry joined.

    A document that was sent again (same source and id) gives the lead that it made before.
    Raises NotAllowed when `by` has no role at the dealership, Malformed for a missed call that
    came by another channel than the phone.
    """
    require(by, "receive", asked.dealership.pk)
    if asked.missed_call and asked.channel != Channel.PHONE:
        raise Malformed(
            FieldProblem("missed_call", "invalid", _("Only a phone call is missed: say `phone`."))
        )
    source = clean_text(asked.source, limit=120)
    external_id = clean_text(asked.external_id, limit=200)
    if external_id:
        hold_contact_keys(asked.dealership.group_id, [f"external:{source}:{external_id}"])
        sent_before = _made_or_joined_before(asked.dealership, source, external_id)
        if sent_before is not None:
            return sent_before

    customer = _customer_of(asked, by=by, now=now)
    if asked.kind == Kind.ACTIVE:
        open_lead = _open_lead_to_join(asked, customer, now)
        if open_lead is not None:
            return _join(open_lead, asked, raw=raw, by=by, now=now)
    return _new_lead(
        asked, customer, source=source, external_id=external_id, raw=raw, by=by, now=now
    )


def _made_or_joined_before(dealership: Dealership, source: str, external_id: str) -> Lead | None:
    """The lead that this document made, or joined, when it came the first time."""
    made = Lead.objects.filter(
        dealership=dealership, source=source, external_id=external_id
    ).first()
    if made is not None:
        return made
    joined = (
        Event.objects.alias(document=KeyTextTransform("external_id", "facts"))
        .filter(dealership=dealership, verb=JOINED, document=external_id)
        .filter(facts__source=source or "–")
        .select_related("lead")
        .first()
    )
    return None if joined is None else joined.lead


def _customer_of(asked: LeadIn, *, by: User | None, now: datetime) -> Customer:
    """The customer whom the contact details name, known or new, with what is new about them."""
    group_id = asked.dealership.group_id
    phones = reads_of(asked.phones)
    addresses = [to_address(text) for text in asked.emails]
    emails = [mail_key(address) for address in addresses if address is not None]
    dialable = [phone.e164 for phone in phones if phone.dialable and phone.e164]
    hold_contact_keys(group_id, [*dialable, *emails])
    known = known_customer(group_id, phones=dialable, emails=emails)
    customer = new_customer(asked, now=now) if known is None else lock_customer(known.pk)
    is_news = known is not None and bool(asked.consents or _is_first_number(customer, dialable))
    add_contact_details(customer, phones=phones, emails=emails, postcode=asked.postcode)
    add_consents(customer, asked.consents, dealership=asked.dealership, by=by, now=now)
    if is_news:
        recheck_open_leads(customer, now=now)
    return customer


def _is_first_number(customer: Customer, dialable: list[str]) -> bool:
    """Whether somebody whom nobody could call gives a number to call."""
    return bool(dialable) and not customer.phones.filter(is_dialable=True).exists()


def _open_lead_to_join(asked: LeadIn, customer: Customer, now: datetime) -> Lead | None:
    return (
        Lead.objects.filter(
            customer=customer,
            dealership=asked.dealership,
            interest=asked.interest,
            received_at__gte=now - REPEAT_ENQUIRY,
        )
        .not_closed()
        .order_by("received_at", "pk")
        .first()
    )


def _new_lead(
    asked: LeadIn,
    customer: Customer,
    *,
    source: str,
    external_id: str,
    raw: RawInput | None,
    by: User | None,
    now: datetime,
) -> Lead:
    is_active = asked.kind == Kind.ACTIVE
    lead = Lead(
        group_id=asked.dealership.group_id,
        dealership=asked.dealership,
        customer=customer,
        campaign=asked.campaign,
        raw=raw,
        kind=asked.kind,
        kind_at_receipt=asked.kind,
        channel=asked.channel,
        interest=asked.interest,
        line=asked.line,
        source=source,
        external_id=external_id,
        cost=asked.cost,
        is_missed_call=asked.missed_call,
        make=clean_text(asked.make, limit=60),
        model=clean_text(asked.model, limit=80),
        plate=normalise_plate(asked.plate)[:8],
        year=asked.year,
        extra=asked.extra,
        # For the INSERT alone; the first round gives the owner in the same transaction.
        queue=Queue.CATCH_ALL if is_active else Queue.PASSIVE,
        round_number=0,
        requested_at=(asked.requested_at or now) if is_active else None,
        priority=asked.campaign.priority if asked.campaign else 0,
        received_at=now,
    )
    if lead.requested_at is not None and lead.requested_at > now:
        lead.requested_at = now
    lead.has_dialable_number = customer.phones.filter(is_dialable=True).exists()
    lead.save()
    refresh_ground(lead, now=now)
    record(lead, "received", by=by, now=now, channel=lead.channel, source=source or "–")
    if lead.is_missed_call:
        record(lead, "call_missed", by=None, now=now)
    if asked.warnings:
        record(lead, "read_with_warnings", by=None, now=now, warnings=list(asked.warnings))
    _keep_message(lead, asked.message, by=by, now=now)
    if asked.plate:
        add_vehicle(customer, plate=lead.plate, make=lead.make, model=lead.model, year=lead.year)
    place_new(lead, destination_of(lead, now=now), by=None, now=now)
    _reached_on_arrival(lead, by=by, now=now, is_missed_call=asked.missed_call)
    return lead


def _join(
    open_lead: Lead, asked: LeadIn, *, raw: RawInput | None, by: User | None, now: datetime
) -> Lead:
    """A repeat enquiry joins the open lead (product.md, Routing).

    A passive one becomes active; a BDC round other than inbound ends and routing runs; a
    proposal is withdrawn.
    """
    lead = lock_lead(open_lead)
    record(
        lead,
        JOINED,
        by=by,
        now=now,
        channel=asked.channel,
        source=clean_text(asked.source, limit=120) or "–",
        external_id=clean_text(asked.external_id, limit=200) or None,
        input=raw.pk if raw else None,
    )
    _keep_message(lead, asked.message, by=by, now=now)
    withdraw_proposal(lead, why="repeat_enquiry", now=now)
    lead.requested_at = now
    lead.has_dialable_number = lead.customer.phones.filter(is_dialable=True).exists()
    lead.make = lead.make or clean_text(asked.make, limit=60)
    lead.model = lead.model or clean_text(asked.model, limit=80)
    lead.plate = lead.plate or normalise_plate(asked.plate)[:8]
    refresh_ground(lead, now=now)
    works_on = lead.owner_id is not None or lead.queue in (Queue.INBOUND, Queue.CATCH_ALL)
    if works_on:
        lead.next_call_at = now if lead.has_dialable_number else None
        lead.save()
    else:
        let_go(lead, now=now)
        hand_over(lead, by=None, now=now)
        lead.channel = asked.channel
        lead.is_missed_call = asked.missed_call
        become_active(lead, by=None, now=now)
        place_new(lead, destination_of(lead, now=now), by=None, now=now)
    _reached_on_arrival(
        lead, by=by, now=now, is_missed_call=asked.missed_call, channel=asked.channel
    )
    return lead


def _reached_on_arrival(
    lead: Lead,
    *,
    by: User | None,
    now: datetime,
    is_missed_call: bool,
    channel: str | None = None,
) -> None:
    how = REACHED_ON_ARRIVAL.get(Channel(channel or lead.channel))
    if how is not None and not is_missed_call and lead.status != Status.CLOSED:
        note_conversation(lead, channel=how, by=by, now=now)


def note_conversation(lead: Lead, *, channel: str, by: User | None, now: datetime) -> Conversation:
    """A conversation with the right person: the lead and its round are reached.

    It leaves the round open, so its maximum becomes the attempts made plus the policy's
    maximum: that many unanswered in a row (product.md, Attempts and conversations).
    """
    round_ = Round.objects.select_for_update().get(lead=lead, number=lead.round_number)
    conversation = Conversation.objects.create(
        lead=lead, dealership_id=lead.dealership_id, round=round_, channel=channel, at=now, by=by
    )
    round_.refresh_from_db()
    round_.reached_at = round_.reached_at or now
    raised = max(round_.maximum, round_.attempts + round_.policy_maximum)
    is_raised = raised > round_.maximum
    round_.maximum = raised
    round_.save(update_fields=["reached_at", "maximum"])
    lead.set_once("reached_at", now)
    lead.system_close_at = None
    if lead.next_call_at is None and lead.has_dialable_number:
        # It was at its maximum; there is room again.
        lead.next_call_at = next_call(lead.dealership, attempts=round_.attempts, last_at=now)
    if channel != ConversationChannel.OUTBOUND:
        # The customer came to us: his last own action, a ground to call for 30 days.
        lead.requested_at = now
        refresh_ground(lead, now=now)
    lead.save()
    record(lead, "conversed", by=by, now=now, channel=channel)
    if is_raised:
        record(lead, "maximum_raised", by=None, now=now, maximum=raised)
    return conversation


def _keep_message(lead: Lead, message: str, *, by: User | None, now: datetime) -> None:
    body = clean_lines(message, limit=10_000)
    if body:
        Note.objects.create(lead=lead, dealership_id=lead.dealership_id, at=now, by=by, body=body)
