"""What we know of a customer is corrected by hand, and what follows is done at once."""

from datetime import date

import pytest
from django.utils import translation

from bdc.errors import Malformed, NotAllowed
from dealers.models import Role
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.correcting import Correction, VehicleIn, correct_customer
from leads.domain.facts import Facts, SaleIn
from leads.domain.permission import may_call
from leads.domain.queue import next_lead
from leads.domain.searching import find
from leads.domain.timeline import sentences
from leads.models import Consent, Customer, Event, Lead
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


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


def correct(lead: Lead, by=None, now=TUESDAY_10, **fields) -> Lead:
    correct_customer(lead.customer, Correction(**fields), by=by, now=now)
    return Lead.objects.get(pk=lead.pk)


def verbs(lead: Lead) -> list[str]:
    return list(Event.objects.filter(lead=lead).order_by("pk").values_list("verb", flat=True))


def numbers(lead: Lead) -> list[str]:
    return [phone.number for phone in lead.customer.phones.all()]


def problems(caught) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in caught.value.problems]


# --- Names ----------------------------------------------------------------------------------


def test_a_corrected_name_is_found_in_the_search_box(dealership, salesperson):
    lead = receive(dealership, name="Jan Janssen")

    lead = correct(lead, salesperson, first_name="Jannes", infix="van der", last_name="Zée")

    assert lead.customer.name == "Jannes van der Zée"
    assert list(find(Lead.objects.all(), "zee jannes")) == [lead]
    assert list(find(Lead.objects.all(), "janssen")) == []


def test_the_timeline_says_who_corrected_what_and_never_the_words(dealership, salesperson):
    lead = receive(dealership, name="Jan Janssen")

    correct(lead, salesperson, last_name="Geheim", city="Geheimstad", add_phones=("06-12345678",))

    told = Event.objects.get(lead=lead, verb="customer_corrected")
    assert (told.by, told.facts) == (salesperson, {"fields": ["name", "address", "phones"]})
    assert "eheim" not in str(told.facts)
    with translation.override("en"):
        assert sentences([told]) == [
            "Details of the customer corrected: name, address, phone numbers."
        ]


def test_what_changes_nothing_is_not_told(dealership, salesperson):
    lead = receive(dealership, name="Jan Janssen")

    correct(lead, salesperson, last_name="Janssen", add_phones=tuple(numbers(lead)))

    assert "customer_corrected" not in verbs(lead)


def test_a_customer_keeps_a_name(dealership, salesperson):
    lead = receive(dealership, name="Jan Janssen")

    with pytest.raises(Malformed) as caught:
        correct(lead, salesperson, first_name="", last_name="")

    assert problems(caught) == [("last_name", "required")]
    assert Customer.objects.get(pk=lead.customer_id).last_name == "Janssen"


# --- Companies ------------------------------------------------------------------------------


def test_a_legal_form_gives_a_ground_and_the_timeline_says_who_gave_it(dealership, agent):
    lead = receive_passive(dealership, consents=())
    assert not may_call(lead, now=TUESDAY_10).allowed

    lead = correct(lead, agent, company_name="Bakkerij Deeg", legal_form="bv")

    assert may_call(lead, now=TUESDAY_10).ground == "company"
    assert lead.callable_until is not None
    assert lead.without_ground_since is None
    told = Event.objects.get(lead=lead, verb="became_legal_person")
    assert (told.by, told.facts) == (agent, {"legal_form": "bv"})


def test_a_legal_form_that_goes_takes_its_ground_along(dealership, agent):
    lead = receive_passive(dealership, consents=(), name="", company="Bakkerij Deeg B.V.")
    assert lead.callable_until is not None

    lead = correct(lead, agent, legal_form="vof", company_name="Bakkerij Deeg V.O.F.")

    assert lead.callable_until is None
    assert lead.without_ground_since == TUESDAY_10
    assert next_lead(agent, now=TUESDAY_10) is None
    assert verbs(lead)[-1] == "is_no_legal_person"


def test_the_form_follows_from_a_new_name_of_the_company(dealership, agent):
    lead = correct(receive(dealership), agent, company_name="Stichting Fiets")

    assert lead.customer.legal_form == "stichting"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"legal_form": "bv"}, "company_missing"),
        ({"legal_form": "bv", "company_name": "Deeg v.o.f."}, "contradicts_name"),
        ({"legal_form": "gmbh", "company_name": "Deeg"}, "unknown_legal_form"),
    ],
)
def test_a_legal_form_is_checked(dealership, agent, fields, code):
    lead = receive_passive(dealership, consents=())

    with pytest.raises(Malformed) as caught:
        correct(lead, agent, **fields)

    assert problems(caught) == [("legal_form", code)]
    assert not may_call(Lead.objects.get(pk=lead.pk), now=TUESDAY_10).allowed


