"""Customers who are corrected, merged and parted again break none of the invariants."""

import pytest

from dealers.models import Role
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt, start_call
from leads.domain.correcting import Correction, correct_customer
from leads.domain.merging import merge_customers, undo_merge
from leads.domain.objecting import record_objection, withdraw_objection
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    at,
    consent,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.proofs.invariants import violations

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


@pytest.fixture
def dealership():
    return create_dealership()


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


def test_two_who_asked_the_same_and_were_both_called(dealership):
    seller = create_salesperson(dealership)
    first, second = receive(dealership), receive(dealership)
    for lead in (first, second):
        call = start_call(lead, by=seller, now=TUESDAY_10)
        record_attempt(lead, result="no_answer", by=seller, now=TUESDAY_10, call_id=call.pk)
    merge_customers(first.customer, second.customer, by=None, now=at(24, 11))
    assert violations() == []

    left_out = record_attempt(fresh(first), result="no_answer", by=seller, now=at(24, 11, 30))
    assert not left_out.counts
    assert violations() == []

    undo_merge(first.customer, by=None, now=at(24, 12))
    assert violations() == []


def test_somebody_who_objected_and_somebody_who_was_called_since(dealership, agent):
    objector, other = receive_passive(dealership), receive_passive(dealership)
    record_objection(objector.customer, by=agent, now=TUESDAY_10)
    call = start_call(other, by=agent, now=at(24, 11))
    record_attempt(other, result="no_answer", by=agent, now=at(24, 11, 5), call_id=call.pk)

    merge_customers(other.customer, objector.customer, by=None, now=at(24, 12))
    assert violations() == []
    manager = create_member(Role.SALES_MANAGER, dealership)
    withdraw_objection(other.customer, reason="another_person", by=manager, now=at(24, 13))
    assert violations() == []

    record_objection(other.customer, by=agent, now=at(24, 14))
    undo_merge(other.customer, by=None, now=at(24, 15))
    assert violations() == []


def test_somebody_called_on_the_consent_of_the_other(dealership, agent):
    silent = receive_passive(dealership, consents=())
    other = receive_passive(dealership, consents=(consent(proof="row 7"),))
    merge_customers(silent.customer, other.customer, by=None, now=TUESDAY_10)
    call = start_call(fresh(silent), by=agent, now=at(24, 11))
    record_attempt(fresh(silent), result="no_answer", by=agent, now=at(24, 11), call_id=call.pk)

    undo_merge(silent.customer, by=None, now=at(24, 12))

    assert violations() == []


def test_a_company_that_was_none_after_all(dealership, agent):
    lead = receive_passive(dealership, consents=(), name="", company="Deeg b.v.")
    call = start_call(lead, by=agent, now=TUESDAY_10)
    record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10, call_id=call.pk)

    changed = Correction(company_name="Deeg v.o.f.", legal_form="vof")
    correct_customer(lead.customer, changed, by=agent, now=at(24, 11))

    assert violations() == []


def test_numbers_that_go_and_come(dealership, agent):
    create_salesperson(dealership)
    leads = [receive(dealership), receive_passive(dealership), receive_passive(dealership)]
    promise_call_back(leads[2], due_at=at(25, 11), by=agent, now=TUESDAY_10)
    for lead in leads:
        number = lead.customer.phones.get().number
        for hour, fields in (
            (11, {"remove_phones": (number,)}),
            (12, {"add_phones": (number,)}),
            (13, {"wrong_phones": (number,)}),
            (14, {"right_phones": (number,)}),
        ):
            correct_customer(lead.customer, Correction(**fields), by=None, now=at(24, hour))
            assert violations() == [], fields
