"""What a change of a customer means for the open leads: number, ground, and when called next."""

from __future__ import annotations

from datetime import datetime

from bdc.accounts.models import User
from dealers.domain.hours import next_callable
from leads.domain.cadence import next_call
from leads.domain.locking import lock_lead
from leads.domain.rounds import refresh_ground, round_of
from leads.domain.timeline import record
from leads.models import Attempt, CallBack, Customer, Lead, Queue, Status


def recheck_open_leads(customer: Customer, *, now: datetime) -> list[Lead]:
    """Write down anew what depends on the customer of each open lead, and return those leads.

    The customer is locked. A lead whose first number appears is planned to be called; one whose
    last number goes is a mail task.
    """
    can_dial = customer.phones.filter(is_dialable=True).exists()
    leads = []
    for found in open_leads_of(customer):
        lead = lock_lead(found)
        refresh_ground(lead, now=now)
        if lead.has_dialable_number != can_dial:
            lead.has_dialable_number = can_dial
            _plan_anew(lead, now=now)
        lead.save()
        leads.append(lead)
    return leads


def open_leads_of(customer: Customer) -> list[Lead]:
    """The customer's leads that are not closed, in the order in which they are locked."""
    leads = Lead.objects.filter(customer=customer).not_closed()
    return list(leads.select_related("dealership__group").order_by("pk"))


def record_on_open_leads(
    customer: Customer,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    **facts: str | int | list[str],
) -> None:
    """Add an entry to the timeline of every open lead, or of the newest when all are closed."""
    leads = open_leads_of(customer)
    if not leads:
        leads = list(Lead.objects.filter(customer=customer).order_by("-received_at", "-pk")[:1])
    for lead in leads:
        record(lead, verb, by=by, now=now, **facts)


def _plan_anew(lead: Lead, *, now: datetime) -> None:
    """When the lead is called next, now that its customer has a number, or has none any more."""
    if not lead.has_dialable_number:
        lead.next_call_at = None
        lead.offer_ends_at = None
        return
    promise = CallBack.objects.filter(lead=lead, done_at=None).first()
    round_ = round_of(lead)
    if promise is not None:
        lead.next_call_at = promise.due_at
    elif lead.status == Status.OPEN and round_.attempts_left > 0:
        is_chosen = lead.queue == Queue.PASSIVE  # by us: not called while the customer is parked
        earliest = max(now, (lead.customer.parked_until if is_chosen else None) or now)
        lead.next_call_at = now if lead.owner_id else next_callable(lead.dealership, earliest)
        last = Attempt.objects.filter(round=round_, counts=True).order_by("-at").first()
        if last is not None:
            planned = next_call(lead.dealership, attempts=round_.attempts, last_at=last.at)
            lead.next_call_at = max(planned, lead.next_call_at)
