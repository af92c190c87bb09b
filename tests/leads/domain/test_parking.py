"""BDC-06 keeps a customer out of selections for 90 days (product.md, Close-out)."""

from datetime import timedelta

import pytest

from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.queue import next_lead
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    consent,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)

PHONE = ("06-11122233",)
PARKED_UNTIL = TUESDAY_10 + timedelta(days=90)


@pytest.fixture
def dealership(db):
    return create_dealership(attempts_passive=1)


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


def park(lead: Lead, agent) -> None:
    """Call in vain to the maximum, and close so."""
    record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)
    close_lead(lead, reason="BDC-06", facts=Facts(), by=agent, now=TUESDAY_10)


def passive(dealership, interest: str, **fields) -> Lead:
    return receive_passive(
        dealership, phones=PHONE, interest=interest, consents=(consent(),), **fields
    )


def test_no_other_passive_lead_of_the_customer_is_called_meanwhile(dealership, agent):
    lead, other = passive(dealership, "service"), passive(dealership, "new")
    park(lead, agent)

    for days in (1, 30, 89):
        assert next_lead(agent, now=TUESDAY_10 + timedelta(days=days)) is None
    hold = next_lead(agent, now=PARKED_UNTIL + timedelta(minutes=1))

    assert hold is not None
    assert hold.lead_id == other.pk
    assert Lead.objects.get(pk=other.pk).next_call_at == PARKED_UNTIL


def test_a_passive_lead_that_arrives_meanwhile_waits_too(dealership, agent):
    park(passive(dealership, "service"), agent)

    later = passive(dealership, "new", now=TUESDAY_10 + timedelta(days=14))

    assert later.next_call_at == PARKED_UNTIL


def test_what_the_customer_asks_for_goes_on(dealership, agent):
    salesperson = create_salesperson(dealership)
    park(passive(dealership, "service"), agent)

    asked = receive(dealership, phones=PHONE, interest="new", now=TUESDAY_10)

    assert (asked.owner, asked.next_call_at) == (salesperson, TUESDAY_10)


def test_a_promised_call_is_made(dealership, agent):
    lead, other = passive(dealership, "service"), passive(dealership, "new")
    tomorrow = TUESDAY_10 + timedelta(days=1)
    promise_call_back(other, due_at=tomorrow, by=agent, now=TUESDAY_10)

    park(lead, agent)

    assert Lead.objects.get(pk=other.pk).next_call_at == tomorrow
