"""The invariants hold over what was undone: rounds go on with all that was counted in them."""

import pytest

from leads.domain.booking import ask_quote, book_appointment, move_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.undoing import undo
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.proofs.invariants import violations

FIVE_PARTS = [at(24, 10), at(24, 14), at(25, 10), at(25, 14), at(26, 10)]


@pytest.fixture
def place(db):
    return create_dealership()


def test_a_close_out_is_undone_twice_and_made_again(place):
    agent, lead = create_agent(place), receive_passive(place)
    record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10)
    ask_quote(lead, by=agent, now=TUESDAY_10)
    for _time in range(2):
        close_lead(lead, reason="BDC-10", facts=Facts(), by=agent, now=at(24, 10, 1))
        undo(lead, by=agent, now=at(24, 10, 2))
    assert violations() == []

    close_lead(lead, reason="BDC-12", facts=Facts(), by=agent, now=at(24, 10, 3))

    assert violations() == []


def test_a_conversion_a_visit_and_a_promise_are_undone(place):
    agent, lead = create_agent(place), receive_passive(place)
    create_salesperson(place)
    visit = book_appointment(lead, kind="showroom", starts_at=at(25, 11), by=agent, now=TUESDAY_10)
    move_appointment(visit, starts_at=at(26, 11), by=agent, now=at(24, 10, 1))
    close_lead(lead, reason="BDC-17", facts=Facts(), by=agent, now=at(24, 10, 2))
    undo(lead, by=agent, now=at(24, 10, 3))
    promise_call_back(lead, due_at=at(25, 11), by=agent, now=at(24, 10, 4))
    undo(lead, by=agent, now=at(24, 10, 5))

    assert violations() == []


def test_the_last_unreached_attempt_is_undone(place):
    salesperson = create_salesperson(place)
    lead = receive(place)
    for now in FIVE_PARTS:
        record_attempt(Lead.objects.get(pk=lead.pk), result="no_answer", by=salesperson, now=now)
    undo(lead, by=salesperson, now=at(26, 10, 1))
    assert violations() == []

    record_attempt(lead, result="spoken", by=salesperson, now=at(26, 10, 2))

    assert violations() == []