# --- Numbers --------------------------------------------------------------------------------


def test_a_first_number_puts_a_mail_task_in_the_calling_queue(dealership, agent):
    lead = receive_passive(dealership, phones=())
    assert (lead.has_dialable_number, lead.next_call_at) == (False, None)

    lead = correct(lead, agent, add_phones=("06-12 34 56 78",))

    assert numbers(lead) == ["+31612345678"]
    assert (lead.has_dialable_number, lead.next_call_at) == (True, TUESDAY_10)
    assert next_lead(agent, now=TUESDAY_10).lead_id == lead.pk


def test_a_first_number_calls_nobody_who_is_left_alone(dealership, agent):
    lead = receive_passive(dealership, phones=())
    Customer.objects.update(parked_until=at(30, 12))

    lead = correct(lead, agent, add_phones=("06-12345678",))

    assert lead.next_call_at == at(30, 12)


@pytest.mark.parametrize("how", ["remove_phones", "wrong_phones"])
def test_the_last_number_that_goes_makes_a_mail_task(dealership, agent, how):
    lead = receive_passive(dealership)

    lead = correct(lead, agent, **{how: tuple(numbers(lead))})

    assert (lead.has_dialable_number, lead.next_call_at) == (False, None)
    assert next_lead(agent, now=TUESDAY_10) is None


def test_a_wrong_number_can_turn_out_right(dealership, agent):
    lead = receive_passive(dealership)
    [number] = numbers(lead)
    correct(lead, agent, wrong_phones=(number,))

    lead = correct(lead, agent, right_phones=(number,))

    assert (lead.has_dialable_number, lead.next_call_at) == (True, TUESDAY_10)


def test_an_agreed_call_back_is_planned_again_with_the_new_number(dealership, agent):
    lead = receive_passive(dealership)
    promise_call_back(lead, due_at=at(25, 14), by=agent, now=TUESDAY_10)
    correct(lead, agent, remove_phones=tuple(numbers(lead)))

    lead = correct(lead, agent, add_phones=("040-2123456",))

    assert lead.next_call_at == at(25, 14)


def test_a_salesperson_calls_at_once_when_the_number_appears(dealership, salesperson):
    lead = receive(dealership, phones=(), emails=("jan@example.com",))
    assert lead.next_call_at is None

    lead = correct(lead, salesperson, now=at(24, 11), add_phones=("06-12345678",))

    assert lead.next_call_at == at(24, 11)


def test_every_open_lead_follows(dealership, agent):
    lead = receive_passive(dealership, phones=(), emails=("jan@example.com",))
    second = receive_passive(dealership, phones=(), emails=("jan@example.com",), interest="service")
    assert lead.customer == second.customer

    correct(lead, agent, add_phones=("06-12345678",))

    assert Lead.objects.filter(has_dialable_number=True).count() == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"add_phones": ("zes twaalf",)}, ("add_phones", "unreadable")),
        ({"add_phones": ("112",)}, ("add_phones", "unreadable")),
        ({"remove_phones": ("+31600000000",)}, ("remove_phones", "unknown_phone")),
        ({"add_emails": ("jan at example",)}, ("add_emails", "unreadable")),
        ({"remove_emails": ("piet@example.com",)}, ("remove_emails", "unknown_email")),
        ({"postcode": "99"}, ("postcode", "unreadable")),
        ({"vehicles": (VehicleIn(model="Golf"),)}, ("vehicles", "required")),
        ({"remove_vehicles": (1,)}, ("vehicles", "unknown_vehicle")),
        ({"withdraw_consents": (1,)}, ("withdraw_consents", "unknown_consent")),
        ({"consents": (consent(words=" "),)}, ("consent.words", "required")),
        ({"consents": (consent(proof=""),)}, ("consent.proof", "required")),
        ({"consents": (consent(at(25, 10)),)}, ("consent.given_at", "in_the_future")),
        ({"consents": (consent(purpose="both"),)}, ("consent.purpose", "unknown_purpose")),
        (
            {"add_phones": tuple(f"06-1234567{digit}" for digit in range(10))},
            ("add_phones", "too_many"),
        ),
    ],
)
def test_what_cannot_be_read_changes_nothing(dealership, agent, fields, problem):
    lead = receive_passive(dealership)
    before = numbers(lead)

    with pytest.raises(Malformed) as caught:
        correct(lead, agent, last_name="Anders", **fields)

    assert problems(caught) == [problem]
    fresh = Lead.objects.get(pk=lead.pk)
    assert (numbers(fresh), fresh.customer.last_name == "Anders") == (before, False)


