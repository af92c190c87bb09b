"""Closing on the work screen: each reason with what it asks."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from leads.domain.contacting import record_attempt, start_call
from leads.domain.holding import hold_of
from leads.models import (
    Attempt,
    CallBack,
    Event,
    Note,
    Queue,
    Step,
)
from tests.factories import (
    TUESDAY_10,
    at,
    receive_passive,
)
from tests.leads.calling.pressing import HTMX, seen, send, text_of, url


def test_a_reason_without_facts_closes_at_once_and_the_next_customer_comes(
    page, agent, held, dealership
):
    following = receive_passive(dealership)
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)

    response = send(page, "close", held, reason="BDC-10", panel="no_interest", note="Inruil.")

    held.refresh_from_db()
    assert held.close_reason_id == "BDC-10"
    assert Note.objects.get().body == "Inruil."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "Jansen: afgeboekt" in text_of(response)


def test_a_reason_without_its_evidence_is_refused(page, held):
    response = send(page, "close", held, reason="BDC-17", panel="to_sales", note="Inruil.")

    held.refresh_from_db()
    assert not held.is_closed
    assert response.status_code == 422
    assert "Boek eerst de showroomafspraak" in text_of(response)
    assert "Inruil.</textarea>" in response.content.decode()


def test_a_reason_that_needs_facts_asks_exactly_those(page, agent, held):
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)

    asked = send(page, "panel", held, panel="no_interest", reason="BDC-09").content.decode()
    missing = send(page, "close", held, panel="no_interest", reason="BDC-09")
    closed = send(
        page,
        "close",
        held,
        panel="no_interest",
        reason="BDC-09",
        purchase_make="Toyota",
        purchase_postcode="5611",
    )

    assert 'name="purchase_make"' in asked
    assert 'name="preferred_make"' not in asked
    assert missing.status_code == 422
    assert closed.status_code == 200
    held.refresh_from_db()
    assert held.close_reason_id == "BDC-09"


def test_a_duplicate_names_the_other_lead_and_waits_for_a_second_pair_of_eyes(
    page, held, dealership
):
    original = receive_passive(dealership)

    response = send(
        page, "close", held, panel="wrong_details", reason="BDC-02", original=f"#{original.pk}"
    )

    held.refresh_from_db()
    assert held.status == "proposed"
    assert response.status_code == 200


def test_a_follow_up_date_begins_a_new_round_on_that_date(page, agent, held):
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)

    send(page, "close", held, panel="no_interest", reason="BDC-16", follow_up_at="2027-02-01T09:30")

    held.refresh_from_db()
    assert (held.status, held.queue, held.round_number) == ("open", Queue.PASSIVE, 2)
    assert held.next_call_at == at(1, 9, 30, month=2, year=2027)


def test_with_an_appointment_the_lead_goes_to_its_salesperson(page, agent, held, dealership):
    slot = f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"
    send(page, "appointment", held, kind="showroom", slot=slot, minutes=60)

    response = send(page, "close", held, panel="to_sales", reason="BDC-17")

    held.refresh_from_db()
    assert str(held.owner) == "Sem Kuipers"
    assert "Sem Kuipers" in text_of(response)


def test_a_close_out_that_is_sent_twice_closes_once(page, agent, held):
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)
    drawn = seen(held)

    for _time in range(2):
        response = send(page, "close", held, reason="BDC-10", panel="no_interest", seen=drawn)

    assert response.status_code == 200
    assert Event.objects.filter(lead=held, verb="closed").count() == 1
    assert "al opgeslagen" in text_of(response)


def test_a_hand_over_that_is_sent_twice_is_told_as_one_although_the_lead_has_gone(
    page, held, dealership
):
    slot = f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"
    send(page, "appointment", held, kind="showroom", slot=slot, minutes=60)
    drawn = seen(held)

    for _time in range(2):
        response = send(page, "close", held, reason="BDC-17", panel="to_sales", seen=drawn)

    assert response.status_code == 200
    assert "al opgeslagen" in text_of(response)


def test_an_unknown_reason_is_not_found(page, held):
    assert send(page, "close", held, reason="BDC-99").status_code == 404


def test_do_not_call_is_one_press_for_all_leads(page, agent, held, dealership):
    following = receive_passive(dealership)
    other = receive_passive(dealership, phones=(held.customer.phones.get().number,))

    response = send(page, "objection", held, note="Boos.")

    held.refresh_from_db()
    other.refresh_from_db()
    assert held.customer.objected_at == TUESDAY_10
    assert {held.close_reason_id, other.close_reason_id} == {"BDC-08"}
    assert Note.objects.get().body == "Boos."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "niet meer bellen" in text_of(response)


def test_a_note_can_be_kept_by_itself(page, held):
    response = send(page, "note", held, note="Belt liever 's avonds.")

    assert Note.objects.get().body == "Belt liever 's avonds."
    assert "Notitie bewaard." in text_of(response)


def test_an_empty_note_is_refused(page, held):
    assert send(page, "note", held, note="  ").status_code == 422


def test_what_one_did_last_is_undone_from_the_own_day(page, agent, held):
    record_attempt(held, result="no_answer", by=agent, now=TUESDAY_10)
    assert "Wat je het laatst deed" in text_of(page.get(url("")))

    response = page.post(reverse("leads:undo", args=[held.pk]), {"from": "calling"}, follow=True)

    assert "uitkomst van een belpoging ongedaan gemaakt." in text_of(response)
    assert "Wat je het laatst deed" not in text_of(response)
    assert hold_of(agent, TUESDAY_10).lead_id == held.pk


def test_for_ten_seconds_the_bar_undoes_by_a_key_and_the_customer_is_back(
    page, agent, held, dealership, clock
):
    following = receive_passive(dealership, name="Kaan Aardenburg")
    shown = send(page, "result", held, result="no_answer").content.decode()
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert 'data-key="z"' in shown

    response = send(page, "undo", held)

    assert hold_of(agent, TUESDAY_10).lead_id == held.pk
    assert "uitkomst van een belpoging ongedaan gemaakt." in text_of(response)
    assert response.headers["HX-Retarget"] == "#work"
    assert 'data-key="z"' not in response.content.decode()


def test_a_reason_and_the_result_that_it_says_are_undone_as_one(page, agent, held):
    due = held.next_call_at
    send(page, "close", held, reason="BDC-10", panel="no_interest")

    send(page, "undo", held)

    held.refresh_from_db()
    assert (held.status, held.next_call_at, held.close_reason_id) == ("open", due, None)
    assert hold_of(agent, TUESDAY_10).lead_id == held.pk
    assert Attempt.objects.get(lead=held).is_withdrawn
    assert [step.what for step in Step.objects.filter(lead=held)] == ["close"]


def test_a_promise_and_its_conversation_are_undone_as_one(page, agent, held):
    start_call(held, by=agent, now=TUESDAY_10)
    send(page, "call-back", held, moment=at(24, 14).isoformat())

    send(page, "undo", held)

    assert Attempt.objects.get(lead=held).is_withdrawn
    assert not CallBack.objects.filter(lead=held, done_at=None).exists()


def test_after_ten_seconds_the_bar_offers_no_undo(page, agent, held, dealership, clock):
    receive_passive(dealership, name="Kaan Aardenburg")
    record_attempt(held, result="no_answer", by=agent, now=TUESDAY_10)
    clock.shift(timedelta(seconds=11))

    response = page.post(url("next"), headers=HTMX)

    assert 'data-key="z"' not in response.content.decode()
