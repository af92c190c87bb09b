"""A call, and how it went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dealers.models import Role
from leads.domain.contacting import record_attempt, start_call
from leads.domain.holding import hold_of
from leads.domain.queue import next_lead
from leads.models import (
    Attempt,
    Call,
    Hold,
    Lead,
    Note,
)
from tests.factories import (
    TUESDAY_10,
    at,
    create_member,
    receive_passive,
)
from tests.leads.calling.pressing import seen, send, text_of, url

# --- The call ---------------------------------------------------------------------------


def test_start_call_starts_it_on_the_server_and_dials(page, held):
    response = send(page, "start", held, phone="+31612000001", note="Half getyp")

    assert response.status_code == 200
    assert Call.objects.get().phone == "+31612000001"
    assert '{"dial": {"number": "+31612000001"}}' in response["HX-Trigger-After-Settle"]
    assert 'href="tel:+31612000001"' in response.content.decode()
    assert "Half getyp</textarea>" in response.content.decode()


def test_a_call_without_a_ground_is_refused_and_says_why(page, held, dealership):
    held.customer.consents.update(words="")

    response = send(page, "start", held, phone="+31612000001", note="Half getyp")

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#call"
    assert "geen grond" in text_of(response).lower()
    assert 'href="tel:' not in response.content.decode()
    assert "Half getyp</textarea>" in response.content.decode()
    assert not Call.objects.exists()


def test_a_customer_without_a_number_is_no_call_and_says_what_to_do(page, held):
    held.customer.phones.update(is_dialable=False)
    Lead.objects.filter(pk=held.pk).update(has_dialable_number=False)

    response = send(page, "start", held, phone="+31612000001")

    assert response.status_code == 409
    assert "per e-mail, of verbeter eerst het nummer" in text_of(response)
    assert "per e-mail, of verbeter eerst het nummer" in text_of(page.get("/bellen/"))
    assert not Call.objects.exists()


def test_a_call_started_twice_is_one_call(page, held):
    drawn = seen(held)

    send(page, "start", held, phone="+31612000001", seen=drawn)
    response = send(page, "start", held, phone="+31612000001", seen=drawn)

    assert response.status_code == 200
    assert Call.objects.count() == 1


# --- Results ----------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["no_answer", "voicemail", "engaged"])
def test_after_an_unreached_result_the_next_customer_comes_at_once(
    page, agent, held, dealership, result
):
    following = receive_passive(dealership, name="Kaan Aardenburg")

    response = send(page, "result", held, result=result, note="Hond blaft.")

    words = text_of(response)
    assert response.status_code == 200
    assert Attempt.objects.get().result == result
    assert Note.objects.get().body == "Hond blaft."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "poging 1 van 20. Opnieuw di 24 nov 14:00, een ander dagdeel." in words
    assert "Kaan Aardenburg" in words


@pytest.mark.parametrize("result", ["spoken", "refused", "wrong_number"])
def test_after_a_reaction_the_customer_stays_until_a_next_step(page, agent, held, result):
    response = send(page, "result", held, result=result)

    assert hold_of(agent, TUESDAY_10).lead_id == held.pk
    assert "Kies nu de volgende stap." in text_of(response)


def test_a_result_without_htmx_says_the_same_on_the_page(page, held):
    response = send(page, "result", held, htmx=False, result="no_answer")

    assert response.status_code == 302
    words = text_of(page.get(response.url))
    assert (
        "Jansen: niet bereikt, poging 1 van 20. Opnieuw di 24 nov 14:00, een ander dagdeel."
        in words
    )


def test_the_screen_says_beforehand_what_follows_when_nobody_is_reached(page, held, agent, clock):
    assert "poging 1 van 20" in text_of(page.get(url("")))
    assert "Niet bereikt? Dan opnieuw di 24 nov 14:00, een ander dagdeel" in text_of(
        page.get(url(""))
    )
    record_attempt(held, result="no_answer", by=agent, now=TUESDAY_10)
    clock.move_to(at(24, 14))
    next_lead(agent, now=at(24, 14))

    words = text_of(page.get(url("")))

    assert "poging 2 van 20" in words
    assert "Niet bereikt? Dan opnieuw wo 25 nov 17:30, een ander dagdeel" in words
    assert "di 24 nov 10:00 niet bereikt, telt mee." in words


def test_an_attempt_that_does_not_count_says_why(page, held, clock):
    send(page, "result", held, result="no_answer")
    clock.move_to(TUESDAY_10 + timedelta(minutes=30))

    response = send(page, "result", held, result="voicemail")

    assert Attempt.objects.filter(counts=False).count() == 1
    assert "telt niet" in text_of(response).lower()


def test_a_result_that_is_sent_twice_is_one_attempt(page, held):
    drawn = seen(held)

    send(page, "result", held, result="no_answer", seen=drawn)
    response = send(page, "result", held, result="no_answer", seen=drawn)

    assert response.status_code == 200
    assert Attempt.objects.count() == 1
    assert "dit was al opgeslagen en telt één keer" in text_of(response)


def test_an_unknown_result_is_refused_and_keeps_the_note(page, held):
    response = send(page, "result", held, result="vanished", note="Hond blaft.")

    assert response.status_code == 422
    assert "Hond blaft.</textarea>" in response.content.decode()
    assert not Attempt.objects.exists()


def test_a_result_outside_calling_hours_is_refused_unless_it_happened(page, agent, lead, clock):
    clock.move_to(at(24, 21, 30))

    refused = send(page, "result", lead, result="no_answer")
    recorded = send(page, "result", lead, result="no_answer", happened="on")

    assert refused.status_code == 409
    assert recorded.status_code == 200
    assert Attempt.objects.get().is_breach


def test_somebody_elses_customer_is_refused_and_the_note_is_not_lost(page, held, agent, dealership):
    colleague = create_member(Role.AGENT, agent.memberships.get().centre)
    Hold.objects.update(agent=colleague)

    response = send(page, "result", held, result="no_answer", note="Hond blaft.")

    words = text_of(response)
    assert response.status_code == 409
    assert "is nu met deze klant bezig." in words
    assert "Je notitie is niet opgeslagen" in words
    assert "Hond blaft." in words
    assert not Attempt.objects.exists()


def test_a_result_that_comes_after_the_hold_went_is_kept(page, agent, held):
    start_call(held, by=agent, now=TUESDAY_10)
    Hold.objects.update(agent=create_member(Role.AGENT, agent.memberships.get().centre))

    response = send(page, "result", held, result="no_answer")

    assert response.status_code == 200
    assert Attempt.objects.get().is_late
    assert "verandert verder niets" in text_of(response)
