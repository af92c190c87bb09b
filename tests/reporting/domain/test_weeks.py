"""MAP week by week, and when its ups and downs are a signal."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from reporting.domain.asking import Question
from reporting.domain.periods import ONE_WEEK, week_of
from reporting.domain.weeks import Limits, Signal, Week, control_chart, limits_of, signal_of
from tests.factories import TUESDAY_10, at, create_dealership, create_salesperson
from tests.reporting.histories import lead_that

TODAY = TUESDAY_10.date()


def weeks(*appointments: int, leads: int = 100) -> list[Week]:
    """Full weeks with so many appointments, and one that is not over."""
    full = [
        Week(date(2026, 1, 5) + number * ONE_WEEK, leads, count, is_over=True)
        for number, count in enumerate(appointments)
    ]
    return [*full, Week(date(2026, 12, 28), leads, 0, is_over=False)]


# Twelve weeks that go up and down by ten: the mean is 35, the limits 8.4 and 61.6.
STEADY = [30, 40] * 6
LIMITS = Limits(Decimal("0.35"), Decimal("0.084"), Decimal("0.616"))


def test_the_limits_follow_from_the_mean_and_the_moving_range():
    assert limits_of(weeks(*STEADY)) == LIMITS


def test_limits_are_shares_and_stay_between_none_and_all():
    limits = limits_of(weeks(0, 100, 0, 100, 0, 100))

    assert (limits.lower, limits.upper) == (0, 1)


def test_too_few_weeks_or_leads_have_no_limits():
    assert limits_of(weeks(*STEADY[:5])) is None
    assert limits_of(weeks(*STEADY[:6])) is not None
    assert limits_of(weeks(1, 1, 1, 1, 1, 1, leads=3)) is None
    assert limits_of(weeks(1, 1, 1, 1, 1, 1, 1, leads=3)) is not None


@pytest.mark.parametrize(
    ("appointments", "signal"),
    [
        pytest.param(STEADY, None, id="ordinary variation"),
        pytest.param([*STEADY, 62], Signal("outside", True), id="above the limit"),
        pytest.param([*STEADY, 8], Signal("outside", False), id="below the limit"),
        pytest.param([*STEADY, 62, 30], None, id="outside, but weeks ago"),
        pytest.param([30, *[36] * 6], None, id="six in a row"),
        pytest.param([30, *[36] * 7], Signal("seven_in_a_row", True), id="seven in a row above"),
        pytest.param([40, *[34] * 7], Signal("seven_in_a_row", False), id="seven in a row below"),
        pytest.param(
            [36, 36, 36, 36, 36, 30, 36, 36, 36, 36, 30, 36],
            Signal("ten_of_twelve", True),
            id="ten of twelve",
        ),
        pytest.param([36, 36, 36, 36, 36, 30, 36, 36, 36, 30, 30, 36], None, id="nine of twelve"),
        pytest.param([35, 30, 50, 30, 50, 50], Signal("three_of_four", True), id="three of four"),
        pytest.param([35, 30, 50, 30, 50], None, id="two of four"),
    ],
)
def test_a_signal_is_told_from_ordinary_variation(appointments, signal):
    assert signal_of(weeks(*appointments), LIMITS) == signal


def test_a_week_with_too_few_leads_gives_no_signal():
    outside = Week(date(2026, 6, 1), leads=19, appointments=19, is_over=True)
    judged = replace(outside, leads=20, appointments=20)

    assert signal_of([*weeks(*STEADY)[:-1], outside], LIMITS) is None
    assert signal_of([*weeks(*STEADY)[:-1], judged], LIMITS) == Signal("outside", True)


@pytest.mark.django_db
def test_thirteen_weeks_are_counted_by_receipt_and_the_last_is_not_over():
    dealership = create_dealership()
    create_salesperson(dealership)
    lead_that("appointment", dealership, now=at(31, 10, month=8))
    lead_that("appointment", dealership, now=at(22, 23, 30))
    lead_that("received", dealership, now=at(22, 23, 30))
    lead_that("received", dealership, now=at(23, 0, 30))
    lead_that("received", dealership, now=at(30, 23, 30, month=8))
    question = Question(period=week_of(TODAY), dealerships=frozenset({dealership.pk}))

    with timezone.override("UTC"):
        chart = control_chart(question, today=TODAY)

    assert [(week.number, week.appointments, week.leads) for week in chart.weeks] == [
        (36, 1, 1),
        *((number, 0, 0) for number in range(37, 47)),
        (47, 1, 2),
        (48, 0, 1),
    ]
    assert [week.is_over for week in chart.weeks] == [True] * 12 + [False]
    assert chart.weeks[0].monday == date(2026, 8, 31)
    assert (chart.limits, chart.signal) == (None, None)


@pytest.mark.django_db
def test_the_chart_goes_no_further_than_today():
    question = Question(period=week_of(date(2027, 6, 1)), dealerships=frozenset())

    assert control_chart(question, today=TODAY).weeks[-1].monday == date(2026, 11, 23)
