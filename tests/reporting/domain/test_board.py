"""What the page shows together, and how much it asks of the database."""

import pytest

from leads.models import Lead
from reporting.domain.asking import Question
from reporting.domain.board import board_of
from reporting.domain.figures import Tally
from reporting.domain.periods import week_of
from tests.factories import (
    TUESDAY_10,
    at,
    create_dealership,
    create_salesperson,
    receive_passive,
)
from tests.reporting.histories import HOUR, lead_that


@pytest.fixture
def dealership(db):
    return create_dealership()


def board(dealership, *, now=TUESDAY_10, **fields):
    question = Question(
        period=week_of(TUESDAY_10.date()), dealerships=frozenset({dealership.pk}), **fields
    )
    return board_of(question, now=now)


@pytest.mark.parametrize("people", [1, 3])
def test_everything_is_six_queries_however_many_people(
    dealership, django_assert_num_queries, people
):
    for _ in range(people):
        create_salesperson(dealership)
        lead_that("sold", dealership)  # goes to who got none yet

    with django_assert_num_queries(6):
        found = board(dealership)

    assert len(found.people) == people


def test_the_period_before_stands_beside(dealership):
    create_salesperson(dealership)
    lead_that("received", dealership)
    lead_that("appointment", dealership, now=at(17, 10))

    found = board(dealership)

    assert found.head.tally == Tally(1, 0, 0, 0, 0)
    assert found.before == Tally(1, 1, 1, 0, 0)


def test_late_leads_stand_with_who_has_them(dealership):
    create_salesperson(dealership)
    for hours in (-5, 5):
        lead = lead_that("reached", dealership)
        Lead.objects.filter(pk=lead.pk).update(
            first_call_at=lead.received_at, next_call_at=lead.received_at + hours * HOUR
        )

    assert [line.overdue for line in board(dealership, now=TUESDAY_10 + HOUR).people] == [1]


def test_one_person_alone_has_nobody_beside_him(dealership):
    seller = create_salesperson(dealership)
    lead_that("reached", dealership)
    receive_passive(dealership)

    found = board(dealership, salesperson=seller)

    assert found.head.tally.leads == 1
    assert (found.people, found.passive) == ((), None)


def test_a_board_without_any_lead_is_empty(dealership):
    assert board(dealership).is_empty
    receive_passive(dealership)
    assert not board(dealership).is_empty
