"""An objection is never undone; a manager withdraws it, and only what still holds is a ground."""

import pytest

from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.intake import note_conversation
from leads.domain.objecting import record_objection, withdraw_objection
from leads.domain.permission import may_call
from leads.models import Customer, Event, Lead, Objection, Status
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


def withdraw(lead: Lead, by, now=TUESDAY_10, reason="by_mistake", **fields) -> Lead:
    withdraw_objection(lead.customer, reason=reason, by=by, now=now, **fields)
    return Lead.objects.get(pk=lead.pk)


def test_who_objected_to_whom_and_why_it_was_withdrawn_is_kept(dealership, manager):
    agent = create_agent(dealership)
    lead = receive_passive(dealership)
    record_objection(lead.customer, by=agent, now=TUESDAY_10)

    withdraw(lead, manager, now=at(24, 11), reason="customer_asked", note=" Belde zelf. ")

    kept = Objection.objects.get()
    assert (kept.by, kept.at) == (agent, TUESDAY_10)
    assert (kept.withdrawn_by, kept.withdrawn_at) == (manager, at(24, 11))
    assert (kept.why_withdrawn, kept.note) == ("customer_asked", "Belde zelf.")
    told = Event.objects.get(lead=lead, verb="objection_withdrawn")
    assert (told.by, told.facts) == (manager, {"why_withdrawn": "customer_asked"})


def test_closed_leads_stay_closed_and_the_next_one_may_be_called(dealership, manager):
    lead = receive_passive(dealership, phones=("06-12345601",))
    record_objection(lead.customer, by=None, now=TUESDAY_10)
    silent = receive_passive(dealership, phones=("06-12345601",), now=at(24, 11))
    assert not may_call(silent, now=at(24, 11)).allowed

    lead = withdraw(lead, manager, now=at(24, 12))

    assert (lead.status, lead.close_reason_id) == (Status.CLOSED, "BDC-08")
    silent.refresh_from_db()
    assert may_call(silent, now=at(24, 12)).ground == "consent"
    assert silent.callable_until is not None


def test_without_a_ground_that_holds_nobody_calls_again(dealership, manager):
    lead = receive_passive(dealership, phones=("06-12345601",))
    record_objection(lead.customer, by=None, now=TUESDAY_10)
    lead.customer.consents.update(withdrawn_at=at(24, 11))
    later = receive_passive(dealership, phones=("06-12345601",), consents=(), now=at(24, 11))

    withdraw(lead, manager, now=at(24, 12))

    later.refresh_from_db()
    assert not may_call(later, now=at(24, 12)).allowed
    assert later.callable_until is None


def test_an_objection_after_a_withdrawal_stands_again(dealership, manager):
    lead = receive(dealership)
    record_objection(lead.customer, by=None, now=TUESDAY_10)
    withdraw(lead, manager, now=at(24, 11))

    record_objection(lead.customer, by=None, now=at(24, 12))

    assert Customer.objects.get().objected_at == at(24, 12)
    assert Objection.objects.filter(withdrawn_at=None).count() == 1


def test_what_does_not_stand_is_not_withdrawn(dealership, manager):
    lead = receive(dealership)
    with pytest.raises(RuleBroken, match=r"^objection_missing$"):
        withdraw(lead, manager)
    record_objection(lead.customer, by=None, now=TUESDAY_10)

    with pytest.raises(Malformed):
        withdraw(lead, manager, reason="other")
    withdraw(lead, manager)
    with pytest.raises(RuleBroken, match=r"^objection_missing$"):
        withdraw(lead, manager)


@pytest.mark.parametrize(
    "role", [Role.MARKETER, Role.RECEPTIONIST, Role.ADMINISTRATOR, "salesperson", "agent"]
)
def test_only_a_manager_withdraws(dealership, role):
    lead = receive(dealership)
    record_objection(lead.customer, by=None, now=TUESDAY_10)
    makers = {"salesperson": create_salesperson, "agent": create_agent}
    person = makers[role](dealership) if role in makers else create_member(role, dealership)

    with pytest.raises(NotAllowed):
        withdraw(lead, person)

    assert Customer.objects.get().objected_at == TUESDAY_10


def test_an_own_request_after_the_objection_is_a_ground_as_before(dealership):
    lead = receive(dealership, phones=("06-12345601",))
    record_objection(lead.customer, by=None, now=TUESDAY_10)

    again = receive(dealership, phones=("06-12345601",), now=at(24, 11))
    note_conversation(again, channel="chat", by=None, now=at(24, 11))

    assert may_call(again, now=at(24, 11)).ground == "own_request"
