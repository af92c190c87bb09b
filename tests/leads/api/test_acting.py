"""What is done with one lead: each door once happy, once refused, once for a stranger."""

import pytest

from leads.domain.booking import book_appointment
from leads.domain.closing import close_lead
from leads.domain.contacting import record_conversation
from leads.domain.facts import Facts
from leads.domain.objecting import record_objection
from leads.models import Appointment, Attempt, Call, Lead
from tests.api_client import INVALID, NO_ROLE, NOT_FOUND, problem
from tests.factories import TUESDAY_10, at, create_salesperson, receive, receive_passive

AT_TEN = "2026-11-24T10:00:00+01:00"


@pytest.fixture
def lead(dealership, salesperson):
    """An active lead with the salesperson."""
    return receive(dealership)


@pytest.fixture
def queued(dealership):
    """A passive lead in the queue."""
    return receive_passive(dealership)


@pytest.fixture
def waiting(dealership, manager):
    """An active lead that nobody has."""
    return receive(dealership)


@pytest.fixture
def proposed(lead, salesperson):
    """A lead that the salesperson proposes to close."""
    record_conversation(lead, channel="inbound", by=salesperson, now=TUESDAY_10)
    return close_lead(
        lead,
        reason="VK-04",
        facts=Facts(purchase_make="Kia"),
        by=salesperson,
        now=TUESDAY_10,
    )


@pytest.fixture
def closed(lead):
    record_objection(lead.customer, by=None, now=TUESDAY_10)
    return lead


def shown(client, lead):
    """The lead as GET shows it, without its timeline."""
    body = client.get(f"leads/{lead.pk}/").json()
    del body["timeline"]
    return body


# --- Contact -----------------------------------------------------------------------------


def test_a_call_is_started(as_salesperson, lead):
    response = as_salesperson.post(f"leads/{lead.pk}/calls/")

    assert response.status_code == 201
    assert response.json() == {"call": Call.objects.get().pk, "started_at": AT_TEN}


def test_an_attempt_is_recorded(as_salesperson, lead):
    call = as_salesperson.post(f"leads/{lead.pk}/calls/", {"phone": "+31612345678"}).json()["call"]
    body = {"result": "no_answer", "call": call, "note": "Belt terug", "seconds": 25}

    response = as_salesperson.post(f"leads/{lead.pk}/attempts/", body)

    attempt = Attempt.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "attempt": {
            "id": attempt.pk,
            "at": AT_TEN,
            "result": "no_answer",
            "counts": True,
            "why": None,
        },
        "lead": shown(as_salesperson, lead),
    }
    assert response.json()["lead"]["round"] == {"number": 1, "attempts": 1, "maximum": 5}
    assert (attempt.phone, attempt.seconds) == ("+31612345678", 25)


def test_an_attempt_that_came_too_soon_is_kept_and_says_why_it_does_not_count(as_salesperson, lead):
    as_salesperson.post(f"leads/{lead.pk}/attempts/", {"result": "no_answer"})

    response = as_salesperson.post(f"leads/{lead.pk}/attempts/", {"result": "engaged"})

    attempt = Attempt.objects.last()
    assert response.status_code == 201
    assert response.json()["attempt"] == {
        "id": attempt.pk,
        "at": AT_TEN,
        "result": "engaged",
        "counts": False,
        "why": "same_day_part",
    }


def test_an_objection_in_an_attempt_closes_the_lead(as_salesperson, lead):
    body = {"result": "refused", "objection": True}

    response = as_salesperson.post(f"leads/{lead.pk}/attempts/", body)

    answered = response.json()["lead"]
    assert response.status_code == 201
    assert (answered["status"], answered["owner"]) == ("closed", None)
    assert answered["close_out"] == {
        "reason": "VK-08",
        "group": "Onverkocht",
        "outcome": "Gemist",
        "by": None,
        "at": AT_TEN,
        "approved_by": None,
    }


