"""An agent's own day: what it counts, what can be undone, and that nobody else sees it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dealers.models import Role
from leads.domain.agents_day import actions_of, day_of, hours_of
from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt
from leads.domain.objecting import record_objection
from leads.models import CallBack, Hold, Result
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive_passive,
)

PAGE = "/mijn-dag/"
# Session, user, reach and shift; the day (2), hours, steps, undoable ones, objections, call-backs;
# the counts in the navigation have none for an agent.
QUERIES_OF_THE_PAGE = 11


@pytest.fixture(autouse=True)
def on_tuesday_at_ten(time_machine):
    time_machine.move_to(TUESDAY_10, tick=False)


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def agent(client, dealership):
    user = create_agent(dealership, name="Noor Bakker")
    client.force_login(user)
    return user


def called(agent, dealership, name, result, now, **fields):
    """A call with its result; then the agent is with nobody, and can go on to the next."""
    lead = receive_passive(dealership, name=name, **fields)
    record_attempt(lead, by=agent, now=now, result=result)
    Hold.objects.all().delete()
    return lead


def shown(client):
    response = client.get(PAGE)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_an_empty_day_says_how_to_begin(client, agent):
    page = shown(client)

    assert "Je dag begint hier" in page
    assert "Je hebt voor vandaag niets beloofd" in page
    assert "Nog niet gebeld." in page


def test_the_day_counts_reached_and_appointments_with_their_goals(
    client, agent, dealership, time_machine
):
    sem = create_salesperson(dealership)
    lead = called(agent, dealership, "Sander de Boer", Result.SPOKEN, at(24, 10), interest="new")
    book_appointment(
        lead, kind="showroom", starts_at=at(26, 11), salesperson=sem, by=agent, now=at(24, 10, 5)
    )
    called(agent, dealership, "Kaan Bos", Result.NO_ANSWER, at(24, 11))
    called(agent, dealership, "Lot Kok", Result.SPOKEN, at(24, 11, 5), interest="service")
    time_machine.move_to(at(24, 11, 30), tick=False)

    day = day_of(agent, now=at(24, 11, 30))
    assert (day.calls, day.reached, day.appointments) == (3, 2, 1)
    assert (float(day.conversion), float(day.conversion_target)) == (0.5, 0.075)
    assert [(hour.hour, hour.calls, hour.reached) for hour in hours_of(agent, now=at(24, 12))] == [
        (10, 1, 1),
        (11, 2, 1),
    ]
    page = shown(client)
    assert "van 110 · 3 keer gebeld" in page
    assert "50% <small>1 · doel 7,5%" in page


def test_an_action_is_undone_from_here_and_then_says_so(client, agent, dealership):
    lead = called(agent, dealership, "Sander de Boer", Result.NO_ANSWER, TUESDAY_10)
    page = shown(client)
    assert "Sander de Boer" in page
    assert 'data-key="z"' in page

    answer = client.post(f"/leads/{lead.pk}/ongedaan/", {"from": "my-day"})

    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    page = shown(client)
    assert "Ongedaan gemaakt" in page
    assert f"/leads/{lead.pk}/ongedaan/" not in page


def test_what_was_done_yesterday_is_not_of_today(client, agent, dealership, time_machine):
    called(agent, dealership, "Sander de Boer", Result.NO_ANSWER, TUESDAY_10)
    time_machine.move_to(at(25, 9), tick=False)
    client.force_login(agent)

    assert actions_of(agent, now=at(25, 9)) == []
    assert "Sander de Boer" not in shown(client)


def test_an_objection_is_shown_and_not_undone(client, agent, dealership):
    lead = receive_passive(dealership, name="Sander de Boer")
    record_objection(lead.customer, by=agent, now=TUESDAY_10)

    page = shown(client)

    assert "Niet meer bellen" in page
    assert f'href="/klanten/{lead.customer_id}/"' in page
    assert "/ongedaan/" not in page


def test_call_backs_of_today_stand_in_order_of_time(client, agent, dealership, time_machine):
    for name, due in (("Late Lot", at(24, 16)), ("Vroege Vos", at(24, 11)), ("Morgen", at(25, 11))):
        lead = called(agent, dealership, name, Result.SPOKEN, TUESDAY_10)
        promise_call_back(lead, due_at=due, by=agent, now=TUESDAY_10)
    time_machine.move_to(at(24, 11, 10), tick=False)

    page = shown(client).split("Terugbellen vandaag")[1]

    assert re.findall("Vroege Vos|Late Lot|Morgen|te laat", page) == [
        "Vroege Vos",
        "te laat",
        "Late Lot",
    ]


def test_a_colleague_sees_nothing_of_it(client, agent, dealership):
    lead = called(agent, dealership, "Sander de Boer", Result.SPOKEN, TUESDAY_10)
    promise_call_back(lead, due_at=at(24, 16), by=agent, now=TUESDAY_10)
    centre = agent.memberships.get().centre
    for colleague in (create_agent(dealership), create_member(Role.TEAM_LEAD, centre)):
        client.force_login(colleague)
        assert "Sander de Boer" not in shown(client)
        assert day_of(colleague, now=TUESDAY_10).calls == 0


def test_who_does_not_call_has_no_such_page(client, dealership):
    client.force_login(create_salesperson(dealership))

    assert client.get(PAGE).status_code == 403


def test_twenty_five_actions_are_shown_by_as_many_queries(client, agent, dealership):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        return len(captured)

    called(agent, dealership, "Eerste", Result.SPOKEN, TUESDAY_10)
    assert queries() == QUERIES_OF_THE_PAGE

    for number in range(26):
        lead = called(
            agent, dealership, f"Klant {number}", Result.SPOKEN, TUESDAY_10 + timedelta(seconds=1)
        )
        promise_call_back(lead, due_at=at(24, 16), by=agent, now=TUESDAY_10)
    assert CallBack.objects.count() == 26
    assert queries() == QUERIES_OF_THE_PAGE
    assert len(actions_of(agent, now=TUESDAY_10)) == 25
