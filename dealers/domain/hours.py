"""When a dealership is open, and when its customers may be called.

Legal calling hours are data here (product.md, Calling hours; domain.md section 4, row 10);
a dealership narrows them by its policy and can never widen them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from dealers.models import Dealership

# Monday to Friday, and Saturday; Sundays and public holidays have no window.
CALLING_HOURS = {weekday: (time(9), time(21)) for weekday in range(5)} | {5: (time(10), time(16))}
# (month, day): calls end early on remembrance day and the two evenings before the feasts.
EARLY_END = {(5, 4): time(18, 30), (12, 5): time(18, 30), (12, 24): time(18, 30)}
# The library calls these public (the second in lustrum years); product.md closes for neither.
NOT_CLOSED_FOR = ("Goede vrijdag", "Bevrijdingsdag")
FRIDAY = 4
LONGEST_CLOSURE = timedelta(days=30)


@lru_cache(maxsize=32)
def _public_holidays(year: int) -> frozenset[date]:
    calendar = holidays.country_holidays("NL", years=year, language="nl")
    return frozenset(day for day, name in calendar.items() if name not in NOT_CLOSED_FOR)


def is_public_holiday(day: date) -> bool:
    """New Year, Easter, King's Day, Ascension, Whitsun and both Christmas days."""
    return day in _public_holidays(day.year)


def is_working_day(day: date) -> bool:
    """Monday to Friday, public holidays excepted."""
    return day.weekday() <= FRIDAY and not is_public_holiday(day)


def working_day_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def local(dealership: Dealership, at: datetime) -> datetime:
    """`at` on the clock of the dealership."""
    return at.astimezone(dealership.zone)


def _moment(dealership: Dealership, day: date, clock_time: time) -> datetime:
    """A local time of `day` in UTC: between moments of one zone Python counts clock time, not
    elapsed time, and is an hour wrong over a change of summer time."""
    return datetime.combine(day, clock_time, tzinfo=dealership.zone).astimezone(UTC)


def opening_blocks(dealership: Dealership, day: date) -> list[tuple[datetime, datetime]]:
    """The blocks in which the dealership is open on `day`, in order."""
    if is_public_holiday(day) or day in {closing.on for closing in dealership.closing_days.all()}:
        return []
    return sorted(
        (_moment(dealership, day, block.opens), _moment(dealership, day, block.closes))
        for block in dealership.opening_blocks.all()
        if block.weekday == day.weekday()
    )


def opened_at(dealership: Dealership, at: datetime) -> datetime | None:
    """When the block of opening hours began that `at` is in; None while it is closed."""
    day = local(dealership, at).date()
    for opens, closes in opening_blocks(dealership, day):
        if opens <= at < closes:
            return opens
    return None


def is_open(dealership: Dealership, at: datetime) -> bool:
    """Whether the dealership is open at `at`."""
    return opened_at(dealership, at) is not None


def next_opening(dealership: Dealership, at: datetime) -> datetime | None:
    """When the dealership opens next; `at` itself while it is open. None: not within a month."""
    for opens, closes in _blocks_from(dealership, at):
        if closes > at:
            return max(opens, at)
    return None


def _blocks_from(dealership: Dealership, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = local(dealership, at).date()
    for offset in range(LONGEST_CLOSURE.days):
        yield from opening_blocks(dealership, day + timedelta(days=offset))


def add_opening_time(dealership: Dealership, at: datetime, duration: timedelta) -> datetime | None:
    """The moment at which `duration` of opening time has passed since `at`."""
    for opens, closes in _blocks_from(dealership, at):
        begins = max(opens, at)
        if begins >= closes:
            continue
        if duration <= closes - begins:
            return begins + duration
        duration -= closes - begins
    return None


def legal_calling_hours(day: date) -> tuple[time, time] | None:
    """From when until when the law lets customers be called on `day`; None on Sundays and
    public holidays."""
    hours = CALLING_HOURS.get(day.weekday())
    if hours is None or is_public_holiday(day):
        return None
    begins, ends = hours
    return begins, min(ends, EARLY_END.get((day.month, day.day), ends))


def calling_window(dealership: Dealership, day: date) -> tuple[datetime, datetime] | None:
    """From when until when customers may be called on `day`; None on Sundays and holidays."""
    hours = legal_calling_hours(day)
    if hours is None:
        return None
    begins, ends = hours
    if dealership.calls_from:
        begins = max(begins, dealership.calls_from)
    if dealership.calls_until:
        ends = min(ends, dealership.calls_until)
    if begins >= ends:
        return None
    return _moment(dealership, day, begins), _moment(dealership, day, ends)


def may_call_at(dealership: Dealership, at: datetime, *, requested: bool) -> bool:
    """Whether calling hours allow a call at `at`.

    A customer who asked to be called (`requested`) may also be called in opening hours.
    """
    window = calling_window(dealership, local(dealership, at).date())
    if window is not None and window[0] <= at < window[1]:
        return True
    return requested and is_open(dealership, at)


def next_callable(dealership: Dealership, at: datetime) -> datetime:
    """The first moment from `at` on that lies in calling hours."""
    day = local(dealership, at).date()
    for offset in range(LONGEST_CLOSURE.days):
        window = calling_window(dealership, day + timedelta(days=offset))
        if window is not None and window[1] > at:
            return max(window[0], at)
    raise LookupError(f"{dealership.slug} has no calling hours within a month")
