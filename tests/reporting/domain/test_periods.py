"""What a week, a month and thirteen weeks are, and where local days begin and end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reporting.domain.periods import Period, Span, local_day, period_between, period_of

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.WEEK, "2026-11-23", "2026-11-29"),
        (Span.LAST_WEEK, "2026-11-16", "2026-11-22"),
        (Span.MONTH, "2026-11-01", "2026-11-30"),
        (Span.LAST_MONTH, "2026-10-01", "2026-10-31"),
        (Span.WEEKS, "2026-08-31", "2026-11-29"),
    ],
)
def test_a_period_with_a_name_is_whole(span, first, last):
    assert period_of(span, today=TUESDAY) == Period(
        date.fromisoformat(first), date.fromisoformat(last)
    )


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        pytest.param(None, None, ("2026-11-23", "2026-11-29"), id="no days: this week"),
        pytest.param("2026-11-03", "2026-11-09", ("2026-11-03", "2026-11-09"), id="both"),
        pytest.param("2026-11-03", None, ("2026-11-03", "2026-11-24"), id="up to today"),
        pytest.param("2026-12-03", None, ("2026-12-03", "2026-12-03"), id="from a later day"),
        pytest.param(None, "2026-11-11", ("2026-11-09", "2026-11-11"), id="from its Monday"),
    ],
)
def test_days_that_are_not_given_are_filled_in(first, last, expected):
    first, last = (date.fromisoformat(day) if day else None for day in (first, last))

    period = period_between(first, last, today=TUESDAY)

    assert (str(period.first), str(period.last)) == expected


@pytest.mark.parametrize(
    ("period", "before"),
    [
        pytest.param(("2026-11-23", "2026-11-29"), ("2026-11-16", "2026-11-22"), id="a week"),
        pytest.param(("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28"), id="a month"),
        pytest.param(("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31"), id="January"),
        pytest.param(("2026-11-24", "2026-11-24"), ("2026-11-23", "2026-11-23"), id="a day"),
        pytest.param(("2026-11-05", "2026-11-14"), ("2026-10-26", "2026-11-04"), id="ten days"),
    ],
)
def test_a_period_is_compared_with_the_one_before(period, before):
    assert Period(*map(date.fromisoformat, period)).before() == Period(
        *map(date.fromisoformat, before)
    )


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param("2026-03-29", 23, id="the clock goes forward"),
        pytest.param("2026-10-25", 25, id="the clock goes back"),
        pytest.param("2026-11-24", 24, id="any other day"),
    ],
)
def test_a_day_is_as_long_as_it_is(day, hours):
    period = Period(date.fromisoformat(day), date.fromisoformat(day))

    length = period.ends_at.astimezone(UTC) - period.begins_at.astimezone(UTC)

    assert length == timedelta(hours=hours)


def test_the_day_is_that_of_the_netherlands():
    assert local_day(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == TUESDAY