def test_a_call_that_is_not_there_cannot_have_a_result(as_salesperson, lead):
    response = as_salesperson.post(
        f"leads/{lead.pk}/attempts/", {"result": "no_answer", "call": 2**63 - 1}
    )

    assert response.status_code == 400
    assert response.json() == problem(
        400,
        "Bad Request",
        "invalid",
        INVALID,
        ("call", "unknown_call", "This call is not yours, or has a result."),
    )


def test_a_conversation_is_recorded(as_salesperson, lead):
    body = {"channel": "chat", "note": "Wil een proefrit"}

    response = as_salesperson.post(f"leads/{lead.pk}/conversations/", body)

    assert response.status_code == 201
    assert response.json() == {
        "id": lead.conversations.get().pk,
        "at": AT_TEN,
        "channel": "chat",
        "lead": shown(as_salesperson, lead),
    }
    assert response.json()["lead"]["milestones"]["reached_at"] == AT_TEN


def test_an_outbound_conversation_is_an_attempt_and_no_conversation(as_salesperson, lead):
    response = as_salesperson.post(f"leads/{lead.pk}/conversations/", {"channel": "outbound"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "channel"


def test_a_call_back_is_promised(as_salesperson, lead):
    body = {"due_at": "2026-11-25T15:30:00Z"}

    response = as_salesperson.post(f"leads/{lead.pk}/callbacks/", body)

    assert response.status_code == 201
    assert response.json() == {
        "id": lead.call_backs.get().pk,
        "due_at": "2026-11-25T16:30:00+01:00",
        "for": "verkoper@noord.example",
        "lead": shown(as_salesperson, lead),
    }
    assert response.json()["lead"]["next_call_at"] == "2026-11-25T16:30:00+01:00"


def test_a_call_back_is_promised_for_a_colleague(as_salesperson, lead, dealership):
    create_salesperson(dealership, email="collega@noord.example")
    body = {"due_at": "2026-11-25T16:30:00+01:00", "for": "collega@noord.example"}

    response = as_salesperson.post(f"leads/{lead.pk}/callbacks/", body)

    assert response.status_code == 201
    assert response.json()["for"] == "collega@noord.example"


# --- Appointments and quotes --------------------------------------------------------------


def test_an_appointment_is_booked(as_salesperson, lead):
    body = {
        "kind": "test_drive",
        "starts_at": "2026-11-26T14:00:00+01:00",
        "minutes": 45,
        "with": "verkoper@noord.example",
        "vehicle": "ID3-007",
    }

    response = as_salesperson.post(f"leads/{lead.pk}/appointments/", body)

    assert response.status_code == 201
    assert response.json() == {
        "id": lead.appointments.get().pk,
        "kind": "test_drive",
        "starts_at": "2026-11-26T14:00:00+01:00",
        "ends_at": "2026-11-26T14:45:00+01:00",
        "with": "verkoper@noord.example",
        "vehicle": "ID3-007",
        "slot": None,
        "outcome": None,
        "lead": shown(as_salesperson, lead),
    }


def test_a_workshop_appointment_has_a_slot_and_no_salesperson(as_salesperson, lead):
    body = {"kind": "workshop", "starts_at": "2026-11-26T09:00:00+01:00"}

    response = as_salesperson.post(f"leads/{lead.pk}/appointments/", body)

    assert response.status_code == 201
    assert (response.json()["slot"], response.json()["with"]) == (1, None)


def test_a_person_is_not_booked_twice(as_salesperson, lead, dealership):
    body = {"kind": "showroom", "starts_at": "2026-11-26T14:00:00+01:00"}
    as_salesperson.post(f"leads/{lead.pk}/appointments/", body)
    other = receive(dealership)

    response = as_salesperson.post(f"leads/{other.pk}/appointments/", body)

    assert response.status_code == 409
    assert response.json()["code"] == "slot_taken"


def test_the_outcome_of_an_appointment_is_recorded(as_salesperson, lead, salesperson):
    appointment = _appointment(lead, salesperson)

    response = as_salesperson.post(f"appointments/{appointment.pk}/outcome/", {"outcome": "showed"})

    assert response.status_code == 200
    assert response.json() == {
        "id": appointment.pk,
        "kind": "showroom",
        "starts_at": "2026-11-26T14:00:00+01:00",
        "ends_at": "2026-11-26T15:00:00+01:00",
        "with": "verkoper@noord.example",
        "vehicle": "",
        "slot": None,
        "outcome": "showed",
        "lead": shown(as_salesperson, lead),
    }
    assert response.json()["lead"]["milestones"]["showed_at"] == AT_TEN


def test_an_appointment_is_moved(as_salesperson, lead, salesperson):
    appointment = _appointment(lead, salesperson)

    response = as_salesperson.post(
        f"appointments/{appointment.pk}/move/",
        {"starts_at": "2026-11-27T14:00:00+01:00", "minutes": 90},
    )

    moved = lead.appointments.get(outcome="")
    assert response.status_code == 201
    assert response.json() == {
        "id": moved.pk,
        "kind": "showroom",
        "starts_at": "2026-11-27T14:00:00+01:00",
        "ends_at": "2026-11-27T15:30:00+01:00",
        "with": "verkoper@noord.example",
        "vehicle": "",
        "slot": None,
        "outcome": None,
        "lead": shown(as_salesperson, lead),
    }
    assert response.json()["lead"]["next_call_at"] == "2026-11-27T14:00:00+01:00"


def test_a_moved_appointment_is_not_moved_again(as_salesperson, lead, salesperson):
    appointment = _appointment(lead, salesperson)
    body = {"starts_at": "2026-11-27T14:00:00+01:00"}
    as_salesperson.post(f"appointments/{appointment.pk}/move/", body)

    response = as_salesperson.post(f"appointments/{appointment.pk}/move/", body)

    assert (response.status_code, response.json()["code"]) == (409, "already_closed")


def test_what_was_done_last_is_undone(as_salesperson, lead, salesperson):
    before = shown(as_salesperson, lead)
    as_salesperson.post(f"leads/{lead.pk}/callbacks/", {"due_at": "2026-11-25T10:00:00+01:00"})

    response = as_salesperson.post(f"leads/{lead.pk}/undo/")

    assert response.status_code == 200
    assert response.json() == before


def test_nothing_is_undone_twice(as_salesperson, lead):
    as_salesperson.post(f"leads/{lead.pk}/callbacks/", {"due_at": "2026-11-25T10:00:00+01:00"})
    as_salesperson.post(f"leads/{lead.pk}/undo/")

    response = as_salesperson.post(f"leads/{lead.pk}/undo/")

    assert (response.status_code, response.json()["code"]) == (409, "nothing_to_undo")


def test_a_quote_is_asked(as_salesperson, lead):
    response = as_salesperson.post(f"leads/{lead.pk}/quotes/", {"amount": "31250.00"})

    assert response.status_code == 201
    assert response.json() == {
        "id": lead.quotes.get().pk,
        "at": AT_TEN,
        "amount": "31250.00",
        "lead": shown(as_salesperson, lead),
    }


def test_a_quote_without_its_amount_is_asked(as_salesperson, lead):
    response = as_salesperson.post(f"leads/{lead.pk}/quotes/")

    assert response.status_code == 201
    assert response.json()["amount"] is None


# --- Close-out -----------------------------------------------------------------------------


def test_every_reason_is_offered_or_says_why_not(as_salesperson, lead):
    listed = as_salesperson.get("close-reasons/").json()

    response = as_salesperson.get(f"leads/{lead.pk}/reasons/")

    offers = {offer["code"]: offer for offer in response.json()}
    assert response.status_code == 200
    assert list(offers) == [reason["code"] for reason in listed]
    assert offers["VK-01"] == {
        "code": "VK-01",
        "track": "sales",
        "group": "Verkocht",
        "outcome": "Succesvol",
        "label_nl": "Verkocht",
        "label_en": "Sold",
        "needs": ["sale"],
        "effect": "",
        "sales_next_step": "Aflevering voorbereiden",
        "marketing_next_step": "Conversie toerekenen aan campagne",
        "retired_at": None,
        "available": True,
        "problem": None,
    }
    assert (offers["VK-02"]["available"], offers["VK-02"]["problem"]) == (
        False,
        {
            "code": "not_spoken",
            "detail": "Speak with the customer first: this reason needs a conversation.",
        },
    )


def test_a_sale_closes_at_once(as_salesperson, lead):
    sale = {
        "make": "Volkswagen",
        "model": "ID.3",
        "condition": "new",
        "new_customer": True,
        "fleet": False,
        "price": "38990.00",
    }

    response = as_salesperson.post(f"leads/{lead.pk}/close/", {"reason": "VK-01", "sale": sale})

    assert response.status_code == 200
    assert response.json() == shown(as_salesperson, lead)
    assert response.json()["status"] == "closed"
    assert response.json()["milestones"]["sold_at"] == AT_TEN
    assert response.json()["close_out"] == {
        "reason": "VK-01",
        "group": "Verkocht",
        "outcome": "Succesvol",
        "by": "verkoper@noord.example",
        "at": AT_TEN,
        "approved_by": None,
    }


def test_a_close_out_without_a_sale_is_proposed(as_salesperson, lead):
    as_salesperson.post(f"leads/{lead.pk}/conversations/", {"channel": "inbound"})
    body = {"reason": "VK-04", "purchase": {"make": "Kia", "model": "EV3", "postcode": "4811"}}

    response = as_salesperson.post(f"leads/{lead.pk}/close/", body)

    assert response.status_code == 200
    assert response.json()["status"] == "proposed"
    assert response.json()["close_out"] == {
        "reason": "VK-04",
        "group": "Onverkocht",
        "outcome": "Gemist",
        "by": "verkoper@noord.example",
        "at": AT_TEN,
        "approved_by": None,
    }


def test_everything_that_a_reason_misses_is_named(as_salesperson, lead):
    response = as_salesperson.post(f"leads/{lead.pk}/close/", {"reason": "VK-02"})

    assert response.status_code == 409
    not_spoken = "Speak with the customer first: this reason needs a conversation."
    assert response.json() == problem(
        409,
        "Conflict",
        "not_spoken",
        not_spoken,
        ("conversation", "not_spoken", not_spoken),
        ("purchase", "purchase_missing", "Say which brand the customer bought."),
    )


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "reason", "required"),
        ({"reason": ""}, "reason", "blank"),
        ({"reason": None}, "reason", "null"),
        ({"reason": 5}, "reason", "invalid"),
        ({"reason": "BDC-02", "original": "7"}, "original", "invalid"),
        ({"reason": "BDC-02", "original": 2**63}, "original", "max_value"),
        ({"reason": "VK-01", "sale": {"make": "Seat"}}, "sale.model", "required"),
        ({"reason": "VK-04", "purchase": {}}, "purchase.make", "required"),
        ({"reason": "BDC-08", "objection": "yes"}, "objection", "invalid"),
    ],
    ids=str,
)
def test_a_malformed_close_out_is_refused(as_salesperson, lead, body, field, code):
    response = as_salesperson.post(f"leads/{lead.pk}/close/", body)

    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert (error["field"], error["code"]) == (field, code)


