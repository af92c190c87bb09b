"""Moments to propose to a customer: a call-back at one key, a free slot in the workshop.

And the good moment in what somebody said: "vrijdag" is Friday half past nine.
Source: product.md, Calling hours and Appointments; ux.md 2.1 (B2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealers.domain.hours import calling_window, local, may_call_at, opening_blocks
from dealers.models import Dealership
from leads.domain.call_backs import LONGEST_PROMISE
from leads.formats.moment_words import DayHalf, refuse
from leads.formats.moments import SaidMoment, read_said_moment
from leads.models import Appointment, AppointmentKind, AppointmentOutcome

AFTERNOON = time(14)
LATE_AFTERNOON = time(16, 30)
EVENING = time(18, 30)
MORNING = time(9, 30)
SOONEST = timedelta(minutes=15)
ROUNDED_TO = 5  # minutes
WORKSHOP_HORIZON = timedelta(days=28)
USUAL_TIME = {
    None: MORNING,
    DayHalf.MORNING: MORNING,
    DayHalf.AFTERNOON: AFTERNOON,
    DayHalf.EVENING: EVENING,
}


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


def call_back_at(dealership: Dealership, text: str, *, now: datetime) -> datetime:
    """When to call back, as it was typed; raises NotUnderstoodError where that is nowhen."""
    moment = first_good_moment(dealership, moment_said(dealership, text, now=now), now=now)
    if moment is None:
        raise refuse(
            gettext("Nobody may be called in that time. Type another day, or a time as well.")
        )
    return moment


def moment_said(dealership: Dealership, text: str, *, now: datetime) -> SaidMoment:
    """What was typed there; raises NotUnderstoodError where it is no moment ahead."""
    return read_said_moment(text, now=now, zone=dealership.zone, within=LONGEST_PROMISE)


def visit_at(dealership: Dealership, text: str, *, now: datetime) -> datetime:
    """When a visit is, as it was typed; a visit has a time, so a day alone is asked further."""
    said = moment_said(dealership, text, now=now)
    if not said.is_exact:
        raise refuse(gettext("Choose one of the free moments, or type a time as well."))
    return said.at


def first_good_moment(
    dealership: Dealership, said: SaidMoment, *, now: datetime
) -> datetime | None:
    """The moment that was said; of a day, a part of it or a week the first good one to call.

    None where no call is allowed in all of it: a Sunday.
    """
    if said.is_exact:
        return said.at
    soonest = _rounded_up(max(said.at, now + SOONEST))
    day = local(dealership, soonest).date()
    while _at(dealership, day, time()) < said.until:
        for moment in _good_moments_on(dealership, day, USUAL_TIME[said.half], soonest):
            if moment < said.until and may_call_at(dealership, moment, requested=True):
                return moment
        day += timedelta(days=1)
    return None


def _good_moments_on(
    dealership: Dealership, day: date, usual: time, soonest: datetime
) -> Iterator[datetime]:
    """The usual time or as soon as can be, then where calling or opening hours begin."""
    floor = max(_at(dealership, day, usual), soonest)
    yield floor
    window = calling_window(dealership, day)
    begins = [
        *([window[0]] if window else []),
        *(at for at, _ends in opening_blocks(dealership, day)),
    ]
    yield from (at for at in sorted(begins) if at >= floor)
    yield max(_at(dealership, day, time()), soonest)
    yield from (at for at in sorted(begins, reverse=True) if soonest <= at < floor)


def workshop_moments(
    dealership: Dealership,
    *,
    now: datetime,
    count: int,
    between: tuple[datetime, datetime] | None = None,
) -> list[datetime]:
    """The first moments, at the beginning of an opening block, on days with a free slot.

    From tomorrow on; with `between` those of that time alone.
    """
    first = local(dealership, now).date() + timedelta(days=1)
    if between is not None:
        first = max(first, local(dealership, between[0]).date())
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
        if between is not None:
            found = [at for at in found if between[0] <= at < between[1]]
        if len(found) >= count or (
            between is not None and _at(dealership, day, time()) >= between[1]
        ):
            break
    return found[:count]
