"""Leads come in: new, joined, or sent again; customers matched in their group."""

from datetime import timedelta

import pytest

from bdc.errors import NotAllowed
from dealers.models import Role
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation
from leads.domain.facts import Facts
from leads.domain.objecting import record_objection
from leads.models import Customer, Event, Lead, Note
from tests.factories import (
    TUESDAY_10,
    consent,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

TOMORROW = TUESDAY_10 + timedelta(days=1)


@pytest.fixture
def dealership(db):
    return create_dealership()


def test_a_name_keeps_its_infix_apart(dealership):
    lead = receive(dealership, name="", first_name="Renée", last_name="van 't Hooghuijs")

    customer = lead.customer
    assert (customer.first_name, customer.infix, customer.last_name) == (
        "Renée",
        "van 't",
        "Hooghuijs",
    )
    assert customer.name == "Renée van 't Hooghuijs"
    assert customer.list_name == "van 't Hooghuijs, Renée"


def test_a_lead_without_phone_and_mail_is_taken_in_and_marked(dealership):
    create_salesperson(dealership)

    lead = receive(dealership, phones=())

    assert (lead.has_dialable_number, lead.next_call_at) == (False, None)
    assert lead.owner is not None
    assert lead.offer_ends_at is None


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"phones": ("0031 6 1234 5001",)}, id="the phone in another notation"),
        pytest.param({"phones": (), "emails": ("A.b@Example.com",)}, id="the e-mail"),
    ],
)
def test_a_known_customer_is_matched(dealership, fields):
    first = receive(
        dealership, phones=("06-12345001",), emails=("a.b@example.com",), interest="new"
    )

    second = receive(dealership, interest="service", **fields)

    assert second.customer == first.customer
    assert second.pk != first.pk


def test_a_plate_alone_matches_nobody(dealership):
    first = receive(dealership, plate="TVL-98-N")

    second = receive(dealership, plate="TVL98N", interest="service")

    assert second.customer != first.customer
    assert second.plate == first.plate == "TVL98N"


def test_a_repeat_enquiry_joins_the_open_lead(dealership):
    create_salesperson(dealership)
    first = receive(dealership, phones=("06-12345001",))

    again = receive(dealership, phones=("06-12345001",), message="Nog steeds?", now=TOMORROW)

    assert again.pk == first.pk
    assert (again.requested_at, again.next_call_at) == (TOMORROW, TOMORROW)
    assert Note.objects.get(lead=again).body == "Nog steeds?"
    assert again.round_number == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"interest": "service"}, id="another interest"),
        pytest.param({"now": TUESDAY_10 + timedelta(days=91)}, id="after 90 days"),
    ],
)
def test_another_question_is_a_new_lead(dealership, fields):
    first = receive(dealership, phones=("06-12345001",))

    other = receive(dealership, **{"phones": ("06-12345001",), "now": TOMORROW, **fields})

    assert other.pk != first.pk
    assert other.customer == first.customer


def test_a_passive_lead_that_asks_becomes_active_and_goes_to_sales(dealership):
    salesperson = create_salesperson(dealership)
    passive = receive_passive(dealership, phones=("06-12345001",))

    asked = receive(dealership, phones=("06-12345001",), now=TOMORROW)

    assert asked.pk == passive.pk
    assert (asked.kind, asked.kind_at_receipt, asked.owner) == ("active", "passive", salesperson)
    assert [round_.side for round_ in asked.rounds.all()] == ["passive", "salesperson"]


def test_a_repeat_enquiry_withdraws_a_proposal(dealership):
    salesperson = create_salesperson(dealership)
    lead = receive(dealership, phones=("06-12345001",))
    record_conversation(lead, channel="chat", by=salesperson, now=TUESDAY_10)
    close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)

    again = receive(dealership, phones=("06-12345001",), now=TOMORROW)

    assert (again.pk, again.status) == (lead.pk, "open")
    assert again.proposals.get().decision == "withdrawn"