# --- Mail, address, cars --------------------------------------------------------------------


def test_mail_address_and_car_are_corrected(dealership, salesperson):
    lead = receive(dealership, emails=("oud@example.com",), plate="TVL-98-N")
    car = lead.customer.vehicles.get()

    lead = correct(
        lead,
        salesperson,
        remove_emails=("oud@example.com",),
        add_emails=("Nieuw@Example.com",),
        postcode="5611ab",
        street="Markt 1",
        vehicles=(
            VehicleIn(id=car.pk, plate="TVL-98-P", apk_expires_on=date(2027, 3, 1)),
            VehicleIn(make="Kia", model="EV3"),
        ),
    )

    customer = lead.customer
    assert [email.address for email in customer.emails.all()] == ["nieuw@example.com"]
    assert (customer.postcode, customer.street) == ("5611 AB", "Markt 1")
    assert sorted((c.plate, c.make, c.apk_expires_on) for c in customer.vehicles.all()) == [
        ("", "Kia", None),
        ("TVL98P", "", date(2027, 3, 1)),
    ]


def test_a_plate_stands_once_with_a_customer(dealership, salesperson):
    lead = receive(dealership, plate="TVL-98-N")

    with pytest.raises(Malformed) as caught:
        correct(lead, salesperson, vehicles=(VehicleIn(plate="tvl98n"),))

    assert problems(caught) == [("vehicles", "known_plate")]


# --- Consent --------------------------------------------------------------------------------


def test_consent_by_hand_is_a_ground_with_who_wrote_it_down(dealership, agent):
    lead = receive_passive(dealership, consents=())
    assert lead.callable_until is None

    lead = correct(lead, agent, consents=(consent(TUESDAY_10, purpose="sales"),))

    kept = Consent.objects.get()
    assert (kept.recorded_by, kept.recorded_at, kept.dealership) == (agent, TUESDAY_10, dealership)
    assert may_call(lead, now=TUESDAY_10).ground == "consent"
    assert lead.callable_until is not None
    assert next_lead(agent, now=TUESDAY_10).lead_id == lead.pk
    assert "consent_recorded" in verbs(lead)


def test_consent_withdrawn_is_no_ground_any_more(dealership, agent):
    lead = receive_passive(dealership)
    kept = Consent.objects.get()

    lead = correct(lead, agent, now=at(24, 11), withdraw_consents=(kept.pk,))

    kept.refresh_from_db()
    assert (kept.withdrawn_by, kept.withdrawn_at) == (agent, at(24, 11))
    assert (lead.callable_until, lead.without_ground_since) == (None, at(24, 11))
    assert verbs(lead)[-1] == "consent_withdrawn"


# --- Who ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.SALES_MANAGER, True),
        (Role.RECEPTIONIST, True),
        (Role.MARKETER, False),
        (Role.ADMINISTRATOR, False),
    ],
)
def test_who_works_or_answers_the_phone_corrects(dealership, role, may):
    lead = receive(dealership)
    person = create_member(role, dealership)

    if may:
        correct(lead, person, city="Eindhoven")
    else:
        with pytest.raises(NotAllowed):
            correct(lead, person, city="Eindhoven")

    assert (Lead.objects.get().customer.city == "Eindhoven") is may


def test_an_agent_of_another_dealership_corrects_nothing(dealership):
    elsewhere = create_dealership(group=dealership.group)

    with pytest.raises(NotAllowed):
        correct(receive(dealership), create_agent(elsewhere), city="Helmond")


def test_a_salesperson_does_not_correct_the_customer_of_a_passive_lead(dealership, salesperson):
    with pytest.raises(NotAllowed):
        correct(receive_passive(dealership), salesperson, city="Eindhoven")


def test_without_an_open_lead_the_newest_tells_it(dealership, salesperson):
    lead = receive(dealership)
    sale = SaleIn(make="Kia", model="EV3", condition="new", new_customer=True, fleet=False)
    close_lead(lead, reason="VK-01", facts=Facts(sale=sale), by=salesperson, now=at(24, 12))

    correct(lead, salesperson, city="Eindhoven")

    assert verbs(lead)[-1] == "customer_corrected"
