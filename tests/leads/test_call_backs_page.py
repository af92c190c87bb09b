"""The page of call-backs: seen, taken over and called from, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dealers.models import Role
from leads.domain.call_backs import promise_call_back
from leads.domain.holding import hold_of
from leads.domain.sweeping import sweep
from leads.models import CallBack
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

DUE = at(24, 11)
LATE = at(24, 11, 20)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    dealership = create_dealership(name="Noord Eindhoven")
    create_salesperson(dealership, name="Sem Kuipers")
    return dealership


@pytest.fixture
def noor(dealership):
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def colleague(noor):
    return create_member(Role.AGENT, noor.memberships.get().centre, name="Ben Vos")


@pytest.fixture
def lead(dealership, noor):
    lead = receive_passive(dealership, name="Marieke Jansen", model="Golf")
    promise_call_back(lead, due_at=DUE, by=noor, now=TUESDAY_10, note="Na de koffie.")
    return lead


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def url(whose="mine"):
    return f"{reverse('leads:call-backs')}?whose={whose}"


def test_an_own_call_back_stands_with_what_was_promised(client, lead, noor):
    client.force_login(noor)

    page = client.get(url())

    assert page.status_code == 200
    for words in ("Marieke Jansen", "Golf", "Noord Eindhoven", "Na de koffie.", "di 24 nov 11:00"):
        assert words in text_of(page)
    assert "beloofd door Noor Bakker, di 24 nov 10:00" in text_of(page)
    assert reverse("leads:detail", args=[lead.pk]) in page.content.decode()
    assert "Bel nu" not in text_of(page)  # an hour ahead


def test_who_has_promised_nothing_is_told_what_comes_here(client, noor, lead, colleague):
    client.force_login(colleague)

    assert "Je hebt nog geen terugbelafspraken" in text_of(client.get(url()))
    assert "Marieke Jansen" in text_of(client.get(url("team")))
    client.force_login(noor)
    assert "Het team heeft geen terugbelafspraken" in text_of(client.get(url("team")))


def test_the_longest_overdue_comes_first_and_the_rest_pages(client, noor, lead, dealership):
    for minutes in range(60):
        one = receive_passive(dealership)
        due_at = DUE + timedelta(minutes=minutes - 30)
        promise_call_back(one, due_at=due_at, by=noor, now=TUESDAY_10)
    client.force_login(noor)
    dues = list(CallBack.objects.order_by("due_at", "pk"))

    first = client.get(url())
    second = client.get(first.context["page"].next_url)
    back = client.get(second.context["page"].previous_url)

    assert [row.promise for row in first.context["rows"]] == dues[:50]
    assert [row.promise for row in second.context["rows"]] == dues[50:]
    assert [row.promise for row in back.context["rows"]] == dues[:50]


def test_the_page_costs_the_same_for_any_number_of_call_backs(
    client, noor, lead, dealership, django_assert_num_queries
):
    client.force_login(noor)
    for _more in range(3):
        one = receive_passive(dealership)
        promise_call_back(one, due_at=at(24, 10, 5), by=noor, now=TUESDAY_10)
        with django_assert_num_queries(7):
            client.get(url())


def test_so_does_that_of_the_team(
    client, noor, colleague, lead, dealership, django_assert_num_queries
):
    client.force_login(colleague)
    for _more in range(3):
        one = receive_passive(dealership)
        promise_call_back(one, due_at=at(24, 10, 5), by=noor, now=TUESDAY_10)
        with django_assert_num_queries(7):
            client.get(url("team"))


def test_it_says_when_the_team_gets_it_and_since_when_it_has(client, noor, lead, colleague, clock):
    client.force_login(noor)
    clock.move_to(at(24, 11, 5))
    assert "vanaf 11:15 van het team" in text_of(client.get(url()))

    sweep(at(24, 11, 15))
    clock.move_to(LATE)
    client.force_login(colleague)

    page = client.get(url("team"))
    assert "van het team sinds di 24 nov 11:15" in text_of(page)
    assert "Bel nu" in text_of(page)
    assert "Overnemen" in text_of(page)


def test_an_agent_takes_over_what_the_team_has(client, lead, colleague, clock):
    sweep(at(24, 11, 15))
    clock.move_to(LATE)
    client.force_login(colleague)

    page = client.post(reverse("leads:take-over", args=[lead.pk]), follow=True)

    assert "Jansen: de terugbelafspraak is nu van jou." in text_of(page)
    assert CallBack.objects.get().owner == colleague
    assert "vanaf 11:35 van het team" in text_of(page)


def test_what_is_not_due_is_refused_in_words_and_has_no_button(client, lead, colleague):
    client.force_login(colleague)

    assert "Overnemen" not in text_of(client.get(url("team")))
    refused = client.post(reverse("leads:take-over", args=[lead.pk]))

    assert refused.status_code == 409
    assert "Vraag het je teamleider" in text_of(refused)


def test_calling_now_opens_exactly_this_customer(client, lead, noor, dealership, clock):
    receive_passive(dealership)
    clock.move_to(DUE)
    client.force_login(noor)
    assert "Bel nu" in text_of(client.get(url()))

    page = client.post(reverse("leads:call-now", args=[lead.pk]), follow=True)

    assert hold_of(noor, DUE).lead == lead
    assert page.redirect_chain[-1][0] == reverse("leads:calling")
    assert "Marieke Jansen" in text_of(page)


def test_calling_now_outside_calling_hours_is_refused_in_words(client, lead, noor, clock):
    clock.move_to(at(24, 21, 30))
    client.force_login(noor)

    refused = client.post(reverse("leads:call-now", args=[lead.pk]))

    assert refused.status_code == 409
    assert not hold_of(noor, at(24, 21, 30))


def test_a_salesperson_sees_the_own_ones_and_calls_from_the_lead(client, dealership, clock):
    sold = receive(dealership)
    promise_call_back(sold, due_at=DUE, by=sold.owner, now=TUESDAY_10)
    clock.move_to(LATE)
    client.force_login(sold.owner)

    page = client.get(url())

    assert sold.customer.name in text_of(page)
    assert "Bel nu" not in text_of(page)
    assert "vanaf 11:15" not in text_of(page)


def test_the_navigation_counts_what_is_overdue(client, lead, noor, clock):
    client.force_login(noor)
    link = re.compile(r'href="/terugbellen/"[^>]*data-go="t"[^>]*>Terugbellen(.*?)</a>', re.S)

    assert "badge" not in link.search(client.get(url()).content.decode())[1]
    clock.move_to(DUE)

    assert ">1<" in link.search(client.get(url()).content.decode())[1]
