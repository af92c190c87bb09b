"""What ending a round with a reason does: the lead closes, or its next round begins.

Called with everything judged and the lead locked; closing, approving, objections and the
system's own close-outs come together here. Source: product.md, Close-out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from bdc.accounts.models import User
from bdc.outbox.effects import enqueue
from dealers.domain.hours import next_callable
from dealers.models import Side
from leads.domain.forwarding import forward
from leads.domain.locking import lock_customer, lock_lead
from leads.domain.rounds import become_active, begin_round, let_go, refresh_ground, round_of
from leads.domain.routing import Destination, destination_in_sales, place_new
from leads.domain.timeline import record
from leads.domain.withdrawing import withdraw_proposal
from leads.models import CallBack, CloseReason, Customer, Lead, Objection, Queue, Round, Status

OUT_OF_SELECTIONS = timedelta(days=90)


def write_off(
    lead: Lead,
    round_: Round,
    *,
    reason: CloseReason,
    by: User | None,
    now: datetime,
    approved_by: User | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """End the round of a locked lead with `reason`; `facts` are fields of the round."""
    let_go(lead, now=now)
    for name, fact in (facts or {}).items():
        setattr(round_, name, fact)
    round_.reason = reason
    round_.ending = Round.Ending.CLOSED
    round_.ended_at = now
    round_.closed_by = by
    round_.approved_by = approved_by
    round_.save()
    if approved_by is not None:
        record(lead, "close_approved", by=approved_by, now=now, reason=reason.code)
    record(lead, "closed", by=by, now=now, reason=reason.code)
    _carry_out(lead, round_, reason, now=now)


def object_to_calls(
    customer_id: int, *, by: User | None, now: datetime, spare: int | None = None
) -> Customer:
    """End every open BDC round of the customer with BDC-08 and every sales round with VK-08.

    By the system and without further evidence. `spare` is a lead that its own close-out ends.
    """
    customer = lock_customer(customer_id)
    Objection.objects.create(group_id=customer.group_id, customer=customer, at=now, by=by)
    customer.objected_at = now
    customer.save(update_fields=["objected_at"])
    for found in Lead.objects.filter(customer=customer).not_closed().order_by("pk"):
        lead = lock_lead(found)
        record(lead, "objected", by=by, now=now)
        refresh_ground(lead, now=now)
        lead.save(update_fields=["callable_until", "without_ground_since"])
        if lead.pk == spare:
            continue
        end_for_objection(lead, now=now)
    return customer


def end_for_objection(lead: Lead, *, now: datetime) -> None:
    """End the round of a locked lead whose customer objects to calls; the system does it."""
    withdraw_proposal(lead, why="objected", now=now)
    round_ = round_of(lead)
    code = "VK-08" if round_.side == Side.SALESPERSON else "BDC-08"
    write_off(
        lead,
        round_,
        reason=CloseReason.objects.get(pk=code),
        by=None,
        now=now,
        facts={"objected": True},
    )


def _carry_out(lead: Lead, round_: Round, reason: CloseReason, *, now: datetime) -> None:
    """Begin the next round where the reason has one; close the lead otherwise."""
    if reason.effect == "to_sales":
        _to_sales(lead, round_, now=now)
    elif reason.effect == "second_voice":
        _to_second_voice(lead, now=now)
    elif reason.effect == "follow_up":
        begin_round(lead, by=None, now=now, queue=lead.queue, next_call_at=round_.follow_up_at)
        record(lead, "call_planned", by=None, now=now, at=str(_iso(round_.follow_up_at)))
    else:
        _close(lead, round_, reason, now=now)
        _effects_of_closing(lead, round_, reason, now=now)


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else "–"


def _to_sales(lead: Lead, round_: Round, *, now: datetime) -> None:
    """A conversion: an active lead for the salesperson of the appointment, else by the rule."""
    appointment = round_.appointment
    become_active(lead, by=None, now=now)
    if appointment is not None and appointment.salesperson is not None:
        destination = Destination(why="of_the_appointment", owner=appointment.salesperson)
    else:
        destination = destination_in_sales(lead, now=now)
    place_new(
        lead,
        destination,
        by=None,
        now=now,
        next_call_at=appointment.starts_at if appointment else None,
        began_with_appointment=appointment is not None,
    )


def _to_second_voice(lead: Lead, *, now: datetime) -> None:
    place_new(
        lead,
        Destination(why="lost_sale", queue=Queue.SECOND_VOICE),
        by=None,
        now=now,
        next_call_at=next_callable(lead.dealership, now),
    )


def _close(lead: Lead, round_: Round, reason: CloseReason, *, now: datetime) -> None:
    lead.status = Status.CLOSED
    lead.close_reason = reason
    lead.owner = None
    lead.queue = ""
    lead.next_call_at = None
    lead.system_close_at = None
    lead.offer_ends_at = None
    lead.is_pollution = reason.needs_second_pair_of_eyes
    lead.set_once("closed_at", now)
    lead.duplicate_of = round_.original
    lead.save()


def _effects_of_closing(lead: Lead, round_: Round, reason: CloseReason, *, now: datetime) -> None:
    if reason.effect == "ask_contact_details" and lead.customer.emails.exists():
        record(lead, "details_asked", by=None, now=now)
        enqueue(
            "ask_contact_details",
            key=f"ask:{lead.pk}:{round_.number}",
            payload={"lead": lead.pk},
            now=now,
        )
    elif reason.effect == "forward":
        forward(lead, round_, now=now)
    elif reason.effect == "park_long_term":
        _park(lead.customer, now=now)


def _park(customer: Customer, *, now: datetime) -> None:
    """Keep a customer out of selections: whom we chose ourselves is not called meanwhile.

    What the customer asks for goes on, and so does a call that was promised (product.md,
    Close-out: BDC-06 keeps the customer out of selections for 90 days).
    """
    customer.parked_until = now + OUT_OF_SELECTIONS
    customer.save(update_fields=["parked_until"])
    leave_alone(customer, now=now)


def leave_alone(customer: Customer, *, now: datetime) -> dict[int, datetime]:
    """Plan the passive leads of a parked customer after it; return when each was due before."""
    promised = CallBack.objects.filter(lead=OuterRef("pk"), done_at=None)
    chosen = Lead.objects.filter(
        ~Exists(promised),
        customer=customer,
        queue=Queue.PASSIVE,
        status=Status.OPEN,
        next_call_at__lt=customer.parked_until or now,
    )
    due_before: dict[int, datetime] = {}
    for found in chosen.order_by("pk"):
        lead = lock_lead(found)
        if lead.next_call_at is None or customer.parked_until is None:
            continue
        due_before[lead.pk] = lead.next_call_at
        lead.next_call_at = next_callable(lead.dealership, customer.parked_until)
        lead.save(update_fields=["next_call_at"])
        record(lead, "call_planned", by=None, now=now, at=_iso(lead.next_call_at))
    return due_before