def test_a_reason_that_is_not_of_the_list_is_refused(as_salesperson, lead):
    response = as_salesperson.post(f"leads/{lead.pk}/close/", {"reason": "no time"})

    assert response.status_code == 409
    assert response.json() == problem(
        409,
        "Conflict",
        "unknown_reason",
        "There is no such reason. Choose one of the fixed list.",
    )


def test_a_proposal_is_approved(as_manager, proposed):
    response = as_manager.post(f"leads/{proposed.pk}/approve/")

    assert response.status_code == 200
    assert response.json() == shown(as_manager, proposed)
    assert response.json()["owner"] == {"type": "queue", "queue": "second_voice"}
    assert response.json()["close_out"] == {
        "reason": "VK-04",
        "group": "Onverkocht",
        "outcome": "Gemist",
        "by": "verkoper@noord.example",
        "at": AT_TEN,
        "approved_by": "leider@noord.example",
    }
    assert [round_["owner"] for round_ in response.json()["rounds"]] == [
        {"type": "salesperson", "user": "verkoper@noord.example"},
        {"type": "queue", "queue": "second_voice"},
    ]


def test_a_proposal_is_sent_back(as_manager, proposed):
    response = as_manager.post(f"leads/{proposed.pk}/send-back/", {"instruction": "more_attempts"})

    assert response.status_code == 200
    assert response.json() == shown(as_manager, proposed)
    assert (response.json()["status"], response.json()["close_out"]) == ("open", None)


