"""When the next call is, and which attempts count."""

import pytest

from dealers.domain.hours import local
from leads.domain.cadence import counting_of, day_part, next_call
from leads.domain.contacting import record_attempt
from leads.models import DayPart
from tests.factories import at, create_dealership, create_salesperson, receive


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.mark.parametrize(
    ("moment", "part"),
    [
        pytest.param(at(24, 11, 59), DayPart.MORNING, id="before noon"),
        pytest.param(at(24, 12, 0), DayPart.AFTERNOON, id="noon"),
        pytest.param(at(24, 16, 59), DayPart.AFTERNOON, id="before five"),
        pytest.param(at(24, 17, 0), DayPart.EVENING, id="five"),
    ],
)
def test_parts_of_the_day_are_local(dealership, moment, part):
    assert day_part(dealership, moment) == part


@pytest.mark.parametrize(
    ("attempts", "last_at", "planned"),
    [
        pytest.param(1, at(24, 10), at(24, 14), id="first: the afternoon of the same day"),
        pytest.param(1, at(24, 11, 45), at(24, 14), id="first: later in the morning"),
        pytest.param(1, at(24, 15), at(24, 17, 30), id="first: the evening of the same day"),
        pytest.param(1, at(24, 16), at(24, 18), id="first: two hours at least"),
        pytest.param(1, at(24, 18), at(25, 9, 30), id="first: the next morning"),
        pytest.param(2, at(24, 14), at(25, 17, 30), id="second: one working day"),
        pytest.param(3, at(24, 14), at(26, 17, 30), id="third: two working days"),
        pytest.param(4, at(24, 14), at(27, 17, 30), id="fourth: three working days"),
        pytest.param(5, at(24, 17, 30), at(1, 9, 30, month=12), id="fifth: five working days"),
        pytest.param(6, at(24, 10), at(4, 14, month=12), id="sixth: eight working days"),
        pytest.param(7, at(24, 10), at(8, 14, month=12), id="seventh: fourteen days"),
        pytest.param(19, at(24, 10), at(8, 14, month=12), id="and so on every fourteen days"),
        pytest.param(2, at(27, 10), at(30, 14), id="a Friday: Monday"),
        pytest.param(1, at(28, 11), at(28, 14), id="a Saturday morning: its afternoon"),
        pytest.param(1, at(28, 15), at(30, 17, 30), id="a Saturday afternoon: Monday evening"),
        pytest.param(7, at(11, 10, month=12), at(28, 9, month=12), id="past Christmas"),
    ],
)
def test_the_next_call_is_in_another_part_at_a_growing_distance(
    dealership, attempts, last_at, planned
):
    assert next_call(dealership, attempts=attempts, last_at=last_at) == planned


@pytest.mark.parametrize(
    "day",
    [pytest.param((2026, 3, 27), id="summer time begins"), pytest.param((2026, 10, 23), id="ends")],
)
def test_a_plan_over_a_change_of_the_clock_keeps_local_time(dealership, day):
    friday = at(day[2], 10, month=day[1], year=day[0])

    planned = next_call(dealership, attempts=2, last_at=friday)

    assert local(dealership, planned).strftime("%A %H:%M") == "Monday 14:00"


def test_one_attempt_counts_per_part_and_two_per_day(dealership):
    salesperson = create_salesperson(dealership)
    lead = receive(dealership, now=at(24, 9))
    moments = [at(24, 9, 30), at(24, 10), at(24, 13), at(24, 14), at(24, 17, 15), at(25, 9)]

    counted = [
        record_attempt(lead, result="no_answer", by=salesperson, now=moment) for moment in moments
    ]

    assert [(attempt.counts, attempt.why) for attempt in counted] == [
        (True, ""),
        (False, "same_day_part"),
        (True, ""),
        (False, "same_day_part"),
        (False, "day_limit"),
        (True, ""),
    ]
    assert counted[-1].lead.current_round.attempts == 3


def test_attempts_count_over_all_leads_of_a_customer(dealership):
    salesperson = create_salesperson(dealership)
    first = receive(dealership, phones=("06-12345001",), interest="new")
    second = receive(dealership, phones=("06-12345001",), interest="service")
    assert first.customer_id == second.customer_id
    record_attempt(first, result="no_answer", by=salesperson, now=at(24, 10))

    assert counting_of(second.customer, dealership, at(24, 11)) == (None, "same_day_part")
    assert counting_of(second.customer, dealership, at(24, 13)) == (2, "")
