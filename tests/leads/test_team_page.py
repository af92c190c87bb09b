"""A team at work: what its lead sees of it, gives back and takes over, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dealers.domain.presence import set_presence
from dealers.models import Membership, Role
from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt, start_call
from leads.domain.holding import hold_of
from leads.domain.queue import next_lead
from leads.domain.team import Doing, people_led_by, team_of
from leads.domain.timeline import sentence
from leads.models import Hold, Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
    receive_passive,
)

PAGE = "/team/"
# Session, user, reach and shift; the team, holds, calls, attempts, appointments and queues; and
# what the navigation counts: call-backs, close-outs and rejects (2).
QUERIES_OF_THE_PAGE = 14


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def noor(dealership):
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def ben(noor):
    return create_member(Role.AGENT, noor.memberships.get().centre, name="Ben Vos")


@pytest.fixture
def petra(noor):
    return create_member(Role.TEAM_LEAD, noor.memberships.get().centre, name="Petra Kok")


@pytest.fixture
def page(client, petra):
    client.force_login(petra)
    return client


@pytest.fixture
def held(dealership, noor):
    receive_passive(dealership, name="Marieke Jansen")
    return next_lead(noor, now=TUESDAY_10).lead


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def doing_of(petra, user, now):
    [member] = [one for one in team_of(petra, now=now).members if one.user == user]
    return member.doing, member.since


def post(page, what, lead, **more):
    return page.post(reverse(f"leads:team-{what}", args=[lead.pk]), **more)


# --- What is seen -----------------------------------------------------------------------


def test_what_somebody_does_and_since_when(dealership, petra, noor):
    assert doing_of(petra, noor, TUESDAY_10) == (Doing.AWAY, None)
    set_presence(noor, state="available", now=at(24, 9))
    assert doing_of(petra, noor, TUESDAY_10) == (Doing.IDLE, at(24, 9))

    receive_passive(dealership)
    lead = next_lead(noor, now=TUESDAY_10).lead
    assert doing_of(petra, noor, at(24, 10, 1)) == (Doing.WITH_CUSTOMER, TUESDAY_10)
    start_call(lead, by=noor, now=at(24, 10, 2))
    assert doing_of(petra, noor, at(24, 10, 3)) == (Doing.CALLING, at(24, 10, 2))

    set_presence(noor, state="pause", reason="lunch", now=at(24, 10, 4))
    assert doing_of(petra, noor, at(24, 10, 5))[0] == Doing.CALLING
    record_attempt(lead, result="no_answer", by=noor, now=at(24, 10, 6))
    assert doing_of(petra, noor, at(24, 10, 7)) == (Doing.PAUSING, at(24, 10, 6))

    set_presence(noor, state="away", now=at(24, 10, 8))
    assert doing_of(petra, noor, at(24, 10, 9)) == (Doing.AWAY, at(24, 10, 8))


def test_who_works_without_a_shift_is_idle_and_a_shift_of_yesterday_is_none(
    dealership, petra, noor
):
    set_presence(noor, state="pause", now=at(23, 17))
    assert doing_of(petra, noor, TUESDAY_10) == (Doing.AWAY, None)
    noor.presence.delete()
    record_attempt(receive_passive(dealership), result="no_answer", by=noor, now=TUESDAY_10)

    assert doing_of(petra, noor, at(24, 11)) == (Doing.IDLE, TUESDAY_10)


def test_the_page_shows_the_team_its_totals_and_who_is_with_whom(page, dealership, noor, held, ben):
    sem = create_salesperson(dealership)
    lead = receive_passive(dealership)
    record_attempt(lead, result="spoken", by=ben, now=TUESDAY_10)
    book_appointment(
        lead, kind="showroom", starts_at=at(26, 11), salesperson=sem, by=ben, now=TUESDAY_10
    )
    set_presence(ben, state="pause", reason="coaching", now=TUESDAY_10)

    words = text_of(page.get(PAGE))

    assert "Noor Bakker bezig met klant 10:00" in words
    assert "Marieke Jansen Noord Eindhoven · tot 10:15" in words
    assert re.search("Ben Vos bezig met klant 10:00 .{1,30} daarna pauze: coaching", words)
    assert re.search("Samen 1 1 1", words)
    assert "Petra Kok geen dienst" in words
    assert 'data-go="m"' in page.get(PAGE).content.decode()


def test_the_queues_are_counted_with_what_is_overdue_and_the_oldest(page, dealership, noor):
    receive_passive(dealership, now=at(20, 10))
    receive_passive(dealership)
    for minute in (40, 55):
        promised = receive_passive(dealership)
        promise_call_back(promised, due_at=at(24, 9, minute), by=noor, now=at(24, 9))

    words = text_of(page.get(PAGE))

    assert "Terugbellen 2 1 di 24 nov 09:40" in words
    assert "Passief 2 1 vr 20 nov 10:00" in words
    assert "Tweede stem 0 0 –" in words


def test_an_agent_of_two_centres_shows_nothing_of_the_other_one(page, petra, noor):
    elsewhere = create_dealership(name="Zuid Breda")
    Membership.objects.create(user=noor, role=Role.AGENT, centre=create_centre(elsewhere))
    receive_passive(elsewhere, name="Geheime Klant")
    record_attempt(
        receive_passive(elsewhere, name="Andere Klant"), result="spoken", by=noor, now=TUESDAY_10
    )
    Hold.objects.all().delete()
    next_lead(noor, now=TUESDAY_10)

    words = text_of(page.get(PAGE))

    assert "een klant van een ander contactcentrum" in words
    assert not re.search("Geheime|Andere Klant|Breda", words)
    assert "Samen 0 0 0" in words


def test_only_the_own_people_are_of_a_team(petra, noor, ben, dealership):
    create_agent(dealership)
    gone = create_member(Role.AGENT, noor.memberships.get().centre, is_active=False)

    assert list(people_led_by(petra)) == [ben, noor, petra]
    assert gone not in people_led_by(petra)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_people(
    page, dealership, petra, held, count, django_assert_num_queries
):
    for _one in range(count):
        agent = create_member(Role.AGENT, petra.memberships.get().centre)
        receive_passive(dealership)
        start_call(next_lead(agent, now=TUESDAY_10).lead, by=agent, now=TUESDAY_10)

    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        page.get(PAGE)


# --- Give back and take over ------------------------------------------------------------


def test_a_customer_is_given_back_and_comes_to_whoever_asks_next(page, noor, ben, held):
    response = post(page, "give-back", held, follow=True)

    assert "Jansen: terug in de wachtrij." in text_of(response)
    assert hold_of(noor, TUESDAY_10) is None
    entry = held.events.last()
    assert (entry.verb, str(entry.by)) == ("given_back", "Petra Kok")
    assert sentence(entry).startswith("Teruggegeven aan de wachtrij: Noor Bakker")
    assert next_lead(ben, now=TUESDAY_10).lead == held


def test_a_customer_is_taken_over_and_opens_where_agents_call(page, petra, noor, held):
    response = post(page, "take-over", held, follow=True)

    assert response.redirect_chain == [("/bellen/", 302)]
    assert "Marieke Jansen" in text_of(response)
    assert (hold_of(noor, TUESDAY_10), hold_of(petra, TUESDAY_10).lead) == (None, held)
    words = "Petra Kok heeft deze klant overgenomen van Noor Bakker."
    assert sentence(held.events.last()) == words


@pytest.mark.parametrize("what", ["give-back", "take-over"])
def test_nobody_comes_between_during_a_call(page, noor, held, what, clock):
    start_call(held, by=noor, now=TUESDAY_10)
    clock.move_to(at(24, 10, 5))

    refused = post(page, what, held)

    assert refused.status_code == 409
    assert "Wacht op de uitkomst van dat gesprek." in text_of(refused)
    assert "Teruggeven" not in text_of(page.get(PAGE))
    assert hold_of(noor, at(24, 10, 5)) is not None
    Hold.objects.update(until=at(24, 11))  # and the system, which ends such a call, is late
    clock.move_to(TUESDAY_10 + timedelta(minutes=30))
    assert post(page, what, held).status_code == 302


def test_who_is_with_another_customer_takes_over_nobody(page, petra, noor, dealership, held):
    receive_passive(dealership)
    next_lead(petra, now=TUESDAY_10)

    assert post(page, "take-over", held).status_code == 409
    assert hold_of(noor, TUESDAY_10).lead == held  # nothing of it was done
    assert held.events.last().verb != "hold_taken_over"


def test_the_own_customer_is_let_go_with_a_reason_and_one_that_lapsed_is_gone(
    page, petra, dealership, held, clock
):
    receive_passive(dealership)
    own = next_lead(petra, now=TUESDAY_10).lead

    assert "Laat die los waar je belt" in text_of(post(page, "give-back", own))
    clock.move_to(at(24, 10, 15))
    assert "Niemand heeft deze klant nog vast." in text_of(post(page, "give-back", held))


@pytest.mark.parametrize("what", ["give-back", "take-over"])
def test_an_agent_of_another_centre_at_the_same_dealership_is_left_alone(
    page, dealership, petra, what
):
    stranger = create_agent(dealership)
    receive_passive(dealership)
    lead = next_lead(stranger, now=TUESDAY_10).lead
    assert Lead.objects.visible_to(petra).filter(pk=lead.pk).exists()

    refused = post(page, what, lead)

    assert refused.status_code == 409
    assert "zit niet in jouw team" in text_of(refused)
    assert hold_of(stranger, TUESDAY_10) is not None


def test_agents_have_no_such_page(client, noor, held, ben):
    client.force_login(ben)

    assert client.get(PAGE).status_code == 403
    assert post(client, "give-back", held).status_code == 403
    assert 'data-go="m"' not in client.get("/mijn-dag/").content.decode()
