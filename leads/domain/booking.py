"""Appointments and quotes: what a lead comes to before it is sold.

Source: product.md, Appointments, quotes, sales.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, RuleBroken
from bdc.prepared import fetch_prepared
from bdc.transactions import retrying_atomic
from dealers.domain.access import people_at
from dealers.domain.hours import local, opening_blocks
from dealers.domain.presence import salespeople_of
from dealers.models import Dealership, Role
from leads.domain.access import may, require
from leads.domain.calling import working_problem
from leads.domain.holding import hold_for
from leads.domain.locking import lock_calendar, lock_lead
from leads.domain.rounds import end_when_full, refresh_ground, visit_ahead
from leads.domain.steps import keep_step, state_before
from leads.domain.timeline import record
from leads.formats.text import clean_text
from leads.models import (
    MAP_KINDS,
    Appointment,
    AppointmentKind,
    AppointmentOutcome,
    CallBack,
    Lead,
    Quote,
    Round,
    Step,
)

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=12)
FURTHEST = timedelta(days=730)

# Asked for each customer on the work screen, whose script names the first free moment.
_BUSY = """
SELECT salesperson_id, starts_at, ends_at FROM leads_appointment
WHERE salesperson_id = ANY(%(people)s::bigint[]) AND outcome = ''
    AND starts_at < %(ends)s::timestamptz AND ends_at > %(soonest)s::timestamptz
