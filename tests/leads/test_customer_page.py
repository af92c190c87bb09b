"""The page of one customer: what it tells, and each action done, refused, and for strangers."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dealers.models import Role
from leads.domain.correcting import Correction, correct_customer
from leads.domain.merging import merge_customers
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.models import Consent, Customer, Lead
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

JAN, PIET = "06-12345601", "06-12345602"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Sem Kuipers")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")


@pytest.fixture
def lead(dealership, salesperson):
    return receive(
        dealership,
        name="Sander de Boer",
        phones=(JAN,),
        emails=("sander@example.com",),
        plate="TVL-98-N",
        consents=(consent(words="Bel mij gerust.", proof="formulier 9"),),
    )


@pytest.fixture
def double(dealership, lead):
    return receive(dealership, name="S. Boer", phones=(PIET,), plate="TVL-98-N")


def url_of(lead: Lead, name: str = "customer", *args: int) -> str:
    return reverse(f"leads:{name}", args=[lead.customer_id, *args])


def opened(client, person, lead: Lead, name: str = "customer", **query):
    client.force_login(person)
    return client.get(url_of(lead, name), query)


def sent(client, person, lead: Lead, name: str, *args: int, **fields):
    client.force_login(person)
    return client.post(url_of(lead, name, *args), fields)


def test_it_tells_what_is_known_and_until_when_one_may_call(client, salesperson, lead):
    page = opened(client, salesperson, lead)

    told = page.content.decode()
    for words in (
        "Sander de Boer",
        "06 12345601",
        "sander@example.com",
        "TVL-98-N",
        "Bel mij gerust.",
        "formulier 9",
        f"#{lead.number}",
        "Sem Kuipers",
        "24 dec",
    ):
        assert words in told, words


def test_leads_of_others_are_not_told(client, dealership, salesperson, manager, lead):
    passive = receive_passive(dealership, phones=(JAN,))
    next_door = receive(create_dealership(group=dealership.group), phones=(JAN,))

    assert f"#{passive.number}" not in opened(client, salesperson, lead).content.decode()
    told = opened(client, manager, lead).content.decode()
    assert f"#{passive.number}" in told
    assert f"#{next_door.number}" not in told


def test_for_a_stranger_nobody_is_there(client, salesperson, lead, dealership):
    stranger = create_salesperson(create_dealership())
    passive = receive_passive(dealership)

    assert opened(client, stranger, lead).status_code == 404
    assert opened(client, salesperson, passive).status_code == 404
    client.force_login(salesperson)
    assert client.get("/klanten/999999/").status_code == 404


def test_the_address_of_who_was_merged_leads_to_the_survivor(client, manager, lead, double):
    old = url_of(double)
    merge_customers(lead.customer, double.customer, by=manager, now=TUESDAY_10)
    client.force_login(manager)

    assert client.get(old).headers["Location"] == url_of(lead)


def test_a_page_of_leads_is_bounded_and_has_a_next(client, dealership, manager, lead):
    client.force_login(manager)
    with CaptureQueriesContext(connection) as few:
        client.get(url_of(lead))
    for number in range(25):
        receive_passive(dealership, phones=(JAN,), now=at(24, 10, number))

    with CaptureQueriesContext(connection) as many:
        page = client.get(url_of(lead))

    assert len(many) <= len(few) + 5
    assert len(page.context["lines"]) == 20
    following = client.get(page.context["leads"].next_url)
    assert len(following.context["lines"]) == 6


@pytest.mark.parametrize(
    "panel",
    ["customer-details", "customer-reach", "customer-vehicle", "customer-consent"],
)
def test_who_does_not_work_leads_corrects_nothing(client, dealership, lead, panel):
    marketer = create_member(Role.MARKETER, dealership.group)

    assert b"customer-reach" not in opened(client, marketer, lead).content
    assert url_of(lead, panel) not in opened(client, marketer, lead).content.decode()
    assert opened(client, marketer, lead, panel).status_code == 403


def test_name_and_address_are_corrected(client, salesperson, lead):
    shown = opened(client, salesperson, lead, "customer-details")
    form = {name: field.value() or "" for name, field in shown.context["form"]._bound_items()}

    answer = sent(
        client,
        salesperson,
        lead,
        "customer-details",
        **{**form, "last_name": "Bakker", "postcode": "5611ab", "infix": ""},
    )

    assert (answer.status_code, answer.headers["Location"]) == (302, url_of(lead))
    customer = Customer.objects.get()
    assert (customer.name, customer.postcode) == ("Sander Bakker", "5611 AB")


def test_a_legal_form_without_a_company_is_told_at_its_field(client, salesperson, lead):
    answer = sent(client, salesperson, lead, "customer-details", first_name="Jan", legal_form="bv")

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"legal_form"}
    assert answer.context["form"]["first_name"].value() == "Jan"


def test_numbers_and_addresses_are_corrected_with_one_press(client, salesperson, lead):
    sent(client, salesperson, lead, "customer-reach", add_phones="040-2123456")
    sent(client, salesperson, lead, "customer-reach", wrong_phones="+31612345601")
    sent(client, salesperson, lead, "customer-reach", remove_emails="sander@example.com")

    customer = Customer.objects.get()
    assert [(phone.number, phone.is_dialable) for phone in customer.phones.all()] == [
        ("+31612345601", False),
        ("+31402123456", True),
    ]
    assert not customer.emails.exists()


@pytest.mark.parametrize("fields", [{"add_phones": "zes"}, {}, {"add_emails": "jan"}])
def test_what_cannot_be_read_is_told(client, salesperson, lead, fields):
    answer = sent(client, salesperson, lead, "customer-reach", **fields)

    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_a_car_is_added_corrected_and_removed(client, salesperson, lead):
    sent(client, salesperson, lead, "customer-vehicle", make="Kia", apk_expires_on="2027-03-01")
    old, new = Customer.objects.get().vehicles.order_by("pk")
    assert opened(client, salesperson, lead, "customer-vehicle", car=old.pk).status_code == 200
    sent(client, salesperson, lead, "customer-vehicle", car=old.pk, plate="TVL-98-P")
    sent(client, salesperson, lead, "customer-remove-vehicle", new.pk)

    assert [car.plate for car in Customer.objects.get().vehicles.all()] == ["TVL98P"]
    assert sent(client, salesperson, lead, "customer-vehicle", car=new.pk).status_code == 404
    gone = sent(client, salesperson, lead, "customer-remove-vehicle", new.pk)
    assert gone.status_code == 302  # and the bar says that it was gone


def test_consent_is_recorded_and_withdrawn(client, salesperson, lead):
    answer = sent(
        client,
        salesperson,
        lead,
        "customer-consent",
        purpose="sales",
        given_at="2026-11-24T09:30",
        words="Ja, prima.",
        proof="opname",
    )
    assert answer.status_code == 302
    kept = Consent.objects.get(proof="opname")
    assert (kept.recorded_by, kept.given_at) == (salesperson, at(24, 9, 30))

    sent(client, salesperson, lead, "customer-withdraw-consent", kept.pk)

    kept.refresh_from_db()
    assert (kept.withdrawn_by, kept.withdrawn_at) == (salesperson, TUESDAY_10)


def test_consent_without_proof_or_of_tomorrow_is_told(client, salesperson, lead):
    fields = {"purpose": "sales", "given_at": "2026-11-25T09:30", "words": "Ja."}

    assert sent(client, salesperson, lead, "customer-consent", **fields).status_code == 422
    answer = sent(client, salesperson, lead, "customer-consent", proof="opname", **fields)

    assert (answer.status_code, answer.context["form"].errors.keys()) == (422, {"given_at"})
    assert Consent.objects.count() == 1


def test_an_objection_is_recorded_and_withdrawn_by_a_manager(client, salesperson, manager, lead):
    sent(client, salesperson, lead, "customer-objection")
    assert Customer.objects.get().objected_at == TUESDAY_10
    assert opened(client, salesperson, lead, "customer-withdrawal").status_code == 403
    assert sent(client, manager, lead, "customer-withdrawal").status_code == 422

    answer = sent(
        client, manager, lead, "customer-withdrawal", reason="by_mistake", note="Verkeerde regel."
    )

    assert answer.status_code == 302
    assert Customer.objects.get().objected_at is None
    told = opened(client, manager, lead).content.decode()
    assert "Verkeerde regel." in told
    assert "Petra Maas" in told
    again = sent(client, manager, lead, "customer-withdrawal", reason="by_mistake")
    assert again.status_code == 409


def test_likely_doubles_are_offered_and_compared_before_the_button(client, manager, lead, double):
    page = opened(client, manager, lead)
    assert f"{url_of(lead, 'customer-merge')}?other={double.customer_id}" in page.content.decode()

    compared = opened(client, manager, lead, "customer-merge", other=double.customer_id)

    told = compared.content.decode()
    assert "06 12345601" in told
    assert "06 12345602" in told
    assert [side.customer for side in compared.context["sides"]] == [lead.customer, double.customer]


def test_a_double_is_found_by_search(client, manager, lead, double):
    found = opened(client, manager, lead, "customer-merge", search="boer").context["found"]
    nobody = opened(client, manager, lead, "customer-merge", search="niemand")

    assert found == [double.customer]
    assert nobody.context["found"] == []


def test_customers_are_merged_and_parted(client, manager, lead, double):
    answer = sent(client, manager, lead, "customer-merge", other=double.customer_id)
    assert answer.headers["Location"] == url_of(lead)
    assert Lead.objects.filter(customer=lead.customer).count() == 2
    assert "S. Boer" in opened(client, manager, lead).content.decode()

    sent(client, manager, lead, "customer-unmerge")

    assert Lead.objects.filter(customer=lead.customer).count() == 1
    assert sent(client, manager, lead, "customer-unmerge").status_code == 409


def test_who_is_held_is_not_merged_and_the_page_says_why(client, dealership, manager, double):
    passive = receive_passive(dealership)
    next_lead(create_agent(dealership), now=TUESDAY_10)
    compared = opened(client, manager, double, "customer-merge", other=passive.customer_id)
    assert compared.context["problem"].code == "held_by_other"

    answer = sent(client, manager, double, "customer-merge", other=passive.customer_id)

    assert answer.status_code == 409
    assert not Customer.objects.filter(merged_into__isnull=False).exists()


def test_nobody_of_another_group_is_merged(client, manager, lead):
    stranger = receive(create_dealership())
    for fields in ({"other": stranger.customer_id}, {"other": "x"}, {}):
        assert sent(client, manager, lead, "customer-merge", **fields).status_code == 404
    assert opened(client, manager, lead, "customer-merge", other=0).status_code == 404


def test_text_stays_text(client, manager, lead):
    correct_customer(
        lead.customer,
        Correction(last_name="<script>alert(1)</script>", city="{{ 7|add:7 }}"),
        by=None,
        now=TUESDAY_10,
    )

    told = opened(client, manager, lead).content.decode()

    assert "<script>alert(1)" not in told
    assert "{{ 7|add:7 }}" in told


def test_who_objects_has_no_number_to_press(client, manager, lead):
    assert b'href="tel:' in opened(client, manager, lead).content
    record_objection(lead.customer, by=None, now=TUESDAY_10)

    assert b'href="tel:' not in opened(client, manager, lead).content


def test_consent_given_elsewhere_in_the_group_is_for_who_works_there(
    client, salesperson, lead, dealership
):
    next_door = create_dealership(group=dealership.group, name="Noord Helmond")
    elsewhere = consent(words="Bel mij over Helmond.", proof="kaart 12", given_at=at(20, 10))
    receive(next_door, phones=(JAN,), consents=(elsewhere,), interest="used")
    kept = lead.customer.consents.get(proof="kaart 12")
    administrator = create_member(Role.ADMINISTRATOR, dealership.group)

    assert "Bel mij over Helmond." not in opened(client, salesperson, lead).content.decode()
    sent(client, salesperson, lead, "customer-withdraw-consent", kept.pk)
    assert "Bel mij over Helmond." in opened(client, administrator, lead).content.decode()
    kept.refresh_from_db()
    assert kept.withdrawn_at is None


def test_a_double_that_the_reader_cannot_see_is_not_told(client, salesperson, manager, lead):
    hidden = receive_passive(lead.dealership, phones=("06-12345699",), interest=lead.interest)
    merge_customers(lead.customer, hidden.customer, by=manager, now=TUESDAY_10)

    assert "misschien dubbel" in opened(client, manager, lead).content.decode()
    assert "misschien dubbel" not in opened(client, salesperson, lead).content.decode()
