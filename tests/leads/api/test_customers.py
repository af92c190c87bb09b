"""Customers by program: seen, corrected, merged, parted, and their right of objection."""

import pytest

from dealers.models import Role
from leads.domain.contacting import start_call
from leads.models import Customer, Lead
from tests.api_client import ApiClient, problem
from tests.factories import (
    TUESDAY_10,
    at,
    consent,
    create_dealership,
    create_member,
    receive,
    receive_passive,
)

INVALID = "Some fields are not right. `errors` says which and why."
NOT_FOUND = problem(404, "Not Found", "not_found", "There is nothing here that you may see.")
AT_TEN = "2026-11-24T10:00:00+01:00"


@pytest.fixture
def as_manager(manager):
    return ApiClient(manager)


@pytest.fixture
def as_agent(agent):
    return ApiClient(agent)


@pytest.fixture
def lead(dealership, salesperson):
    return receive(
        dealership,
        name="Sander de Boer",
        phones=("06-12345601",),
        emails=("sander@example.com",),
        plate="TVL-98-N",
        postcode="5611 AB",
        consents=(consent(proof="row 4711"),),
    )


@pytest.fixture
def double(dealership, salesperson):
    return receive(dealership, name="S. Boer", phones=("06-12345602",))


def patch(client: ApiClient, path: str, body: object):
    return client.client.patch(f"/api/v1/{path}", body, content_type="application/json")


def test_a_customer_is_answered_whole(as_salesperson, lead, salesperson):
    answer = as_salesperson.get(f"customers/{lead.customer_id}/")

    assert answer.status_code == 200
    customer = lead.customer
    assert answer.json() == {
        "id": customer.pk,
        "name": "Sander de Boer",
        "kind": "person",
        "salutation": "",
        "initials": "",
        "first_name": "Sander",
        "infix": "de",
        "last_name": "Boer",
        "company": "",
        "legal_form": "",
        "street": "",
        "postcode": "5611 AB",
        "city": "",
        "phones": [{"number": "+31612345601", "dialable": True}],
        "emails": ["sander@example.com"],
        "vehicles": [
            {
                "id": customer.vehicles.get().pk,
                "plate": "TVL98N",
                "make": "Volkswagen",
                "model": "",
                "year": None,
                "apk_expires_on": None,
            }
        ],
        "consents": [
            {
                "id": customer.consents.get().pk,
                "purpose": "all",
                "given_at": AT_TEN,
                "words": "Ja, u mag mij bellen over aanbiedingen.",
                "proof": "row 4711",
                "dealership": "noord",
                "recorded_at": AT_TEN,
                "recorded_by": None,
                "withdrawn_at": None,
                "withdrawn_by": None,
            }
        ],
        "objection": None,
        "parked_until": None,
        "merges": [],
        "leads": [
            {
                "id": lead.pk,
                "dealership": "noord",
                "kind": "active",
                "interest": "new",
                "status": "open",
                "owner": {"type": "salesperson", "user": salesperson.email},
                "reason": None,
                "received_at": AT_TEN,
                "may_call": {
                    "allowed": True,
                    "ground": "own_request",
                    "why": "The customer asked for this himself.",
                    "until": "2026-12-24T10:00:00+01:00",
                },
                "possible_duplicate": False,
            }
        ],
    }


def test_only_leads_that_one_may_see_are_shown(dealership, lead, as_salesperson, as_manager):
    next_door = create_dealership(group=dealership.group)
    receive(next_door, phones=("06-12345601",))
    receive_passive(dealership, phones=("06-12345601",))

    seen = [
        lead["kind"] for lead in as_manager.get(f"customers/{lead.customer_id}/").json()["leads"]
    ]
    assert seen == ["passive", "active"]
    assert len(as_salesperson.get(f"customers/{lead.customer_id}/").json()["leads"]) == 1


def test_who_is_of_others_is_not_there(lead, stranger, as_salesperson, dealership):
    passive = receive_passive(dealership)

    for client, customer in ((ApiClient(stranger), lead), (as_salesperson, passive)):
        answer = client.get(f"customers/{customer.customer_id}/")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert as_salesperson.get("customers/999999/").status_code == 404


def test_the_leads_of_a_customer_are_listed(as_manager, lead, double):
    listed = as_manager.get("leads/", customer=lead.customer_id).json()["results"]

    assert [one["id"] for one in listed] == [lead.pk]


