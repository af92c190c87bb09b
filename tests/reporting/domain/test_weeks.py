"""MAP week by week, and when its ups and downs are a signal."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from reporting.domain.asking import Question
from reporting.domain.periods import week_of
from reporting.domain.weeks import Limits, Signal, control_chart, limits_of, signal_of
from tests.factories import TUESDAY_10, at, create_dealership, create_salesperson
from tests.reporting.histories import lead_that

TODAY = TUESDAY_10.date()


def shares(*values: int) -> list[Decimal]:
    return [Decimal(value) / 100 for value in values]


# Twelve weeks that go up and down by ten: the mean is 35, the limits 8.4 and 61.6.
STEADY = shares(*[30, 40] * 6)
LIMITS = Limits(Decimal("0.35"), Decimal("0.084"), Decimal("0.616"))


def test_the_limits_follow_from_the_mean_and_the_moving_range():
    assert limits_of(STEADY) == LIMITS


def test_limits_are_shares_and_stay_between_none_and_all():
    limits = limits_of(shares(0, 100, 0, 100, 0, 100))

    assert (limits.lower, limits.upper) == (0, 1)


def test_too_few_weeks_have_no_limits():
    assert limits_of(STEADY[:5]) is None
    assert limits_of(STEADY[:6]) is not None


@pytest.mark.parametrize(
    ("weeks", "signal"),
    [
        pytest.param(STEADY, None, id="ordinary variation"),
        pytest.param([*STEADY, Decimal("0.62")], Signal("outside", True), id="above the limit"),
        pytest.param([*STEADY, Decimal("0.08")], Signal("outside", False), id="below the limit"),
        pytest.param(
            [*STEADY, Decimal("0.62"), Decimal("0.30")], None, id="outside, but weeks ago"
        ),
        pytest.param(shares(30, *[36] * 6), None, id="six in a row"),
        pytest.param(
            shares(30, *[36] * 7), Signal("seven_in_a_row", True), id="seven in a row above"
        ),
        pytest.param(
            shares(40, *[34] * 7), Signal("seven_in_a_row", False), id="seven in a row below"
        ),
        pytest.param(
            shares(36, 36, 36, 36, 36, 30, 36, 36, 36, 36, 30, 36),
            Signal("ten_of_twelve", True),
            id="ten of twelve",
        ),
        pytest.param(
            shares(36, 36, 36, 36, 36, 30, 36, 36, 36, 30, 30, 36), None, id="nine of twelve"
        ),
        pytest.param(
            shares(35, 30, 50, 30, 50, 50), Signal("three_of_four", True), id="three of four"
        ),
        pytest.param(shares(35, 30, 50, 30, 50), None, id="two of four"),
    ],
)
def test_a_signal_is_told_from_ordinary_variation(weeks, signal):
    assert signal_of(weeks, LIMITS) == signal


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
