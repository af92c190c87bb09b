"""The pages of queue settings: read, set, refused; and what an agent then sees."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.urls import reverse

from dealers.models import Dealership, PolicyChange, Role
from leads.domain.agents_work import assign_work
from leads.domain.call_backs import promise_call_back
from leads.domain.queue import next_lead
from leads.models import Campaign, WorkAssignment
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
    receive_passive,
)

PAGE = "/wachtrijen/"
SCRIPT = "Dag {naam}, met {medewerker} van {vestiging}.\nUw {auto} is toe aan de APK."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(slug="noord-eindhoven", name="Noord Eindhoven")


@pytest.fixture
def agent(dealership):
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def team_lead(agent, client):
    user = create_member(Role.TEAM_LEAD, agent.memberships.get().centre, name="Ingrid de Groot")
    client.force_login(user)
    return user


@pytest.fixture
def campaign(dealership):
    return create_campaign(dealership, name="APK december")


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def work_of(agent):
    return reverse("leads:queue-work", args=[agent.memberships.get().pk])


def test_a_team_lead_sees_who_works_on_what(client, agent, team_lead, campaign):
    text = text_of(client.get(PAGE))

    assert "Noor Bakker BDC-medewerker" in text
    assert "Alle wachtrijen Alle campagnes" in text
    assert "APK december" in text
    assert "zoals de wet toestaat" in text


def test_a_team_lead_sets_what_an_agent_works_on(client, agent, team_lead, campaign):
    sent = {"queues": ["passive", "inbound"], "campaigns": [campaign.pk]}

    page = text_of(client.post(work_of(agent), sent, follow=True))

    assert "Opgeslagen. Het volgende gesprek van Noor Bakker houdt zich eraan." in page
    assert "Wachtrijen: alle → binnenkomend, passief" in page
    assert "Ingrid de Groot" in page
    assert WorkAssignment.objects.get().queues == ["inbound", "passive"]
    overview = text_of(client.get(PAGE))
    assert "Binnenkomend, passief APK december" in overview
    assert "Geen medewerker staat op deze wachtrijen: tweede stem, niet bereikt." in overview


def test_a_campaign_of_elsewhere_cannot_be_ticked(client, agent, team_lead, campaign):
    foreign = create_campaign(create_dealership(), name="Zuidactie")

    answer = client.post(work_of(agent), {"campaigns": [foreign.pk]})

    assert answer.status_code == 422
    assert "Zuidactie" not in text_of(answer)
    assert not WorkAssignment.objects.exists()


def test_a_script_is_shown_before_it_is_saved(client, team_lead, campaign, dealership):
    url = reverse("leads:queue-campaign", args=[campaign.pk])

    shown = text_of(client.post(url, {"priority": 5, "script": SCRIPT, "preview": "1"}))
    assert "Dag Sander Voorbeeld, met Ingrid van Noord Eindhoven." in shown
    assert "Sluit af: wilt u niet meer gebeld worden" in shown
    assert Campaign.objects.get().script == ""

    page = text_of(client.post(url, {"priority": 5, "script": SCRIPT}, follow=True))
    assert "Opgeslagen." in page
    assert "Prioriteit: 0 → 5" in page
    assert Campaign.objects.get().priority == 5


def test_an_unknown_field_is_named_with_those_that_there_are(client, team_lead, campaign):
    url = reverse("leads:queue-campaign", args=[campaign.pk])

    answer = client.post(url, {"priority": 5, "script": "Dag {geboortedatum}"})

    assert answer.status_code == 422
    assert "Het veld {geboortedatum} bestaat niet." in text_of(answer)
    assert "{naam}, {auto}, {eerste_plek}, {vestiging}, {medewerker}" in text_of(answer)
    assert "Dag {geboortedatum}" in text_of(answer)


def test_the_agent_reads_the_script_of_the_campaign(client, agent, campaign, dealership):
    Campaign.objects.update(script=f"{SCRIPT}\n<b>Vet</b>")
    receive_passive(dealership, campaign=campaign, name="Marieke Jansen", model="Golf")
    next_lead(agent, now=TUESDAY_10)
    client.force_login(agent)

    answer = client.get(reverse("leads:calling"))

    assert "Dag Marieke Jansen, met Noor van Noord Eindhoven." in text_of(answer)
    assert "Uw Volkswagen Golf is toe aan de APK." in text_of(answer)
    assert "&lt;b&gt;Vet&lt;/b&gt;" in answer.content.decode()
    assert "Sluit af: wilt u niet meer gebeld worden, dan noteer ik dat nu." in text_of(answer)


def test_who_was_promised_a_call_hears_of_that_first(client, agent, campaign, dealership, clock):
    Campaign.objects.update(script=SCRIPT)
    lead = receive_passive(dealership, campaign=campaign)
    promise_call_back(lead, due_at=at(24, 11), by=agent, now=TUESDAY_10)
    clock.move_to(at(24, 11))
    next_lead(agent, now=at(24, 11))
    client.force_login(agent)

    page = text_of(client.get(reverse("leads:calling")))

    assert "Wij spraken af" in page
    assert "toe aan de APK" not in page


def test_a_team_lead_sets_maximums_within_the_limits(client, team_lead, dealership):
    url = reverse("leads:queue-policy", args=[dealership.slug])
    sent = {
        "attempts_inbound": 5,
        "attempts_second_voice": 3,
        "attempts_unreached": 12,
        "attempts_passive": 21,
        "calls_from": "10:00",
    }

    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "Kies 1 tot en met 20" in text_of(refused) or "Kies 1 tot 20" in text_of(refused)

    page = text_of(client.post(url, {**sent, "attempts_passive": 15}, follow=True))
    assert "→ 15" in page
    assert Dealership.objects.get(pk=dealership.pk).attempts_passive == 15
    assert {change.by for change in PolicyChange.objects.all()} == {team_lead}
    assert "vanaf 10:00" in text_of(client.get(PAGE))


def test_a_marketer_keeps_campaigns_and_sees_no_agents(client, dealership, agent, campaign):
    client.force_login(create_member(Role.MARKETER, dealership))

    page = text_of(client.get(PAGE))

    assert "APK december" in page
    assert "Noor Bakker" not in page
    assert "Een teamleider of beheerder van de vestiging stelt deze in." in page
    assert client.get(work_of(agent)).status_code == 404


def test_others_are_told_whom_to_ask(client, dealership, agent):
    client.force_login(agent)

    answer = client.get(PAGE)

    assert answer.status_code == 403
    assert "Alleen een teamleider, marketeer of beheerder stelt de wachtrijen in." in text_of(
        answer
    )


def test_the_page_costs_the_same_for_any_number_of_agents_and_campaigns(
    client, dealership, agent, team_lead, django_assert_num_queries
):
    centre = agent.memberships.get().centre
    for _number in range(3):
        colleague = create_member(Role.AGENT, centre)
        assign_work(
            colleague.memberships.get(),
            queues=["passive"],
            campaigns=[create_campaign(dealership)],
            without_campaign=True,
            by=team_lead,
            now=TUESDAY_10,
        )
        with django_assert_num_queries(14):
            client.get(PAGE)
