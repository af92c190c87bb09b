"""POST leads/ and GET leads/."""

import json

import pytest

from leads.domain.objecting import record_objection
from leads.models import Consent, Lead, Note, RawInput
from tests.api_client import INVALID, NOT_FOUND, problem
from tests.factories import TUESDAY_10, create_campaign, receive, receive_passive

FORM = {
    "kind": "active",
    "channel": "online",
    "dealership": "noord",
    "interest": "new",
    "line": 1,
    "source": "website",
    "customer": {
        "first_name": "Sander",
        "infix": "de",
        "last_name": "Boer",
        "phone": "06 12345678",
        "email": "Sander@Example.com",
        "postcode": "5611ab",
        "consent": {
            "purpose": "sales",
            "given_at": "2026-11-24T09:58:00+01:00",
            "words": "Ja, bel mij maar.",
            "proof": "form 4711",
        },
    },
    "vehicle": {"make": "Volkswagen", "model": "ID.3", "year": 2027},
    "message": "Kan ik zaterdag kijken?",
    "external_id": "4711",
    "cost": "15.00",
}


def test_a_lead_comes_in_and_is_answered_whole(as_marketer, salesperson):
    response = as_marketer.post("leads/", FORM)

    lead = Lead.objects.get()
    owner = {"type": "salesperson", "user": "verkoper@noord.example"}
    assert response.status_code == 201
    assert response.json() == {
        "id": lead.pk,
        "number": str(lead.pk),
        "kind": "active",
        "channel": "online",
        "interest": "new",
        "line": 1,
        "source": "website",
        "dealership": "noord",
        "campaign": None,
        "customer": {
            "id": lead.customer_id,
            "name": "Sander de Boer",
            "phones": ["+31612345678"],
            "emails": ["sander@example.com"],
            "postcode": "5611 AB",
            "may_call": {
                "allowed": True,
                "ground": "own_request",
                "why": "The customer asked for this himself.",
            },
        },
        "vehicle": {"make": "Volkswagen", "model": "ID.3", "plate": "", "year": 2027},
        "status": "open",
        "owner": owner,
        "round": {"number": 1, "attempts": 0, "maximum": 5},
        "next_call_at": "2026-11-24T10:00:00+01:00",
        "milestones": {
            "received_at": "2026-11-24T10:00:00+01:00",
            "first_attempt_at": None,
            "reached_at": None,
            "appointment_at": None,
            "showed_at": None,
            "quoted_at": None,
            "sold_at": None,
            "closed_at": None,
        },
        "close_out": None,
        "rounds": [
            {
                "number": 1,
                "side": "salesperson",
                "owner": owner,
                "began_at": "2026-11-24T10:00:00+01:00",
                "ended_at": None,
                "attempts": 0,
                "maximum": 5,
                "reason": None,
            }
        ],
        "duplicate_of": None,
    }


def test_what_came_with_a_lead_is_kept(as_marketer, salesperson, marketer):
    as_marketer.post("leads/", FORM)

    lead = Lead.objects.select_related("raw").get()
    consent = Consent.objects.get()
    assert json.loads(bytes(lead.raw.body)) == FORM
    assert (lead.raw.door, lead.raw.received_by) == ("api", marketer)
    assert (lead.external_id, str(lead.cost)) == ("4711", "15.00")
    assert Note.objects.get().body == "Kan ik zaterdag kijken?"
    assert (consent.purpose, consent.words, consent.proof) == (
        "sales",
        "Ja, bel mij maar.",
        "form 4711",
    )


def test_a_lead_with_neither_phone_nor_email_is_taken_in(as_marketer, salesperson):
    body = {"kind": "active", "channel": "online", "dealership": "noord"}

    response = as_marketer.post("leads/", body)

    assert response.status_code == 201
    customer = response.json()["customer"]
    assert (customer["phones"], customer["emails"]) == ([], [])
    assert response.json()["vehicle"] is None
    assert response.json()["next_call_at"] is None


def test_null_is_the_same_as_not_given_and_unknown_fields_are_passed_over(as_marketer, salesperson):
    optional = ["customer", "interest", "line", "source", "campaign", "vehicle", "message", "cost"]
    body = {
        "kind": "active",
        "channel": "chat",
        "dealership": "noord",
        **dict.fromkeys(optional),
        "flavour": {"of": ["the", "month"]},
    }

    response = as_marketer.post("leads/", body)

    assert response.status_code == 201
    assert (response.json()["interest"], response.json()["line"]) == ("other", None)


def test_a_passive_lead_of_a_campaign_goes_to_the_queue(as_marketer, dealership):
    create_campaign(dealership, slug="apk")
    body = {
        "kind": "passive",
        "channel": "data_mining",
        "dealership": "noord",
        "campaign": "apk",
        "customer": {"name": "Sander de Boer", "phones": ["0612345678", "040-2123456", ""]},
    }

    response = as_marketer.post("leads/", body)

    assert response.status_code == 201
    answered = response.json()
    assert answered["owner"] == {"type": "queue", "queue": "passive"}
    assert answered["campaign"] == "apk"
    assert answered["customer"]["phones"] == ["+31612345678", "+31402123456"]
    assert answered["customer"]["may_call"] == {
        "allowed": False,
        "ground": "",
        "why": "There is no ground to call this customer. Ask consent by e-mail or letter, "
        "or wait until the customer asks for something.",
    }


