"""Who comes to the work screen, and whom he is given to call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from dealers.models import CentreService, Role
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt
from leads.domain.holding import hold_of
from leads.domain.queue import next_lead
from leads.models import (
    Attempt,
    Call,
    CustomerVehicle,
    Hold,
)
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
    receive,
    receive_passive,
)
from tests.leads.calling.pressing import HTMX, send, text_of, url

# --- Who may come here ------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SALES_MANAGER, Role.MARKETER, Role.RECEPTIONIST])
def test_who_is_no_agent_is_told_so(client, dealership, role):
    client.force_login(create_member(role, dealership))

    response = client.get(url(""))

    assert response.status_code == 403
    assert "beller" in text_of(response).lower() or "bdc" in text_of(response).lower()


def test_a_salesperson_starts_no_call_here_not_even_on_an_own_lead(client, dealership):
    lead = receive(dealership)
    client.force_login(lead.owner)

    response = send(client, "start", lead)

    assert response.status_code == 403
    assert not Call.objects.exists()


def test_who_has_not_signed_in_signs_in_first(client, dealership):
    response = client.get(url(""))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    ["panel", "start", "result", "objection", "note", "call-back", "appointment", "quote", "close"],
)
def test_a_stranger_finds_no_lead(client, held, stranger, name):
    client.force_login(stranger)

    response = send(client, name, held, result="no_answer", reason="BDC-10")

    assert response.status_code == 404
    assert not Attempt.objects.exists()


def test_a_stranger_sees_nothing_of_this_centre(client, held, stranger):
    client.force_login(stranger)

    response = client.get(url(""))

    assert "Jansen" not in text_of(response)
    assert "geen campagne" in text_of(response)


# --- Whom the agent is with -------------------------------------------------------------


def test_the_page_waits_for_next_call_and_holds_nobody(page, lead):
    response = page.get(url(""))

    assert response.status_code == 200
    assert "Klaar voor de volgende klant" in text_of(response)
    assert not Hold.objects.exists()


def test_next_call_holds_the_best_customer_and_shows_everything_about_him(page, agent, dealership):
    campaign = create_campaign(dealership, name="Zomeractie")
    lead = receive_passive(
        dealership,
        name="Marieke Jansen",
        phones=("06-12345001", "040-2345678"),
        make="Škoda",
        model="Octavia",
        plate="7-TKL-82",
        campaign=campaign,
        source="Leaseprofs",
        message="Graag een rustige auto.",
    )
    CustomerVehicle.objects.filter(customer=lead.customer).update(apk_expires_on=at(20, 12).date())

    response = page.post(url("next"), headers=HTMX)

    words = text_of(response)
    assert hold_of(agent, TUESDAY_10).lead_id == lead.pk
    for shown in (
        "Marieke Jansen",
        "06 12345001",
        "040 234 5678",
        "Škoda Octavia",
        "7-TKL-82",
        "vr 20 nov",
        "Zomeractie",
        "Leaseprofs",
        "Graag een rustige auto.",
        "poging 1 van 20",
        "Mag gebeld: toestemming",
        "Naar de wachtrij passief",
        "Goedemorgen, u spreekt met Noor van Noord Eindhoven.",
        "wilt u niet meer gebeld worden, dan noteer ik dat nu",
    ):
        assert shown in words
    assert 'id="who" tabindex="-1" autofocus' in response.content.decode()


def test_next_call_without_htmx_goes_back_to_the_page(page, lead):
    response = page.post(url("next"))

    assert response.status_code == 302
    assert response.url == url("")
    assert "Marieke Jansen" in text_of(page.get(response.url))


def test_next_call_while_nobody_is_due_says_so(page, dealership):
    response = page.post(url("next"), follow=True)

    assert "Er is nu niemand aan de beurt." in text_of(response)


def test_the_queue_shows_who_comes_next_and_how_many(page, held, dealership):
    receive_passive(dealership, name="Kaan Aardenburg")
    promised = receive_passive(dealership, name="Selma Hoefslag")
    promise_call_back(promised, due_at=at(24, 9, 40), by=create_agent(dealership), now=at(24, 9))

    response = page.get(url("queue"), headers=HTMX)

    words = text_of(response)
    assert words.index("Jansen, Marieke") < words.index("Hoefslag, Selma")
    assert words.index("Hoefslag, Selma") < words.index("Aardenburg, Kaan")
    assert "Terugbellen 1" in words
    assert "Passief 1" in words
    assert 'id="queue"' in response.content.decode()
    assert "<html" not in response.content.decode()


def test_leads_without_a_number_are_a_list_for_e_mail(page, dealership):
    lead = receive_passive(dealership, name="Bo Zonder", phones=(), emails=("bo@example.com",))

    response = page.get(url(""))

    assert "Per e-mail geen nummer Zonder, Bo" in text_of(response)
    assert reverse("leads:detail", args=[lead.pk]) in response.content.decode()


def test_other_leads_show_only_where_the_agent_works(page, held, dealership):
    elsewhere = create_dealership(group=dealership.group, name="Elders")
    same = (held.customer.phones.get().number,)
    receive_passive(elsewhere, phones=same, make="Toyota")
    receive_passive(dealership, phones=same, make="CUPRA")

    words = text_of(page.get(url("")))

    assert "CUPRA" in words
    assert "Toyota" not in words


def test_the_own_day_counts_calls_reached_customers_and_appointments(page, agent, held, clock):
    record_attempt(held, result="voicemail", by=agent, now=at(23, 15), happened=True)
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)
    clock.move_to(TUESDAY_10 + timedelta(minutes=5))

    words = text_of(page.get(url("")))

    assert "1 van 110 bereikt Belpogingen 1 Afspraken 0" in words


def test_a_held_customer_disappears_when_the_agent_no_longer_works_there(page, agent, held):
    elsewhere = create_dealership()
    membership = agent.memberships.get()
    CentreService.objects.create(centre=membership.centre, dealership=elsewhere)
    membership.only_dealerships.add(elsewhere)

    for response in (page.get(url("")), page.get(url("queue"), headers=HTMX)):
        assert response.status_code == 200
        assert "Jansen" not in text_of(response)


def test_a_panel_of_a_customer_that_is_no_longer_held_shows_the_screen_and_the_note(page, held):
    Hold.objects.all().delete()

    response = send(page, "panel", held, open="call_back", note="Hond blaft.")

    words = text_of(response)
    assert "Je hebt deze klant niet meer vast." in words
    assert "Je notitie is niet opgeslagen" in words
    assert "Hond blaft." in words


# --- When there is nobody ----------------------------------------------------------------


def test_an_empty_queue_praises_and_says_when_the_next_is_due(page, agent, held):
    attempt = record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)
    promise_call_back(attempt.lead, due_at=at(24, 15), by=agent, now=TUESDAY_10)

    words = text_of(page.get(url("")))

    assert "Je wachtrij is leeg Mooi werk: 1 bereikt, 0 afspraken." in words
    assert "di 24 nov 15:00" in words


def test_outside_calling_hours_the_page_says_when_calling_starts(page, lead, clock):
    clock.move_to(at(22, 12))  # a Sunday

    words = text_of(page.get(url("")))

    assert "Je mag nu geen klanten bellen" in words
    assert "ma 23 nov 09:00" in words


def test_without_any_lead_there_is_no_campaign_yet(page, dealership):
    assert "Er is nog geen campagne voor jou" in text_of(page.get(url("")))


# --- What it costs ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_screen_costs_the_same_for_any_number_of_leads(
    page, agent, dealership, count, django_assert_num_queries
):
    for _one in range(count):
        receive_passive(dealership)
        receive_passive(dealership, phones=(), emails=("bo@example.com",))
    next_lead(agent, now=TUESDAY_10)
    receive_passive(dealership)

    with django_assert_num_queries(35):
        page.get(url(""))


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_that_refreshes_itself_costs_little(
    page, dealership, count, django_assert_num_queries
):
    for _one in range(count):
        receive_passive(dealership)

    with django_assert_num_queries(8):
        page.get(url("queue"), headers=HTMX)
