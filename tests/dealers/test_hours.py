"""Opening hours, calling hours and holidays."""

from datetime import date, timedelta

import pytest

from dealers.domain.hours import (
    add_opening_time,
    calling_window,
    is_open,
    is_public_holiday,
    may_call_at,
    next_callable,
    next_opening,
    working_day_after,
)
from dealers.models import ClosingDay, OpeningBlock
from tests.factories import at, create_dealership


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2026, 1, 1), True),
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), True),  # Easter Monday
        (date(2026, 4, 27), True),  # King's Day
        (date(2025, 4, 26), True),  # King's Day when the 27th is a Sunday
        (date(2025, 5, 5), False),  # Liberation Day, also in a lustrum year
        (date(2026, 5, 14), True),  # Ascension
        (date(2026, 5, 25), True),  # Whit Monday
        (date(2026, 12, 25), True),
        (date(2026, 12, 26), True),
        (date(2026, 12, 24), False),
    ],
)
def test_public_holidays(day, holiday):
    assert is_public_holiday(day) == holiday


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 11, 24), ("09:00", "21:00"), id="a weekday"),
        pytest.param(date(2026, 11, 28), ("10:00", "16:00"), id="a Saturday"),
        pytest.param(date(2026, 11, 29), None, id="a Sunday"),
        pytest.param(date(2026, 12, 25), None, id="Christmas"),
        pytest.param(date(2026, 5, 4), ("09:00", "18:30"), id="4 May"),
        pytest.param(date(2026, 12, 24), ("09:00", "18:30"), id="24 December"),
        pytest.param(date(2026, 12, 5), ("10:00", "16:00"), id="5 December on a Saturday"),
        pytest.param(date(2025, 12, 5), ("09:00", "18:30"), id="5 December on a Friday"),
    ],
)
def test_calling_hours(dealership, day, hours):
    window = calling_window(dealership, day)

    shown = window and tuple(
        moment.astimezone(dealership.zone).strftime("%H:%M") for moment in window
    )
    assert shown == hours


def test_a_dealership_narrows_calling_hours_and_never_widens_them(dealership):
    dealership.calls_from, dealership.calls_until = at(24, 8).time(), at(24, 20).time()

    window = calling_window(dealership, date(2026, 11, 24))

    assert [moment.astimezone(dealership.zone).hour for moment in window] == [9, 20]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(at(24, 8, 29), False, id="before opening"),
        pytest.param(at(24, 8, 30), True, id="at opening"),
        pytest.param(at(24, 17, 59), True, id="before closing"),
        pytest.param(at(24, 18), False, id="at closing"),
        pytest.param(at(29, 12), False, id="on Sunday"),
        pytest.param(at(25, 12, month=12), False, id="at Christmas"),
    ],
)
def test_opening_hours(dealership, moment, expected):
    assert is_open(dealership, moment) == expected


def test_a_closing_day_is_closed(dealership):
    ClosingDay.objects.create(dealership=dealership, on=date(2026, 11, 24))

    assert not is_open(dealership, at(24, 12))
    assert next_opening(dealership, at(24, 12)) == at(25, 8, 30)


def test_a_day_may_have_several_blocks(dealership):
    OpeningBlock.objects.create(
        dealership=dealership, weekday=3, opens=at(26, 19).time(), closes=at(26, 21).time()
    )

    assert not is_open(dealership, at(26, 18, 30))
    assert is_open(dealership, at(26, 20))
    assert next_opening(dealership, at(26, 18, 30)) == at(26, 19)


@pytest.mark.parametrize(
    ("requested", "expected"), [pytest.param(True, True), pytest.param(False, False)]
)
def test_who_asked_may_be_called_when_the_dealership_is_open(dealership, requested, expected):
    assert may_call_at(dealership, at(24, 8, 45), requested=requested) == expected


def test_the_next_moment_to_call(dealership):
    assert next_callable(dealership, at(24, 12)) == at(24, 12)
    assert next_callable(dealership, at(28, 16)) == at(30, 9)
    assert next_callable(dealership, at(24, 19, month=12)) == at(28, 9, month=12)


def test_working_days_skip_weekends_and_holidays():
    assert working_day_after(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert working_day_after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert working_day_after(date(2026, 11, 24), 8) == date(2026, 12, 4)


def test_opening_time_passes_only_while_open(dealership):
    four_hours = timedelta(hours=4)

    assert add_opening_time(dealership, at(24, 10), four_hours) == at(24, 14)
    assert add_opening_time(dealership, at(27, 16), four_hours) == at(28, 11)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 3, 29), 23, id="summer time begins"),
        pytest.param(date(2026, 10, 25), 25, id="summer time ends"),
    ],
)
def test_days_of_23_and_25_hours_are_counted_right(dealership, day, hours):
    OpeningBlock.objects.create(
        dealership=dealership, weekday=6, opens=at(1, 1).time(), closes=at(1, 5).time()
    )
    before = at(day.day, 0, month=day.month)

    opened = add_opening_time(dealership, before, timedelta(minutes=1))
    open_for = 4 + (hours - 24)

    assert opened == at(day.day, 1, 1, month=day.month)
    ends = add_opening_time(dealership, before, timedelta(hours=open_for))
    assert ends.astimezone(dealership.zone).hour == 5
