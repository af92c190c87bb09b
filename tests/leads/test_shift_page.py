"""The own shift on every page, what it does to the work screen, and a browser that goes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dealers.domain.presence import set_presence
from dealers.models import Presence, PresenceChange, Role
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt
from leads.domain.holding import HOLD_LASTS, LASTS_WITHOUT_BROWSER, hold_of, renew_hold
from leads.domain.queue import next_lead
from leads.models import CallBack, Hold
from tests.api_client import ApiClient
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive_passive,
)

HTMX = {"HX-Request": "true"}
SHIFT = "/dienst/"
LEAVE = "/bellen/weggaan/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def agent(dealership):
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def page(client, agent):
    client.force_login(agent)
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- The bar of every page --------------------------------------------------------------


def test_a_shift_begins_pauses_goes_on_and_ends_by_plain_forms(page, agent):
    day = reverse("leads:my-day")
    steps = [
        ("available", "Je dienst is begonnen.", "Je dienst: Beschikbaar"),
        ("lunch", "Je hebt pauze.", "Je dienst: Pauze: lunch · 10:00"),
        ("available", "Je bent weer aan het werk.", "Je dienst: Beschikbaar"),
        ("away", "Je dienst is afgelopen.", "Start dienst"),
    ]
    assert "Start dienst" in text_of(page.get(day))

    for say, said, shown in steps:
        response = page.post(SHIFT, {"say": say, "back": day}, follow=True)
        assert response.redirect_chain == [(day, 302)]
        assert said in text_of(response)
        assert shown in text_of(response)

    assert [row.door for row in PresenceChange.objects.filter(user=agent)] == ["page"] * 4


def test_with_htmx_the_bar_alone_is_drawn_anew(page):
    page.post(SHIFT, {"say": "available"})

    response = page.post(SHIFT, {"say": "coaching"}, headers=HTMX)

    assert response.status_code == 200
    assert "Pauze: coaching" in text_of(response)
    assert "<html" not in response.content.decode()
    assert "shift-changed" in response.headers["HX-Trigger-After-Settle"]


@pytest.mark.parametrize("say", ["", "pause", "no_such_reason"])
def test_a_pause_without_a_reason_of_the_list_is_refused_in_words(page, say):
    response = page.post(SHIFT, {"say": say})

    assert response.status_code == 422
    assert "Kies wat je nu doet" in text_of(response)
    assert not Presence.objects.exists()


@pytest.mark.parametrize("back", ["//elders.example/", "https://elders.example/", ""])
def test_it_goes_back_to_no_other_site(page, back):
    assert page.post(SHIFT, {"say": "available", "back": back}).url == "/"


def test_salespeople_have_a_shift_too_and_marketers_have_none(client, dealership):
    client.force_login(create_salesperson(dealership))
    assert "Start dienst" in text_of(client.get("/leads/"))
    assert client.post(SHIFT, {"say": "meeting"}).status_code == 302

    client.force_login(create_member(Role.MARKETER, dealership))
    assert "Start dienst" not in text_of(client.get("/leads/"))
    assert client.post(SHIFT, {"say": "meeting"}).status_code == 403


# --- Next call --------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pause", "away"])
def test_nobody_comes_to_who_is_not_available(page, agent, dealership, state):
    receive_passive(dealership)
    set_presence(agent, state=state, now=TUESDAY_10)

    refused = page.post(reverse("leads:calling-next"), headers=HTMX)
    answer = ApiClient(agent).post("queue/next/")

    assert refused.status_code == 409
    assert "Meld eerst dat je weer beschikbaar bent." in text_of(refused)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_available")
    assert not Hold.objects.exists()
    set_presence(agent, state="available", now=TUESDAY_10)
    assert ApiClient(agent).post("queue/next/").status_code == 200


def test_who_pauses_finishes_the_customer_and_then_nobody_comes(page, agent, dealership):
    receive_passive(dealership)
    receive_passive(dealership)
    lead = next_lead(agent, now=TUESDAY_10).lead

    said = page.post(SHIFT, {"say": "break"}, headers=HTMX)

    assert "Rond deze klant eerst af. Daarna begint je pauze." in text_of(said)
    assert next_lead(agent, now=TUESDAY_10).lead == lead
    url = reverse("leads:calling-result", args=[lead.pk])
    after = page.post(url, {"result": "no_answer"}, headers=HTMX)
    assert "niet bereikt" in text_of(after)
    assert "Je hebt pauze: korte pauze" in text_of(after)
    assert not Hold.objects.exists()


def test_the_idle_screen_says_how_to_go_on(page, agent, dealership, clock):
    receive_passive(dealership)
    set_presence(agent, state="pause", reason="meeting", now=TUESDAY_10)
    assert "Je hebt pauze: overleg Sinds 10:00." in text_of(page.get("/bellen/"))

    set_presence(agent, state="away", now=TUESDAY_10)
    assert "Je hebt geen dienst" in text_of(page.get("/bellen/"))

    page.post(SHIFT, {"say": "available"})
    assert "Klaar voor de volgende klant" in text_of(page.get("/bellen/"))


# --- A browser that goes ----------------------------------------------------------------


def test_a_hold_ends_soon_after_the_browser_went_unless_the_screen_renews_it(
    page, agent, dealership
):
    receive_passive(dealership)
    hold = next_lead(agent, now=TUESDAY_10)

    assert page.post(LEAVE).status_code == 204

    hold.refresh_from_db()
    assert hold.until == TUESDAY_10 + LASTS_WITHOUT_BROWSER
    soon = TUESDAY_10 + timedelta(seconds=60)
    assert renew_hold(agent, now=soon).until == soon + HOLD_LASTS


def test_leaving_never_makes_a_hold_last_longer(page, agent, dealership, clock):
    lead = receive_passive(dealership)
    next_lead(agent, now=TUESDAY_10)
    clock.move_to(at(24, 10, 14) + timedelta(seconds=30))

    page.post(LEAVE)

    assert Hold.objects.get().until == TUESDAY_10 + HOLD_LASTS
    record_attempt(lead, result="no_answer", by=agent, now=at(24, 10, 14))
    assert page.post(LEAVE).status_code == 204  # nobody is held


def test_the_screen_that_comes_back_renews_at_once(page, agent, dealership):
    receive_passive(dealership)
    next_lead(agent, now=TUESDAY_10)
    assert 'data-renews="60"' in page.get("/bellen/").content.decode()

    page.post(LEAVE)

    assert 'data-renews="1"' in page.get("/bellen/").content.decode()
    assert hold_of(agent, TUESDAY_10) is not None


# --- What calls for who is at work --------------------------------------------------------


def test_the_bar_asks_for_what_calls_and_is_told_no_name(page, agent, dealership):
    lead = receive_passive(dealership, name="Marieke Jansen", make="Volkswagen", model="Golf")
    promise_call_back(lead, due_at=at(24, 11), by=agent, now=TUESDAY_10)
    assert 'hx-get="/dienst/nu/"' in page.get("/mijn-dag/").content.decode()
    page.post(SHIFT, {"say": "available"})
    CallBack.objects.update(due_at=TUESDAY_10)

    told = page.get("/dienst/nu/").content.decode()

    assert "1 terugbelmoment nu" in told
    assert 'data-words="Er is nu een terugbelmoment. Volkswagen Golf"' in told
    assert "Jansen" not in told
    assert lead.customer.phones.get().number[-8:] not in told
