"""Moments to propose to a customer: a call-back at one key, a free slot in the workshop.

Source: product.md, Calling hours and Appointments; ux.md 2.1 (B2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dealers.domain.hours import local, may_call_at, opening_blocks
from dealers.models import Dealership
from leads.models import Appointment, AppointmentKind, AppointmentOutcome

AFTERNOON = time(14)
LATE_AFTERNOON = time(16, 30)
EVENING = time(18, 30)
MORNING = time(9, 30)
SOONEST = timedelta(minutes=15)
ROUNDED_TO = 5  # minutes
WORKSHOP_HORIZON = timedelta(days=28)


@dataclass(frozen=True)
class Moment:
    """A moment with the words in which people agree on it."""

    words: str | Promise
    at: datetime


def call_back_moments(dealership: Dealership, *, now: datetime) -> list[Moment]:
    """The standard moments for a call-back that lie ahead and at which we may call.

    A customer who agreed to it may also be called in opening hours.
    """
    return [
        moment
        for moment in _standard_moments(dealership, now)
        if moment.at >= now + SOONEST and may_call_at(dealership, moment.at, requested=True)
    ]


def _standard_moments(dealership: Dealership, now: datetime) -> Iterator[Moment]:
    today = local(dealership, now).date()
    tomorrow = today + timedelta(days=1)
    monday = today + timedelta(days=7 - today.weekday())
    afternoon = _at(dealership, today, AFTERNOON)
    if afternoon < now + timedelta(hours=1):
        afternoon = _at(dealership, today, LATE_AFTERNOON)
    yield Moment(_("in 1 hour"), _rounded_up(now + timedelta(hours=1)))
    yield Moment(_("this afternoon"), afternoon)
    yield Moment(_("this evening"), _at(dealership, today, EVENING))
    yield Moment(_("tomorrow morning"), _at(dealership, tomorrow, MORNING))
    yield Moment(_("tomorrow afternoon"), _at(dealership, tomorrow, AFTERNOON))
    yield Moment(_("next week"), _at(dealership, monday, MORNING))


def _at(dealership: Dealership, day: date, clock_time: time) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=dealership.zone)


def _rounded_up(at: datetime) -> datetime:
    """The next moment on five minutes."""
    whole = at.replace(second=0, microsecond=0)
    over = whole.minute % ROUNDED_TO
    return whole + timedelta(minutes=ROUNDED_TO - over) if over else whole


def workshop_moments(dealership: Dealership, *, now: datetime, count: int) -> list[datetime]:
    """The first moments, at the beginning of an opening block, on days with a free slot."""
    first = local(dealership, now).date() + timedelta(days=1)
    booked = (
        Appointment.objects.filter(
            dealership=dealership,
            kind=AppointmentKind.WORKSHOP,
            local_date__gte=first,
            local_date__lt=first + WORKSHOP_HORIZON,
        )
        .exclude(outcome__in=[AppointmentOutcome.CANCELLED, AppointmentOutcome.MOVED])
        .values_list("local_date")
        .annotate(taken=Count("pk"))
    )
    taken = dict(booked)
    found: list[datetime] = []
    for offset in range(WORKSHOP_HORIZON.days):
        day = first + timedelta(days=offset)
        if taken.get(day, 0) < dealership.workshop_slots:
            found += [opens for opens, _closes in opening_blocks(dealership, day)]
        if len(found) >= count:
            break
    return found[:count]
