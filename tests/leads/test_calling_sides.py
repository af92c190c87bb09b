"""What stands at both sides of the work screen: it comes after the customer, and is about him."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.urls import reverse

from leads.domain.contacting import add_note
from leads.domain.holding import hold_of
from leads.domain.queue import next_lead
from leads.models import Lead
from tests.factories import TUESDAY_10
from tests.leads.at_the_screen import at_the_screen, create_agent_with_customers, with_customer
from tests.leads.test_calling_in_browser import press

HTMX = {"HX-Request": "true"}
PRESSED = {**HTMX, "HX-Target": "call"}  # a button of the customer on the screen


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10):
        yield


@pytest.fixture
def agent(db):
    return create_agent_with_customers()


@pytest.fixture
def page(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def held(agent) -> Lead:
    return next_lead(agent, now=TUESDAY_10).lead


def not_reached(page, lead, **headers):
    address = reverse("leads:calling-result", args=[lead.pk])
    return page.post(address, {"result": "no_answer"}, headers=headers)


def beside(page, lead):
    return page.get(reverse("leads:calling-beside", args=[lead.pk]), headers=HTMX)


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_next_customer_comes_without_his_sides(page, held, agent):
    response = not_reached(page, held, **PRESSED)

    answered = words(response)
    following = hold_of(agent, TUESDAY_10).lead
    assert following.customer.name == "Maria Aardenburg"
    assert "Maria Aardenburg" in answered
    assert "Maria Hoefslag" not in answered  # who comes after him
    assert "Binnengekomen" not in answered  # what happened with him
    assert "Wat er gebeurde" in answered  # nothing stands there of who is done with
    assert response["HX-Retarget"] == "#call"


def test_the_sides_come_at_his_own_address(page, held, agent):
    add_note(held, body="Wil een trekhaak", by=agent, now=TUESDAY_10)

    answered = beside(page, held)

    assert "Wil een trekhaak" in words(answered)
    assert "Hoefslag, Maria" in words(answered)
    parts = re.findall(r'id="([\w-]+)"[^>]* hx-swap-oob="(\w+)"', answered.content.decode())
    assert parts == [("queue", "morph"), ("work-day", "true")]
    assert b'data-prepared="no_interest"' in answered.content


def test_the_same_customer_keeps_his_sides_until_they_come(page, held):
    address = reverse("leads:calling-note", args=[held.pk])
    answered = page.post(address, {"note": "Wil een trekhaak"}, headers=PRESSED).content.decode()

    assert re.findall(r'id="(queue|work-day|past)"', answered) == []
    assert reverse("leads:calling-beside", args=[held.pk]) in answered


def test_the_screen_is_drawn_whole_when_nobody_follows(page, held):
    Lead.objects.exclude(pk=held.pk).update(next_call_at=None)

    response = not_reached(page, held, **PRESSED)

    assert response["HX-Retarget"] == "#work"
    assert "Er is nu niemand aan de beurt." in words(response)


def test_a_screen_that_had_nobody_is_drawn_whole(page):
    answered = words(page.post(reverse("leads:calling-next"), headers=HTMX))

    assert "Hoefslag, Maria" in answered
    assert "Binnengekomen" in answered


def test_nothing_stands_beside_a_customer_who_is_done_with(page, held):
    not_reached(page, held, **PRESSED)

    answered = beside(page, held)

    assert (answered.status_code, answered.content) == (204, b"")


def test_a_result_and_the_sides_cost_the_same_for_any_number_of_leads(
    page, held, agent, django_assert_num_queries
):
    not_reached(page, held, **PRESSED)  # what is written once is written
    second = hold_of(agent, TUESDAY_10).lead

    with django_assert_num_queries(47):
        not_reached(page, second, **PRESSED)
    with django_assert_num_queries(30):
        beside(page, hold_of(agent, TUESDAY_10).lead)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_history_of_somebody_else_stands_beside_the_next_customer(browser, client, live_server):
    agent = create_agent_with_customers()
    first = Lead.objects.order_by("pk")[0]
    add_note(first, body="Wil een trekhaak", by=agent, now=TUESDAY_10)
    with at_the_screen(browser, client, agent, live_server.url) as page:
        page.wait_for_selector("#work-day >> text=Wil een trekhaak")
        asked = []
        page.route("**/ernaast/", lambda route: asked.append(route))
        press(page, "1")
        with_customer(page, "Aardenburg")
        page.wait_for_function("() => document.querySelector('.past-follows')")
        assert not page.is_visible("text=Wil een trekhaak")
        assert not page.is_visible("#queue [aria-current]")
        assert page.is_visible("#queue >> text=Hoefslag, Maria")
        assert page.is_visible("#own-day")

        asked[0].continue_()
        page.wait_for_selector("#queue [aria-current] >> text=Aardenburg, Maria")
        assert page.is_visible("#history")
        assert page.query_selector(".past-follows") is None
        assert page.inner_text(".day-counts dd") == "1"
