"""What a salesperson does now, later today and on a later day; and what is late.

Source: product.md, Routing and Attempts and conversations; ux.md 2.2 (S2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from dealers.domain.hours import local
from leads.domain.binding import open_promise
from leads.domain.due import PROMISE_IS_OVERDUE
from leads.domain.routing import TWO_MINUTES
from leads.models import Appointment, CallBack, Lead, Proposal, Queue, Status

# A planned call may be made a while after its time before it is late.
CALL_IS_OVERDUE = timedelta(hours=1)


@dataclass(frozen=True)
class Agenda:
    """The open leads of one person, in the order of work."""

    now: list[Lead] = field(default_factory=list)
    today: list[Lead] = field(default_factory=list)
    later: list[Lead] = field(default_factory=list)
    awaiting: list[Lead] = field(default_factory=list)


def agenda_of(leads: Iterable[Lead], *, now: datetime) -> Agenda:
    """Divide somebody's open leads (loaded with `for_rows`) over now, today and later."""
    agenda = Agenda()
    for lead in sorted(leads, key=lambda lead: (due_at(lead, now=now) or now, lead.pk)):
        due = due_at(lead, now=now)
        if lead.status == Status.PROPOSED:
            agenda.awaiting.append(lead)
        elif due is None or due <= now or is_on_the_clock(lead):
            agenda.now.append(lead)
        elif local(lead.dealership, due).date() == local(lead.dealership, now).date():
            agenda.today.append(lead)
        else:
            agenda.later.append(lead)
    # Who waits for a first call has two minutes; everything else can stand a little.
    agenda.now.sort(key=lambda lead: not is_on_the_clock(lead))
    return agenda


def is_on_the_clock(lead: Lead) -> bool:
    """Whether the two-minute clock runs: nobody has called this new lead yet.

    With who agreed on a visit somebody has spoken; such a lead is not due before its visit.
    """
    return (
        lead.clock_began_at is not None
        and lead.first_call_at is None
        and lead.round_number == 1
        and lead.is_open
        and not lead.is_at_bdc
        and not lead.appointments.all()
    )


def call_before(lead: Lead) -> datetime | None:
    """Until when the first call is in time, for the person who has the lead now."""
    if not is_on_the_clock(lead):
        return None
    return lead.offer_ends_at or (lead.clock_began_at or lead.received_at) + TWO_MINUTES


def due_at(lead: Lead, *, now: datetime) -> datetime | None:
    """When the lead asks for attention next; None: at once, since nothing is planned.

    A promise goes before everything; until an agreed visit nobody has to call.
    """
    if is_on_the_clock(lead):
        return call_before(lead)
    promise, visit = open_promise(lead), next_visit(lead)
    if promise is not None:
        return promise.due_at
    if visit is not None and lead.is_open:
        return visit.starts_at
    return lead.next_call_at


def next_visit(lead: Lead) -> Appointment | None:
    """The first appointment without an outcome: it still comes, or nobody said how it went."""
    visits = (visit for visit in lead.appointments.all() if not visit.outcome)
    return min(visits, key=lambda visit: visit.starts_at, default=None)


def sent_back(lead: Lead) -> Proposal | None:
    """The last word of a manager in this round: what has to happen before it may be closed."""
    of_round = [
        proposal for proposal in lead.proposals.all() if proposal.round.number == lead.round_number
    ]
    last = max(of_round, key=lambda proposal: proposal.pk, default=None)
    if last is None or last.decision != Proposal.Decision.SENT_BACK or not lead.is_open:
        return None
    return last


def late_since(lead: Lead, *, now: datetime) -> datetime | None:
    """Since when the lead is too late, or None while there is time. See also late_leads()."""
    if not lead.is_open:
        return None
    if is_on_the_clock(lead):
        ends = call_before(lead)
        return ends if ends is not None and ends < now else None
    promise = open_promise(lead)
    if promise is not None:
        return promise.due_at if promise.due_at < now - PROMISE_IS_OVERDUE else None
    if lead.owner_id is None or lead.next_call_at is None or next_visit(lead) is not None:
        return None
    return lead.next_call_at if lead.next_call_at < now - CALL_IS_OVERDUE else None


def late_leads(now: datetime) -> Q:
    """The same as late_since(), for the database."""
    promises = CallBack.objects.filter(lead=OuterRef("pk"), done_at=None)
    visits = Appointment.objects.filter(lead=OuterRef("pk"), outcome="")
    any_visit = Appointment.objects.filter(lead=OuterRef("pk"))
    on_the_clock = ~Exists(any_visit) & Q(
        clock_began_at__isnull=False,
        first_call_at=None,
        round_number=1,
        queue__in=["", Queue.CATCH_ALL],
    )
    clock_ended = Q(offer_ends_at__lt=now) | Q(
        offer_ends_at=None, clock_began_at__lt=now - TWO_MINUTES
    )
    call_late = Q(owner__isnull=False, next_call_at__lt=now - CALL_IS_OVERDUE)
    return Q(status=Status.OPEN) & (
        (on_the_clock & clock_ended)
        | (~on_the_clock & Exists(promises.filter(due_at__lt=now - PROMISE_IS_OVERDUE)))
        | (~on_the_clock & ~Exists(promises) & ~Exists(visits) & call_late)
    )


def promised_leads(now: datetime) -> Q:
    """Open leads whose customer waits for a call-back that is past its time."""
    overdue = CallBack.objects.filter(lead=OuterRef("pk"), done_at=None, due_at__lt=now)
    return Q(Exists(overdue), status=Status.OPEN)


def uncalled_leads() -> Q:
    """Open leads in sales that nobody has called or spoken with yet."""
    return Q(status=Status.OPEN, owner__isnull=False, first_call_at=None, reached_at=None)