def test_a_document_that_is_sent_again_makes_no_second_lead(dealership):
    first = receive(dealership, source="Portaal", external_id="PV-1")
    events = Event.objects.count()

    again = receive(dealership, source="Portaal", external_id="PV-1", phones=("06-12345999",))

    assert again.pk == first.pk
    assert Event.objects.count() == events


def test_consent_is_kept_as_proof_once(dealership):
    given = consent()
    lead = receive_passive(dealership, phones=("06-12345001",), consents=(given, given))
    receive_passive(
        dealership, phones=("06-12345001",), consents=(given,), interest="service", now=TOMORROW
    )

    kept = lead.customer.consents.get()
    assert (kept.words, kept.proof, kept.given_at) == (given.words, given.proof, given.given_at)


def test_who_has_no_role_there_brings_in_nothing(dealership):
    stranger = create_salesperson(create_dealership())

    with pytest.raises(NotAllowed):
        receive(dealership, by=stranger)

    assert not Customer.objects.exists()


def test_a_lead_in_a_bdc_round_that_asks_again_is_routed_again(dealership):
    dealership.attempts_salesperson = 1
    dealership.save()
    salesperson = create_salesperson(dealership)
    lead = receive(dealership, phones=("06-12345001",))
    lead = record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10).lead
    assert lead.queue == "unreached"

    again = receive(dealership, phones=("06-12345001",), now=TOMORROW)

    assert (again.pk, again.owner, again.round_number) == (lead.pk, salesperson, 3)


def test_hostile_texts_stay_texts(dealership):
    lead = receive(
        dealership,
        name="=HYPERLINK(1)\x00<script>alert(1)</script>" + "x" * 5000,
        message="{{ 7*7 }}\x00" + "y" * 50_000,
        make="m" * 500,
    )

    assert "\x00" not in lead.customer.name
    assert len(lead.make) == 60
    assert len(Note.objects.get().body) == 10_000
    assert Lead.objects.count() == 1


def test_an_agents_centre_brings_in_leads_for_whom_it_serves(dealership):
    lead = receive(dealership, by=create_agent(dealership))

    assert lead.dealership == dealership


def test_a_first_number_makes_every_open_lead_of_the_customer_one_to_call(dealership):
    first = receive_passive(dealership, phones=(), emails=("eva@example.com",))
    assert (first.has_dialable_number, first.next_call_at) == (False, None)

    receive(
        dealership,
        now=TOMORROW,
        emails=("eva@example.com",),
        phones=("06-12345001",),
        interest="used",
    )

    first.refresh_from_db()
    assert first.has_dialable_number
    assert first.next_call_at == TOMORROW


def test_a_consent_that_comes_with_another_lead_is_a_ground_for_every_open_lead(dealership):
    first = receive_passive(dealership, phones=("06-12345001",), consents=())
    assert first.callable_until is None

    receive_passive(dealership, now=TOMORROW, phones=("06-12345001",), interest="used")

    first.refresh_from_db()
    assert first.callable_until is not None
    assert first.without_ground_since is None


def test_a_document_that_joined_an_open_lead_is_known_when_it_is_sent_again(dealership):
    create_salesperson(dealership)
    manager = create_member(Role.SALES_MANAGER, dealership)
    first = receive(dealership, phones=("06-12345001",))
    document = {"phones": ("06-12345001",), "source": "site", "external_id": "A-1"}
    assert receive(dealership, now=TOMORROW, **document) == first
    record_objection(first.customer, by=manager, now=TOMORROW + timedelta(hours=1))

    again = receive(dealership, now=TOMORROW + timedelta(hours=2), **document)

    assert again == first
    again.refresh_from_db()
    assert (again.status, again.requested_at) == ("closed", TOMORROW)
    assert Event.objects.filter(verb="joined_by_repeat_enquiry").count() == 1
