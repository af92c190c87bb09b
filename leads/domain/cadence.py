"""When a customer is called next, and which attempts count (product.md, Cadence)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import DateField, Q, QuerySet

from bdc.prepared import Given, Prepared
from dealers.domain.hours import (
    calling_window,
    local,
    next_callable,
    working_day_after,
)
from dealers.models import Dealership
from leads.models import Attempt, Customer, DayPart

NOON = time(12)
EVENING = time(17)
# A good moment to begin in each part of the day.
CALL_FROM = {
    DayPart.MORNING: time(9, 30),
    DayPart.AFTERNOON: time(14),
    DayPart.EVENING: time(17, 30),
}
NEXT_PART = {
    DayPart.MORNING: DayPart.AFTERNOON,
    DayPart.AFTERNOON: DayPart.EVENING,
    DayPart.EVENING: DayPart.MORNING,
}
SHORTEST_PAUSE = timedelta(hours=2)
# After the second attempt 1 working day, then 2, 3, 5, 8, and from then on every 14 days.
WORKING_DAYS_AFTER = {2: 1, 3: 2, 4: 3, 5: 5, 6: 8}
DAYS_LONG_TERM = 14
MOST_A_DAY = 2


def day_part(dealership: Dealership, at: datetime) -> DayPart:
    """The part of the local day: before 12, 12 to 17, from 17."""
    clock_time = local(dealership, at).time()
    if clock_time < NOON:
        return DayPart.MORNING
    return DayPart.AFTERNOON if clock_time < EVENING else DayPart.EVENING


def next_call(dealership: Dealership, *, attempts: int, last_at: datetime) -> datetime:
    """When to call next after `attempts` counted attempts in the round, the last at `last_at`.

    In another part of the day, at least two hours later, then at growing distances.
    """
    part = NEXT_PART[day_part(dealership, last_at)]
    day = local(dealership, last_at).date()
    if attempts <= 1:
        days = [day, working_day_after(day, 1)]
    elif attempts in WORKING_DAYS_AFTER:
        days = [working_day_after(day, WORKING_DAYS_AFTER[attempts])]
    else:
        days = [day + timedelta(days=DAYS_LONG_TERM)]
    earliest = last_at.astimezone(UTC) + SHORTEST_PAUSE
    for candidate in days:
        planned = _within_part(dealership, candidate, part, earliest)
        if planned is not None:
            return planned
    return next_callable(dealership, max(earliest, _start_of(dealership, days[-1])))


def _start_of(dealership: Dealership, day: date) -> datetime:
    return datetime.combine(day, CALL_FROM[DayPart.MORNING], tzinfo=dealership.zone)


def _within_part(
    dealership: Dealership, day: date, part: DayPart, earliest: datetime
) -> datetime | None:
    """A moment in `part` of `day` that calling hours and `earliest` allow, or None."""
    window = calling_window(dealership, day)
    if window is None:
        return None
    good = datetime.combine(day, CALL_FROM[part], tzinfo=dealership.zone)
    planned = max(good, window[0], earliest)
    if planned >= window[1] or day_part(dealership, planned) != part:
        return None
    return planned


@Prepared
def _counted() -> QuerySet[Attempt]:
    """The attempts that count on a day, over a customer and those merged into him.

    They are found first: as a condition on each attempt, they would let the database read many.
    """
    same = Customer.objects.filter(Q(pk=Given("customer")) | Q(merged_into=Given("customer")))
    on = Given("on", DateField())
    return Attempt.objects.filter(customer__in=same.values("pk"), local_date=on, counts=True)


def counting_of(customer: Customer, dealership: Dealership, at: datetime) -> tuple[int | None, str]:
    """Say whether an attempt at `at` counts: (which of the day, "") or (None, why not).

    One attempt per part of the day and two per day count, over all leads of the customer, also
    those that were made before another was merged into him.
    """
    on = local(dealership, at).date()
    counted = [made.day_part for made in _counted.all(customer=customer.pk, on=on)]
    if day_part(dealership, at) in counted:
        return None, "same_day_part"
    if len(counted) >= MOST_A_DAY:
        return None, "day_limit"
    return len(counted) + 1, ""