def test_a_repeat_enquiry_answers_the_lead_that_it_joined(as_marketer, dealership, salesperson):
    lead = receive(dealership, phones=("06 12345678",))

    response = as_marketer.post("leads/", {**FORM, "external_id": "4712"})

    assert response.status_code == 201
    assert response.json()["id"] == lead.pk


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        pytest.param({"kind": None}, "kind", "null", id="a required field is null"),
        pytest.param({"kind": "hot"}, "kind", "invalid_choice", id="a kind that is none"),
        pytest.param({"channel": ["online"]}, "channel", "invalid_choice", id="a list for a word"),
        pytest.param({"line": 4}, "line", "max_value", id="a fourth line"),
        pytest.param({"line": "1"}, "line", "invalid", id="text for a number"),
        pytest.param({"line": True}, "line", "invalid", id="truth for a number"),
        pytest.param({"source": 5}, "source", "invalid", id="a number for text"),
        pytest.param({"source": "x" * 121}, "source", "max_length", id="text that is too long"),
        pytest.param({"cost": "9" * 11}, "cost", "max_digits", id="an amount beyond all cars"),
        pytest.param({"cost": "1e9"}, "cost", "invalid", id="an amount in powers of ten"),
        pytest.param({"cost": "NaN"}, "cost", "invalid", id="an amount that is no number"),
        pytest.param({"cost": -1}, "cost", "min_value", id="a cost below nothing"),
        pytest.param({"customer": "Sander"}, "customer", "invalid", id="text for an object"),
        pytest.param(
            {"customer": {"phone": 612345678}}, "customer.phone", "invalid", id="a nested number"
        ),
        pytest.param(
            {"customer": {"phones": ["", 5]}}, "customer.phones.1", "invalid", id="in a nested list"
        ),
        pytest.param(
            {"customer": {"phones": "0612345678"}}, "customer.phones", "not_a_list", id="no list"
        ),
        pytest.param(
            {"customer": {"consent": {"purpose": "sales", "given_at": "2026-11-24T10:00:00"}}},
            "customer.consent.given_at",
            "offset",
            id="a time without its offset",
        ),
        pytest.param(
            {"customer": {"consent": {"purpose": "sales", "given_at": "0001-01-01T00:00+14:00"}}},
            "customer.consent.given_at",
            "overflow",
            id="a time before all time",
        ),
        pytest.param({"vehicle": {"year": 99}}, "vehicle.year", "min_value", id="an old car"),
    ],
)
def test_a_wrong_field_is_named(as_marketer, salesperson, change, field, code):
    response = as_marketer.post("leads/", {**FORM, **change})

    body = response.json()
    assert response.status_code == 400
    assert (body["code"], body["detail"]) == ("invalid", INVALID)
    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert not RawInput.objects.exists()


def test_every_missing_field_is_named(as_marketer):
    response = as_marketer.post("leads/", {})

    assert response.status_code == 400
    assert response.json() == problem(
        400,
        "Bad Request",
        "invalid",
        INVALID,
        ("kind", "required", "This field is required."),
        ("channel", "required", "This field is required."),
        ("dealership", "required", "This field is required."),
    )


@pytest.mark.parametrize("field", ["dealership", "campaign"])
def test_what_the_user_may_not_see_cannot_be_named(
    as_marketer, as_stranger, dealership, stranger, field
):
    elsewhere = stranger.memberships.get().dealership
    create_campaign(elsewhere, slug="zuid-actie")
    named = {"dealership": elsewhere.slug, "campaign": "zuid-actie"}
    seen = as_stranger.post("leads/", {**FORM, **named})

    response = as_marketer.post("leads/", {**FORM, field: named[field]})

    assert seen.status_code == 201
    assert response.status_code == 404
    detail = NOT_FOUND["detail"]
    assert response.json() == {
        **NOT_FOUND,
        "errors": [{"field": field, "code": "not_found", "message": detail}],
    }
    assert RawInput.objects.count() == 1


def test_the_list_has_the_newest_first_and_hides_other_groups(
    as_salesperson, as_stranger, dealership, stranger
):
    first, second = receive(dealership), receive(dealership)
    receive_passive(dealership)
    elsewhere = receive(stranger.memberships.get().dealership)

    assert _ids(as_salesperson.get("leads/")) == [second.pk, first.pk]
    assert _ids(as_stranger.get("leads/")) == [elsewhere.pk]


def test_the_list_shows_leads_as_the_lead_itself_does(as_manager, dealership, salesperson):
    lead = receive(dealership)

    response = as_manager.get("leads/")

    alone = as_manager.get(f"leads/{lead.pk}/").json()
    del alone["timeline"]
    assert response.status_code == 200
    assert response.json() == {"results": [alone], "next": None, "previous": None}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_lead_and_for_three(
    as_manager, dealership, salesperson, count, django_assert_num_queries
):
    for _ in range(count):
        receive_passive(dealership)
        receive(dealership, interest="service")
        record_objection(receive(dealership).customer, by=None, now=TUESDAY_10)

    with django_assert_num_queries(8):
        response = as_manager.get("leads/")

    assert len(response.json()["results"]) == 3 * count


def _ids(response):
    assert response.status_code == 200
    return [lead["id"] for lead in response.json()["results"]]
