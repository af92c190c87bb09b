"""What calls for somebody at work: own call-backs that are due and new leads, and nobody else's."""

from __future__ import annotations

import pytest

from dealers.domain.presence import set_presence
from leads.domain.alerting import alerts_for
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import start_call
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealership():
    return create_dealership()


def at_work(user):
    set_presence(user, state="available", now=TUESDAY_10)
    return user


def promised(agent, dealership, due_at):
    lead = receive_passive(dealership)
    return promise_call_back(lead, due_at=due_at, by=agent, now=TUESDAY_10)


def test_an_own_call_back_calls_from_its_time_on(dealership):
    agent, colleague = at_work(create_agent(dealership)), at_work(create_agent(dealership))
    promise = promised(agent, dealership, at(24, 11))

    assert alerts_for(agent, now=at(24, 10, 59)).call_backs == []
    assert alerts_for(agent, now=at(24, 11)).call_backs == [promise]
    assert alerts_for(colleague, now=at(24, 11)).call_backs == []


def test_a_new_lead_calls_until_its_first_call(dealership):
    seller = at_work(create_salesperson(dealership))
    lead = receive(dealership)

    assert alerts_for(seller, now=TUESDAY_10).new_leads == [lead]
    start_call(lead, by=seller, now=TUESDAY_10)

    assert alerts_for(seller, now=TUESDAY_10).new_leads == []


@pytest.mark.parametrize("state", ["pause", "away", None])
def test_nothing_calls_on_a_pause_or_without_a_shift(dealership, state):
    agent = create_agent(dealership)
    promised(agent, dealership, at(24, 11))
    if state is not None:
        set_presence(agent, state=state, now=TUESDAY_10)

    alerts = alerts_for(agent, now=at(24, 11))
    at_work(agent)

    assert (alerts.call_backs, alerts.new_leads) == ([], [])
    assert len(alerts_for(agent, now=at(24, 11)).call_backs) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_asked_by_as_many_queries(dealership, count, django_assert_num_queries):
    seller = at_work(create_salesperson(dealership))
    for _number in range(count):
        lead = receive(dealership)
        promise_call_back(lead, due_at=at(24, 11), by=seller, now=TUESDAY_10)
        receive(dealership)

    with django_assert_num_queries(3):  # call-backs, leads and their appointments
        alerts = alerts_for(seller, now=at(24, 11))

    assert len(alerts.call_backs) == count
    assert len(alerts.new_leads) == 2 * count
