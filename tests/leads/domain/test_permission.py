"""May we call: every ground, its end, and what takes it away."""

from datetime import timedelta

import pytest

from leads.domain.call_backs import promise_call_back
from leads.domain.objecting import record_objection
from leads.domain.permission import may_call
from leads.models import Customer, Lead
from tests.factories import (
    TUESDAY_10,
    consent,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)

NEXT_YEAR = TUESDAY_10 + timedelta(days=365)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.mark.parametrize(
    ("days", "allowed"),
    [pytest.param(29, True, id="within 30 days"), pytest.param(30, False, id="after 30 days")],
)
def test_an_own_request_is_a_ground_for_30_days(dealership, days, allowed):
    create_salesperson(dealership)
    lead = receive(dealership)

    permission = may_call(lead, now=TUESDAY_10 + timedelta(days=days))

    assert (permission.allowed, permission.ground) == (allowed, "own_request" if allowed else "")


@pytest.mark.parametrize(
    ("fields", "ground"),
    [
        pytest.param({"consents": (consent(),)}, "consent", id="consent with words"),
        pytest.param({"consents": (consent(words=""),)}, "", id="consent without words"),
        pytest.param({"consents": (consent(purpose="sales"),)}, "consent", id="for sales"),
        pytest.param({"consents": (consent(purpose="service"),)}, "", id="for service only"),
        pytest.param({"consents": ()}, "", id="nothing"),
        pytest.param({"consents": (), "company": "Proef B.V."}, "company", id="a b.v."),
        pytest.param({"consents": (), "company": "Stichting Proef"}, "company", id="a foundation"),
        pytest.param({"consents": (), "company": "Proef v.o.f."}, "", id="a v.o.f. is a person"),
        pytest.param({"consents": (), "company": "Proef Bouw"}, "", id="form unknown is a person"),
    ],
)
def test_a_passive_lead_needs_consent_or_a_company(dealership, fields, ground):
    lead = receive_passive(dealership, **fields)

    permission = may_call(lead, now=NEXT_YEAR)

    assert (permission.allowed, permission.ground) == (bool(ground), ground)
    assert permission.why


def test_being_a_customer_is_no_ground(dealership):
    create_salesperson(dealership)
    receive(dealership, phones=("06-12345001",))

    lead = receive_passive(dealership, phones=("06-12345001",), consents=())

    assert not may_call(lead, now=TUESDAY_10).allowed


def test_a_promised_call_back_is_a_ground_for_its_call(dealership):
    salesperson = create_salesperson(dealership)
    lead = receive(dealership)
    due_at = TUESDAY_10 + timedelta(days=60)
    promise_call_back(lead, due_at=due_at, by=salesperson, now=TUESDAY_10)

    assert not may_call(lead, now=due_at - timedelta(days=1)).allowed
    assert may_call(lead, now=due_at).ground == "call_back"


def test_an_objection_takes_every_ground_away(dealership):
    agent = create_agent(dealership)
    lead = receive_passive(dealership)
    assert may_call(lead, now=TUESDAY_10).allowed

    record_objection(lead.customer, by=agent, now=TUESDAY_10)

    lead = Lead.objects.get(pk=lead.pk)
    assert not may_call(lead, now=TUESDAY_10).allowed
    assert lead.callable_until is None


def test_an_own_request_after_an_objection_is_a_ground_for_that_lead_alone(dealership):
    agent = create_agent(dealership)
    create_salesperson(dealership)
    before = receive_passive(dealership, phones=("06-12345001",))
    record_objection(before.customer, by=agent, now=TUESDAY_10)
    later = TUESDAY_10 + timedelta(days=1)

    asked = receive(dealership, phones=("06-12345001",), now=later)
    passive = receive_passive(dealership, phones=("06-12345001",), now=later)

    assert asked.customer_id == passive.customer_id
    assert may_call(asked, now=later).ground == "own_request"
    assert not may_call(passive, now=later).allowed


def test_a_withdrawn_consent_is_no_ground(dealership):
    lead = receive_passive(dealership)
    lead.customer.consents.update(withdrawn_at=TUESDAY_10)

    assert not may_call(Lead.objects.get(pk=lead.pk), now=TUESDAY_10).allowed
    assert Customer.objects.get().consents.count() == 1