def test_a_closed_lead_is_reopened(as_manager, closed):
    response = as_manager.post(f"leads/{closed.pk}/reopen/")

    assert response.status_code == 200
    assert response.json() == shown(as_manager, closed)
    assert (response.json()["status"], response.json()["round"]["number"]) == ("open", 2)


# --- Owners ---------------------------------------------------------------------------------


def test_a_lead_that_nobody_has_is_taken_once(as_manager, waiting):
    assert shown(as_manager, waiting)["owner"] == {"type": "queue", "queue": "catch_all"}

    response = as_manager.post(f"leads/{waiting.pk}/take/")
    again = as_manager.post(f"leads/{waiting.pk}/take/")

    assert response.status_code == 200
    assert response.json()["owner"] == {"type": "salesperson", "user": "leider@noord.example"}
    assert again.status_code == 409
    assert again.json() == problem(
        409, "Conflict", "already_taken", "Somebody already took this lead."
    )


def test_a_lead_is_given_to_a_salesperson(as_manager, waiting, salesperson):
    response = as_manager.post(f"leads/{waiting.pk}/assign/", {"user": salesperson.email})

    assert response.status_code == 200
    assert response.json() == shown(as_manager, waiting)
    assert response.json()["owner"] == {"type": "salesperson", "user": salesperson.email}