def test_a_customer_is_corrected(as_agent, dealership):
    lead = receive_passive(dealership, phones=("06-12345601",), consents=())

    answer = patch(
        as_agent,
        f"customers/{lead.customer_id}/",
        {
            "last_name": "Bakker",
            "company": "Bakkerij Deeg",
            "legal_form": "bv",
            "add_phones": ["040 212 34 56"],
            "wrong_phones": ["+31612345601"],
            "add_emails": ["info@deeg.example"],
            "vehicles": [{"plate": "TVL-98-N", "apk_expires_on": "2027-03-01"}],
            "consent": {
                "purpose": "sales",
                "given_at": AT_TEN,
                "words": "Bel mij gerust.",
                "proof": "opname 12",
            },
            "postcode": None,
        },
    )

    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert (body["company"], body["legal_form"], body["kind"]) == ("Bakkerij Deeg", "bv", "company")
    assert [(one["number"], one["dialable"]) for one in body["phones"]] == [
        ("+31612345601", False),
        ("+31402123456", True),
    ]
    assert body["vehicles"][0]["apk_expires_on"] == "2027-03-01"
    assert body["consents"][0]["recorded_by"] == "agent@noord.example"
    assert body["leads"][0]["may_call"]["ground"] == "consent"
    assert body["leads"][0]["may_call"]["until"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"add_phones": ["geen"]}, "add_phones"),
        ({"legal_form": "bv"}, "legal_form"),
        ({"legal_form": "gmbh"}, "legal_form"),
        ({"vehicles": [{"apk_expires_on": "morgen"}]}, "vehicles.0.apk_expires_on"),
        ({"vehicles": [{"apk_expires_on": 20270301}]}, "vehicles.0.apk_expires_on"),
        ({"remove_vehicles": [3]}, "vehicles"),
        ({"city": 5}, "city"),
    ],
)
def test_a_correction_that_cannot_be_read_is_told_by_field(as_manager, lead, body, field):
    answer = patch(as_manager, f"customers/{lead.customer_id}/", body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_customers_are_merged_and_parted(as_manager, lead, double):
    merged = as_manager.post(f"customers/{lead.customer_id}/merge/", {"other": double.customer_id})

    assert merged.status_code == 200
    body = merged.json()
    assert body["id"] == lead.customer_id
    assert [(one["id"], one["by"]) for one in body["merges"]] == [
        (double.customer_id, "leider@noord.example")
    ]
    assert [one["possible_duplicate"] for one in body["leads"]] == [True, True]
    old = as_manager.get(f"customers/{double.customer_id}/").json()
    assert old["id"] == lead.customer_id
    assert as_manager.get(f"leads/{double.pk}/").json()["customer"]["id"] == lead.customer_id

    parted = as_manager.post(f"customers/{lead.customer_id}/unmerge/")
    assert parted.status_code == 200
    assert (len(parted.json()["leads"]), parted.json()["merges"]) == (1, [])
    again = as_manager.post(f"customers/{lead.customer_id}/unmerge/")
    assert (again.status_code, again.json()["code"]) == (409, "not_merged")


def test_who_is_in_a_call_is_not_merged(as_manager, lead, double, salesperson):
    start_call(lead, by=salesperson, now=TUESDAY_10)

    answer = as_manager.post(f"customers/{double.customer_id}/merge/", {"other": lead.customer_id})

    assert (answer.status_code, answer.json()) == (
        409,
        problem(
            409,
            "Conflict",
            "held_by_other",
            "A colleague is with this customer right now. Try again after the call.",
        ),
    )


def test_another_who_is_not_there_is_named(as_manager, lead):
    elsewhere = receive(create_dealership())
    for other in (elsewhere.customer_id, 999_999):
        answer = as_manager.post(f"customers/{lead.customer_id}/merge/", {"other": other})
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["field"] == "other"


def test_a_salesperson_merges_nobody(as_salesperson, lead, double):
    answer = as_salesperson.post(
        f"customers/{lead.customer_id}/merge/", {"other": double.customer_id}
    )

    assert answer.status_code == 403
    assert Lead.objects.filter(customer=lead.customer).count() == 1


def test_an_objection_is_withdrawn_by_a_manager(as_manager, as_agent, lead):
    customer = f"customers/{lead.customer_id}/"
    as_agent.post(f"{customer}objection/")
    assert as_agent.get(customer).json()["objection"] == {"at": AT_TEN, "by": "agent@noord.example"}
    assert (
        as_agent.post(f"{customer}objection/withdraw/", {"reason": "by_mistake"}).status_code == 403
    )

    answer = as_manager.post(f"{customer}objection/withdraw/", {"reason": "by_mistake"})

    assert answer.status_code == 200
    assert answer.json()["objection"] is None
    assert answer.json()["leads"][0]["status"] == "closed"
    assert Customer.objects.get().objected_at is None
    again = as_manager.post(f"{customer}objection/withdraw/", {"reason": "by_mistake"})
    assert (again.status_code, again.json()["code"]) == (409, "objection_missing")
    assert as_manager.post(f"{customer}objection/withdraw/", {"reason": "x"}).status_code == 400


def test_the_number_of_questions_to_the_database_is_bounded(
    django_assert_max_num_queries, dealership, lead
):
    as_lead = ApiClient(create_member(Role.ADMINISTRATOR, dealership.group))
    for number in range(25):
        receive(
            dealership,
            phones=("06-12345601",),
            interest="service",
            kind="passive",
            channel="data_mining",
            consents=(consent(at(2, 10, number), proof=str(number)),),
        )

    with django_assert_max_num_queries(40):
        body = as_lead.get(f"customers/{lead.customer_id}/").json()

    assert len(body["leads"]) == 20


def test_consent_given_elsewhere_in_the_group_is_for_who_works_there(
    as_salesperson, lead, dealership
):
    next_door = create_dealership(group=dealership.group)
    elsewhere = consent(proof="kaart 12", given_at=at(20, 10))
    receive(next_door, phones=("06-12345601",), consents=(elsewhere,), interest="used")
    kept = lead.customer.consents.get(proof="kaart 12")

    shown = as_salesperson.get(f"customers/{lead.customer_id}/").json()
    answer = patch(
        as_salesperson, f"customers/{lead.customer_id}/", {"withdraw_consents": [kept.pk]}
    )

    assert [one["proof"] for one in shown["consents"]] == ["row 4711"]
    assert answer.status_code == 400
