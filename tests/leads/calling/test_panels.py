"""Panels open beside the note, and promise to call back."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from leads.domain.contacting import start_call
from leads.domain.holding import hold_of
from leads.domain.queue import next_lead
from leads.models import (
    FIXED_REASONS,
    Attempt,
    Call,
    CallBack,
    Note,
)
from tests.factories import (
    TUESDAY_10,
    at,
    receive_passive,
)
from tests.leads.calling.pressing import HTMX, seen, send, text_of

# --- Panels -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "call_back",
        "appointment",
        "quote",
        "no_interest",
        "wrong_details",
        "to_sales",
        "all_reasons",
    ],
)
def test_opening_a_panel_keeps_the_note_and_saves_nothing(page, held, name):
    response = send(page, "panel", held, open=name, note="Hond blaft.")

    html = response.content.decode()
    assert response.status_code == 200
    assert f'name="panel" value="{name}"' in html
    assert "Hond blaft.</textarea>" in html
    assert not Note.objects.exists()


def test_a_panel_opens_without_htmx_on_the_whole_page(page, held):
    response = send(page, "panel", held, htmx=False, open="no_interest", note="Hond blaft.")

    html = response.content.decode()
    assert "<html" in html
    assert "Geen interesse: waarom?" in html
    assert "Hond blaft.</textarea>" in html


def test_closing_a_panel_shows_the_results_again(page, held):
    response = send(page, "panel", held, open="", panel="no_interest")

    assert 'class="results"' in response.content.decode()


def test_a_reason_that_says_how_the_call_went_records_it(page, agent, held):
    panel = send(page, "panel", held, open="no_interest")
    send(page, "close", held, reason="BDC-10", panel="no_interest", phone="+31612345678")

    held.refresh_from_db()
    assert panel.content.decode().count('name="reason"') == 9
    assert "Legt dit gesprek vast als gesproken." in text_of(panel)
    assert held.close_reason_id == "BDC-10"
    spoken = Attempt.objects.get(lead=held)
    assert (spoken.result, spoken.by, spoken.ground) == ("spoken", agent, "consent")


@pytest.mark.parametrize(
    ("reason", "panel", "result"),
    [("BDC-07", "no_interest", "refused"), ("BDC-05", "wrong_details", "wrong_number")],
)
def test_refused_and_wrong_number_are_said_by_their_reason_too(page, held, reason, panel, result):
    send(page, "close", held, reason=reason, panel=panel)

    assert Attempt.objects.get(lead=held).result == result


def test_a_call_with_a_result_gets_no_second_one_from_its_reason(page, agent, held):
    send(page, "result", held, result="spoken")
    send(page, "close", held, reason="BDC-10", panel="no_interest")

    assert [made.result for made in Attempt.objects.filter(lead=held)] == ["spoken"]


def test_a_reason_that_says_nothing_of_the_call_records_nothing(page, held):
    send(page, "close", held, reason="BDC-01", panel="wrong_details")

    assert not Attempt.objects.filter(lead=held).exists()


def test_a_close_out_that_is_refused_records_no_result_either(page, held):
    response = send(
        page, "close", held, reason="BDC-16", panel="no_interest", follow_up_at="gisteren"
    )

    assert response.status_code in (409, 422)
    assert not Attempt.objects.filter(lead=held).exists()


def test_reasons_are_locked_while_no_result_can_be_recorded(page, agent, held, clock):
    clock.move_to(at(24, 20, 50))
    next_lead(agent, now=at(24, 20, 50))
    clock.move_to(at(24, 21, 1))
    locked = send(page, "panel", held, open="no_interest")

    assert 'name="reason"' not in locked.content.decode()
    assert "Spreek de klant eerst" in text_of(locked)


@pytest.mark.parametrize("what", ["call-back", "appointment", "quote"])
def test_what_is_agreed_in_an_open_call_makes_it_a_conversation(
    page, agent, held, dealership, what
):
    start_call(held, by=agent, now=TUESDAY_10)
    slot = f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"
    told = {
        "call-back": {"moment": at(24, 14).isoformat()},
        "appointment": {"kind": "showroom", "slot": slot, "minutes": 60},
        "quote": {},
    }[what]

    send(page, what, held, **told)

    assert [made.result for made in Attempt.objects.filter(lead=held)] == ["spoken"]
    assert not Call.objects.filter(lead=held, ended_at=None).exists()


def test_every_reason_of_the_bdc_can_be_found_in_the_panels(page, agent, held):
    labels = set()
    for name in ("no_interest", "wrong_details", "to_sales", "all_reasons"):
        html = send(page, "panel", held, open=name).content.decode()
        labels |= set(re.findall(r'class="option-text">([^<…]+)', html))

    expected = {row["label_nl"] for row in FIXED_REASONS if row["track"] in ("bdc", "both")}
    assert len(expected) == 21
    assert labels == expected


def test_a_result_recorded_in_a_panel_leaves_it_open(page, held):
    response = send(page, "result", held, result="spoken", panel="no_interest")

    assert 'name="panel" value="no_interest"' in response.content.decode()


# --- Call-backs -------------------------------------------------------------------------


def test_a_usual_moment_is_promised_with_one_press(page, agent, held, dealership):
    following = receive_passive(dealership)

    response = send(page, "call-back", held, moment=at(24, 14).isoformat(), note="Na de lunch.")

    promise = CallBack.objects.get()
    assert (promise.due_at, promise.owner) == (at(24, 14), agent)
    assert Note.objects.get().body == "Na de lunch."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "Jansen: terugbellen di 24 nov 14:00." in text_of(response)


def test_an_own_moment_is_promised_too(page, held):
    send(page, "call-back", held, due_at="2026-11-26T09:15")

    assert CallBack.objects.get().due_at == at(26, 9, 15)


def test_a_moment_that_has_passed_keeps_the_panel_and_what_was_typed(page, held):
    response = send(
        page, "call-back", held, due_at="2026-11-20T09:15", note="Na de lunch.", panel="call_back"
    )

    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="2026-11-20T09:15"' in html
    assert "Na de lunch.</textarea>" in html
    assert "error-summary" in html
    assert not CallBack.objects.exists()


@pytest.mark.parametrize(
    ("typed", "due_at"),
    [
        ("do 14.30", at(26, 14, 30)),
        ("Morgen 9u", at(25, 9)),
        ("vrijdag", at(27, 9, 30)),  # the first good moment of the day
        ("vanmiddag", at(24, 14)),
        ("vandaag", at(24, 10, 15)),
        ("wk 49", at(30, 9, 30)),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_moment_is_typed_as_agents_say_it(page, held, typed, due_at, htmx):
    send(page, "call-back", held, due_at=typed, htmx=htmx)

    assert CallBack.objects.get().due_at == due_at


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("do bellen", "“bellen” wordt niet begrepen"),
        ("gisteren 9u", "“gisteren” wordt niet begrepen"),
        ("vandaag 9u", "Dit moment is al geweest"),
        ("zondag", "Dan mag er niemand gebeld worden"),
    ],
)
def test_a_moment_that_is_not_understood_is_refused_with_examples_and_stays_typed(
    page, held, typed, why
):
    response = send(page, "call-back", held, due_at=typed, note="Na de lunch.", panel="call_back")

    assert response.status_code == 422
    assert why in text_of(response)
    assert "Bijvoorbeeld: do 14.30" in text_of(response)
    assert f'value="{typed}"' in response.content.decode()
    assert "Na de lunch.</textarea>" in response.content.decode()
    assert not CallBack.objects.exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"due_at": "do 14.30"}, "Donderdag 26 november 14:30"),
        ({"due_at": "vrijdag"}, "Vrijdag 27 november 09:30"),
        ({"due_at": "2 januari 10u"}, "Zaterdag 2 januari 2027 10:00"),
        ({"due_at": "zo 11u"}, "Zondag 29 november 11:00 · buiten de beltijden"),
        ({"due_at": "zz"}, "“zz” wordt niet begrepen."),
        ({"due_at": "  "}, ""),
        ({"starts_at": "do 14.30"}, "Donderdag 26 november 14:30"),
        ({"starts_at": "do 23.30"}, "Donderdag 26 november 23:30 · buiten de openingstijden"),
        ({"starts_at": "do"}, "Donderdag 26 november · kies een vrij moment"),
        ({"starts_at": "wk 49"}, "Week 49 · kies een vrij moment"),
        ({"starts_at": "zz"}, "“zz” wordt niet begrepen."),
    ],
)
def test_the_line_under_the_field_says_how_it_is_understood(page, held, asked, said):
    response = page.get(reverse("leads:understand", args=[held.pk]), asked, headers=HTMX)

    assert text_of(response).startswith(said)
    assert bool(text_of(response)) == bool(said)


def test_the_panel_says_where_the_line_comes_from_and_has_a_key_for_typing(page, held):
    html = send(page, "panel", held, open="call_back").content.decode()

    assert f'hx-get="{reverse("leads:understand", args=[held.pk])}"' in html
    assert 'data-key="0"' in html
    assert html.count('data-key="0"') == 1


def test_a_promise_that_is_sent_twice_is_one_promise(page, held):
    drawn = seen(held)

    for _time in range(2):
        send(page, "call-back", held, moment=at(24, 14).isoformat(), seen=drawn)

    assert CallBack.objects.count() == 1