def test_a_lead_is_put_in_a_queue(as_manager, lead):
    response = as_manager.post(f"leads/{lead.pk}/assign/", {"queue": "inbound"})

    assert response.status_code == 200
    assert response.json()["owner"] == {"type": "queue", "queue": "inbound"}


@pytest.mark.parametrize("body", [{}, {"user": "verkoper@noord.example", "queue": "inbound"}])
def test_a_lead_is_given_to_one_user_or_one_queue(as_manager, lead, body):
    response = as_manager.post(f"leads/{lead.pk}/assign/", body)

    assert response.status_code == 400
    assert response.json() == problem(
        400, "Bad Request", "invalid", INVALID, ("", "one", "Name either a user or a queue.")
    )


def test_a_passive_lead_is_given_to_no_salesperson(as_manager, queued, salesperson):
    response = as_manager.post(f"leads/{queued.pk}/assign/", {"user": salesperson.email})

    assert response.status_code == 409
    assert response.json()["code"] == "passive_lead_to_salesperson"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("assign", {"user": "leider@zuid.example"}, "user"),
        ("callbacks", {"due_at": "2026-11-25T16:30:00+01:00", "for": "leider@zuid.example"}, "for"),
        (
            "appointments",
            {
                "kind": "showroom",
                "starts_at": "2026-11-26T14:00:00+01:00",
                "with": "leider@zuid.example",
            },
            "with",
        ),
    ],
)
def test_a_person_of_another_group_cannot_be_named(
    as_manager, stranger, waiting, path, body, field
):
    as_manager.post(f"leads/{waiting.pk}/take/")

    response = as_manager.post(f"leads/{waiting.pk}/{path}/", body)

    assert response.status_code == 404
    assert response.json()["errors"] == [
        {"field": field, "code": "not_found", "message": NOT_FOUND["detail"]}
    ]