UNION ALL
SELECT user_id, begins_at, ends_at FROM dealers_absence
WHERE user_id = ANY(%(people)s::bigint[])
    AND begins_at < %(ends)s::timestamptz AND ends_at > %(soonest)s::timestamptz"""


def appointments_visible_to(user: User) -> QuerySet[Appointment]:
    """The appointments of leads that the user may see."""
    return Appointment.objects.filter(lead__in=Lead.objects.visible_to(user))


@retrying_atomic
def book_appointment(
    lead: Lead,
    *,
    kind: str,
    starts_at: datetime,
    by: User | None,
    now: datetime,
    minutes: int = 60,
    salesperson: User | None = None,
    vehicle: str = "",
) -> Appointment:
    """Book a visit: with a salesperson, or in a numbered slot of the workshop's day.

    Without a salesperson it is the lead's own, else who is free at that time. A salesperson's
    lead then waits for the visit. Raises slot_taken where the person, the car or the day is
    full, Malformed for impossible times.
    """
    require(by, "work", lead.dealership_id)
    duration = _checked_duration(starts_at, minutes, now)
    lead = lock_lead(lead)
    problem = working_problem(lead, by=by, now=now)
    if problem is not None:
        raise problem
    before = state_before(lead, by=by, now=now)
    if by is not None and lead.is_at_bdc:
        hold_for(lead, agent=by, now=now)
    ends_at = starts_at + duration
    salesperson, slot = _whose(lead, kind, salesperson, starts_at, ends_at)
    round_ = Round.objects.select_for_update().get(lead=lead, number=lead.round_number)
    appointment = Appointment(
        lead=lead,
        dealership_id=lead.dealership_id,
        round=round_,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        salesperson=salesperson,
        vehicle=clean_text(vehicle, limit=80),
        local_date=local(lead.dealership, starts_at).date(),
        slot=slot,
        booked_by=by,
        booked_at=now,
    )
    _keep(appointment)
    record(
        lead,
        "appointment_booked",
        by=by,
        now=now,
        kind=kind,
        at=starts_at.isoformat(),
        owner_name=str(salesperson) if salesperson else None,
    )
    if kind in MAP_KINDS:
        lead.set_once("appointment_at", now)
        round_.appointment_at = round_.appointment_at or now
        round_.save(update_fields=["appointment_at"])
    count_for_map(lead)
    refresh_ground(lead, now=now)
    lead.offer_ends_at = None
    _wait_for_visit(lead, now=now)
    lead.save()
    keep_step(lead, before, Step.What.APPOINTMENT, appointment=appointment)
    appointment.lead = lead
    return appointment


@retrying_atomic
def move_appointment(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: User | None,
    now: datetime,
    minutes: int | None = None,
    salesperson: User | None = None,
) -> Appointment:
    """Agree on another time for a visit: the old one ends as moved, and a new one stands.

    It stays the same agreement: kind, car, round, and who booked it when are those of the old
    one, so milestones stay and MAP counts one. Length and salesperson too, unless given.
    Whoever works leads at the dealership may, as with an outcome; a closed lead may still have
    a visit to come. Raises slot_taken as booking does; then the old one stands as it was.
    """
    require(by, "work", appointment.dealership_id)
    lead = lock_lead(appointment.lead)
    old = _without_outcome(appointment)
    length = old.ends_at - old.starts_at
    duration = _checked_duration(
        starts_at, int(length.total_seconds()) // 60 if minutes is None else minutes, now
    )
    old.outcome, old.outcome_at = AppointmentOutcome.MOVED, now
    old.save(update_fields=["outcome", "outcome_at"])
    ends_at = starts_at + duration
    asked = salesperson or _still_here(lead.dealership, old)
    salesperson, slot = _whose(lead, old.kind, asked, starts_at, ends_at)
    new = Appointment(
        lead=lead,
        dealership_id=lead.dealership_id,
        round_id=old.round_id,
        kind=old.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        salesperson=salesperson,
        vehicle=old.vehicle,
        local_date=local(lead.dealership, starts_at).date(),
        slot=slot,
        booked_by_id=old.booked_by_id,
        booked_at=old.booked_at,
        moved_from=old,
    )
    _keep(new)
    record(
        lead,
        "appointment_moved",
        by=by,
        now=now,
        kind=new.kind,
        moved_from=old.starts_at.isoformat(),
        at=starts_at.isoformat(),
        owner_name=str(salesperson) if salesperson else None,
    )
    count_for_map(lead)
    if not lead.is_closed:
        refresh_ground(lead, now=now)
        _wait_for_visit(lead, now=now)
    lead.save()
    new.lead = lead
    return new


@retrying_atomic
def record_outcome(
    appointment: Appointment, *, outcome: str, by: User | None, now: datetime
) -> Appointment:
    """Record how an appointment ended. A no-show puts the lead back with its owner, due again.

    So does a cancelled visit with the salesperson who waited for it. Whoever works leads at the
    dealership may; an outcome is recorded once.
    """
    require(by, "work", appointment.dealership_id)
    if outcome not in (
        AppointmentOutcome.SHOWED,
        AppointmentOutcome.NO_SHOW,
        AppointmentOutcome.CANCELLED,
    ):
        raise Malformed(FieldProblem("outcome", "invalid", _("Choose one of the outcomes.")))
    lead = lock_lead(appointment.lead)
    appointment = _without_outcome(appointment)
    appointment.outcome = outcome
    appointment.outcome_at = now
    appointment.save(update_fields=["outcome", "outcome_at"])
    record(
        lead,
        "appointment_ended",
        by=by,
        now=now,
        at=appointment.starts_at.isoformat(),
        outcome=outcome,
    )
    if outcome == AppointmentOutcome.SHOWED and appointment.kind in MAP_KINDS:
        lead.set_once("showed_at", now)
        Round.objects.filter(
            lead=lead, number__in=[lead.round_number, appointment.round.number], showed_at=None
        ).update(showed_at=now)
    elif outcome == AppointmentOutcome.NO_SHOW and not lead.is_closed:
        lead.next_call_at = now if lead.has_dialable_number else None
        end_when_full(lead, now=now)
    elif outcome == AppointmentOutcome.CANCELLED and lead.owner_id and not lead.is_closed:
        lead.next_call_at = now if lead.has_dialable_number else None
        _wait_for_visit(lead, now=now)
        end_when_full(lead, now=now)
    count_for_map(lead)
    if not lead.is_closed:
        refresh_ground(lead, now=now)
    lead.save()
    appointment.lead = lead
    return appointment


@retrying_atomic
def ask_quote(
    lead: Lead, *, by: User | None, now: datetime, amount: Decimal | None = None
) -> Quote:
    """Note that the customer asks for a quote, with the amount in euros once it is known."""
    require(by, "work", lead.dealership_id)
    lead = lock_lead(lead)
    problem = working_problem(lead, by=by, now=now)
    if problem is not None:
        raise problem
    if by is not None and lead.is_at_bdc:
        hold_for(lead, agent=by, now=now)
    round_ = Round.objects.select_for_update().get(lead=lead, number=lead.round_number)
    quote = Quote.objects.create(
        lead=lead, dealership_id=lead.dealership_id, round=round_, amount=amount, at=now, by=by
    )
    round_.quoted_at = round_.quoted_at or now
    round_.save(update_fields=["quoted_at"])
    lead.set_once("quoted_at", now)
    lead.offer_ends_at = None
    lead.save(update_fields=["quoted_at", "offer_ends_at"])
    record(lead, "quote_asked", by=by, now=now)
    quote.lead = lead
    return quote


def free_moments(
    dealership: Dealership,
    *,
    now: datetime,
    count: int,
    minutes: int = 60,
    salesperson: User | None = None,
    between: tuple[datetime, datetime] | None = None,
) -> list[tuple[datetime, User]]:
    """The first moments, on the hour in opening hours, at which a salesperson is really free.

    With `salesperson` only the moments of that one. Every other hour of two weeks from an hour
    ahead; with `between` every hour of that time.
    """
    people = [salesperson] if salesperson else [p.user for p in salespeople_of(dealership)]
    duration = timedelta(minutes=minutes)
    soonest, horizon = between or (now + timedelta(hours=1), now + timedelta(days=14))
    soonest = max(soonest, now)
    step = timedelta(hours=2 if between is None else 1)
    ends = horizon + duration
    asked = {"people": [person.pk for person in people], "soonest": soonest, "ends": ends}
    busy = fetch_prepared(_BUSY, asked)
    found: list[tuple[datetime, User]] = []
    day = local(dealership, soonest).date()
    while day <= horizon.date() and len(found) < count:
        for opens, closes in opening_blocks(dealership, day):
            moment = opens.replace(minute=0) + timedelta(hours=1 if opens.minute else 0)
            while moment + duration <= closes and len(found) < count:
                if soonest < moment and (between is None or moment < horizon):
                    taken = {
                        person
                        for person, starts, ends in busy
                        if starts < moment + duration and moment < ends
                    }
                    free = [person for person in people if person.pk not in taken]
                    if free:
                        found.append((moment, free[len(found) % len(free)]))
                moment += step
        day += timedelta(days=1)
    return found


def _checked_duration(starts_at: datetime, minutes: int, now: datetime) -> timedelta:
    if starts_at <= now:
        raise Malformed(
            FieldProblem(
                "starts_at", "in_the_past", _("This moment has passed. Choose a later one.")
            )
        )
    if starts_at > now + FURTHEST:
        raise Malformed(
            FieldProblem("starts_at", "too_far", _("Choose a moment within the next two years."))
        )
    duration = timedelta(minutes=minutes)
    if not SHORTEST <= duration <= LONGEST:
        raise Malformed(
            FieldProblem("minutes", "invalid", _("An appointment lasts 5 minutes to 12 hours."))
        )
    return duration


def _without_outcome(appointment: Appointment) -> Appointment:
    """The appointment, held until the transaction ends; raises when it has its outcome."""
    held = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if held.outcome:
        raise RuleBroken("already_closed", _("This appointment already has an outcome."))
    return held


def _wait_for_visit(lead: Lead, *, now: datetime) -> None:
    """A salesperson's lead is not due before its next visit; a promised call-back goes first.

    Changes the object only; the caller saves it.
    """
    if lead.owner_id is None:
        return
    promise = CallBack.objects.filter(lead=lead, done_at=None).first()
    if promise is not None:
        lead.next_call_at = promise.due_at
        return
    visit = visit_ahead(lead, now=now)
    if visit is not None:
        lead.next_call_at = visit.starts_at
        lead.system_close_at = None


def _still_here(dealership: Dealership, appointment: Appointment) -> User | None:
    """Who would receive the customer, as long as he works here."""
    person = appointment.salesperson
    return person if person is not None and may(person, "take", dealership.pk) else None


def _slot_taken(dealership: Dealership, starts_at: datetime) -> RuleBroken:
    said = gettext("%(time)s was just booked. Choose another time.")
    return RuleBroken("slot_taken", said % {"time": f"{local(dealership, starts_at):%H:%M}"})


def _keep(appointment: Appointment) -> None:
    """Save it; the database says when the person, the car or the slot is taken."""
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        raise _slot_taken(appointment.lead.dealership, appointment.starts_at) from error


def _whose(
    lead: Lead, kind: str, asked: User | None, starts_at: datetime, ends_at: datetime
) -> tuple[User | None, int | None]:
    """The salesperson of a visit, or the numbered slot of one to the workshop, as it is now."""
    lock_calendar(lead.dealership)
    if kind == AppointmentKind.WORKSHOP:
        return None, _free_slot(lead.dealership, starts_at)
    return _salesperson_for(lead, asked, starts_at, ends_at), None


def _free_slot(dealership: Dealership, starts_at: datetime) -> int:
    """The first free numbered slot of the workshop's day."""
    taken = set(
        Appointment.objects.filter(
            dealership=dealership,
            kind=AppointmentKind.WORKSHOP,
            local_date=local(dealership, starts_at).date(),
        )
        .exclude(outcome__in=[AppointmentOutcome.CANCELLED, AppointmentOutcome.MOVED])
        .values_list("slot", flat=True)
    )
    for slot in range(1, dealership.workshop_slots + 1):
        if slot not in taken:
            return slot
    raise _slot_taken(dealership, starts_at)


