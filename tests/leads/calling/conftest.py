"""An agent at the work screen on a Tuesday at ten, and a lead that is due."""

from __future__ import annotations

import pytest
import time_machine

from leads.domain.queue import next_lead
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_salesperson,
    receive_passive,
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    dealership = create_dealership(name="Noord Eindhoven")
    create_salesperson(dealership, name="Sem Kuipers")
    return dealership


@pytest.fixture
def agent(dealership):
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def stranger(db):
    """An agent of a centre that works for another group."""
    return create_agent(create_dealership())


@pytest.fixture
def page(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def lead(dealership):
    """A passive lead that is due now."""
    return receive_passive(dealership, name="Marieke Jansen", model="Golf", plate="7-TKL-82")


@pytest.fixture
def held(lead, agent):
    """The same lead, held for the agent."""
    next_lead(agent, now=TUESDAY_10)
    return lead