def test_an_objection_ends_all_calls(as_salesperson, lead):
    response = as_salesperson.post(f"customers/{lead.customer_id}/objection/")

    assert response.status_code == 200
    assert response.json() == {
        "id": lead.customer_id,
        "name": lead.customer.name,
        "objected_at": AT_TEN,
    }
    assert shown(as_salesperson, lead)["customer"]["may_call"]["allowed"] is False


# --- Refused, and strangers ------------------------------------------------------------------

BODIES = {
    "calls": {},
    "attempts": {"result": "no_answer"},
    "conversations": {"channel": "chat"},
    "callbacks": {"due_at": "2026-11-25T16:30:00+01:00"},
    "appointments": {"kind": "showroom", "starts_at": "2026-11-26T14:00:00+01:00"},
    "quotes": {},
    "close": {"reason": "VK-07"},
    "approve": {},
    "send-back": {"instruction": "more_attempts"},
    "reopen": {},
    "take": {},
    "assign": {"queue": "inbound"},
}


@pytest.mark.parametrize("door", BODIES)
def test_a_role_that_does_not_include_it_is_refused(as_marketer, lead, door):
    before = shown(as_marketer, lead)

    response = as_marketer.post(f"leads/{lead.pk}/{door}/", BODIES[door])

    assert response.status_code == 403
    if door not in ("approve", "send-back"):
        assert response.json() == NO_ROLE
    assert shown(as_marketer, lead) == before


@pytest.mark.parametrize("door", BODIES)
def test_a_stranger_finds_no_lead_to_act_on(as_stranger, as_manager, lead, door):
    before = shown(as_manager, lead)

    response = as_stranger.post(f"leads/{lead.pk}/{door}/", BODIES[door])

    assert response.status_code == 404
    assert response.json() == NOT_FOUND
    assert shown(as_manager, lead) == before


def test_a_stranger_gets_no_reasons(as_stranger, as_manager, lead):
    assert as_manager.get(f"leads/{lead.pk}/reasons/").status_code == 200
    assert as_stranger.get(f"leads/{lead.pk}/reasons/").json() == NOT_FOUND


def test_customers_and_appointments_are_hidden_from_strangers_and_kept_from_marketers(
    as_stranger, as_marketer, lead, salesperson
):
    appointment = _appointment(lead, salesperson)
    objection = (f"customers/{lead.customer_id}/objection/", {})
    outcome = (f"appointments/{appointment.pk}/outcome/", {"outcome": "no_show"})

    refused = [as_marketer.post(*objection), as_marketer.post(*outcome)]
    strange = [as_stranger.post(*objection), as_stranger.post(*outcome)]

    assert [response.json() for response in refused] == [NO_ROLE, NO_ROLE]
    assert [response.json() for response in strange] == [NOT_FOUND, NOT_FOUND]
    assert Appointment.objects.get().outcome == ""
    assert Lead.objects.get().customer.objected_at is None


def test_a_colleague_does_not_work_a_lead_that_is_not_his(as_manager, lead):
    response = as_manager.post(f"leads/{lead.pk}/attempts/", {"result": "no_answer"})

    assert response.status_code == 409
    assert response.json() == problem(
        409, "Conflict", "not_owner", "This lead belongs to somebody else."
    )


def _appointment(lead, salesperson):
    return book_appointment(
        lead, kind="showroom", starts_at=at(26, 14), by=salesperson, now=TUESDAY_10
    )