def _salesperson_for(
    lead: Lead, asked: User | None, starts_at: datetime, ends_at: datetime
) -> User:
    """Who receives the customer: who was named, the owner, else the first who is free then."""
    people = people_at(lead.dealership, Role.SALESPERSON)
    if asked is not None:
        if asked not in people and not may(asked, "take", lead.dealership_id):
            raise Malformed(
                FieldProblem("with", "unknown_person", _("This person does not sell here."))
            )
        return asked
    if lead.owner is not None:
        return lead.owner
    busy = set(
        Appointment.objects.filter(
            salesperson__in=people, outcome="", starts_at__lt=ends_at, ends_at__gt=starts_at
        ).values_list("salesperson_id", flat=True)
    )
    for person in people:
        if person.pk not in busy:
            return person
    raise _slot_taken(lead.dealership, starts_at)


def count_for_map(lead: Lead) -> None:
    """Whether lead and rounds have an appointment that was not cancelled, as MAP counts it."""
    standing = list(
        lead.appointments.filter(kind__in=MAP_KINDS)
        .exclude(outcome__in=[AppointmentOutcome.CANCELLED, AppointmentOutcome.MOVED])
        .values_list("round_id", flat=True)
    )
    lead.has_appointment = bool(standing)
    lead.rounds.filter(pk__in=standing).update(has_appointment=True)
    lead.rounds.exclude(pk__in=standing).update(has_appointment=False)
