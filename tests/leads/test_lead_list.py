"""The list of leads: own work in its order, every lead one may see, filters and pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dealers.models import Role
from leads.domain.agenda import agenda_of, late_leads, late_since
from leads.domain.approving import send_back
from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.handing_over import assign
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

HTMX = {"HX-Request": "true"}
LIST = "/leads/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Sem Kuipers")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")


@pytest.fixture
def page(client, salesperson):
    client.force_login(salesperson)
    return client


def text_of(response):
    return response.content.decode()


def names_in(response):
    """The customers of the rows, in order."""
    return [row.lead.customer.last_name for row in response.context["rows"]]


def own(name, dealership, salesperson, **fields):
    """An open lead of the salesperson, routed to him since he is the only one."""
    lead = receive(dealership, name=name, **fields)
    assert lead.owner == salesperson
    return lead


# --- A salesperson's own leads ------------------------------------------------------------


def test_a_new_lead_stands_on_top_with_its_two_minutes(page, dealership, salesperson):
    lead = own("Marieke Jansen", dealership, salesperson, model="ID.3")

    response = page.get(LIST)

    assert [row.lead for row in response.context["now"]] == [lead]
    assert response.context["now"][0].call_before == TUESDAY_10 + timedelta(minutes=2)
    assert "data-countdown" in text_of(response)
    assert "Volkswagen ID.3" in text_of(response)


def test_the_list_comes_anew_by_itself(page, dealership, salesperson):
    before = page.get(f"{LIST}?view=mine", headers=HTMX)
    own("Marieke Jansen", dealership, salesperson)

    after = page.get(f"{LIST}?view=mine", headers=HTMX)

    assert 'data-poll="5" data-live="mine lead"' in text_of(before)
    assert "<html" not in text_of(after)
    assert "Jansen, Marieke" not in text_of(before)
    assert "Jansen, Marieke" in text_of(after)


def test_own_leads_stand_under_now_today_and_later(page, dealership, salesperson, clock):
    called = at(24, 9)
    today, tomorrow, late = (
        own(name, dealership, salesperson, now=called)
        for name in ("Tim Vandaag", "Els Morgen", "Bram Telaat")
    )
    for lead in (today, tomorrow, late):
        record_attempt(lead, result="no_answer", by=salesperson, now=called)
    promise_call_back(today, due_at=at(24, 15), by=salesperson, now=called)
    promise_call_back(tomorrow, due_at=at(25, 15), by=salesperson, now=called)
    promise_call_back(late, due_at=at(24, 9, 30), by=salesperson, now=called)

    response = page.get(LIST)

    sections = {
        name: [row.lead for row in response.context[name]] for name in ("now", "today", "later")
    }
    assert sections == {"now": [late], "today": [today], "later": [tomorrow]}
    assert response.context["now"][0].is_late
    assert "Te laat 30:00" in text_of(response)


def test_what_waits_for_approval_stands_apart(page, dealership, salesperson):
    lead = own("Daan Smit", dealership, salesperson)
    close_lead(lead, reason="BDC-01", facts=Facts(), by=salesperson, now=TUESDAY_10)

    response = page.get(LIST)

    assert [row.lead for row in response.context["awaiting"]] == [lead]
    assert "Wacht op akkoord" in text_of(response)


def test_what_was_sent_back_says_what_the_manager_wants(page, dealership, salesperson, manager):
    lead = own("Koos Berg", dealership, salesperson)
    close_lead(lead, reason="BDC-01", facts=Facts(), by=salesperson, now=TUESDAY_10)
    send_back(lead, instruction="more_attempts", by=manager, now=TUESDAY_10)

    response = page.get(LIST)

    assert [row.lead for row in response.context["sent_back"]] == [lead]
    assert "Terug van Petra: bel vaker" in text_of(response)


def test_a_lead_that_nobody_has_can_be_taken_from_the_list(page, dealership, salesperson, manager):
    lead = own("Nora Nacht", dealership, salesperson)
    assign(lead, queue="catch_all", by=manager, now=TUESDAY_10)

    response = page.get(LIST)

    assert [row.lead for row in response.context["waiting"]] == [lead]
    assert reverse("leads:take", args=[lead.pk]) in text_of(response)


def test_one_press_calls_from_the_list(page, dealership, salesperson):
    lead = own("Marieke Jansen", dealership, salesperson)

    response = page.get(LIST)

    assert f'hx-post="{reverse("leads:call", args=[lead.pk])}"' in text_of(response)


def test_who_has_nothing_to_do_reads_that(page):
    assert "Je hebt geen open leads" in text_of(page.get(LIST))


@pytest.mark.parametrize("count", [1, 3])
def test_own_leads_cost_the_same_queries_however_many(page, dealership, salesperson, count):
    for number in range(count):
        own(f"Klant Nummer{number}", dealership, salesperson)

    page.get(LIST)  # whose memberships are read is known from here on
    with CaptureQueriesContext(connection) as queries:
        response = page.get(LIST)

    assert len(response.context["now"]) == count
    assert len(queries) == 14


# --- Every lead one may see -----------------------------------------------------------------


def test_a_manager_begins_with_all_leads_newest_first(client, dealership, salesperson, manager):
    own("Eerste Eén", dealership, salesperson, now=at(23, 10))
    own("Tweede Twee", dealership, salesperson)
    client.force_login(manager)

    response = client.get(LIST)

    assert names_in(response) == ["Twee", "Eén"]


def test_a_salesperson_may_see_all_active_leads_of_the_dealership(page, dealership, manager):
    lead = receive(dealership, name="Van Ander")
    assign(lead, user=manager, by=manager, now=TUESDAY_10)
    receive_passive(dealership, name="Passief Ief")

    response = page.get(f"{LIST}?view=all")

    assert names_in(response) == ["Ander"]


@pytest.mark.parametrize(
    "role", [Role.MARKETER, Role.RECEPTIONIST, Role.ADMINISTRATOR, Role.SALES_MANAGER]
)
def test_roles_of_the_dealership_see_its_leads(client, dealership, salesperson, role):
    own("Marieke Jansen", dealership, salesperson)
    client.force_login(create_member(role, dealership))

    assert names_in(client.get(LIST)) == ["Jansen"]


def test_an_agent_sees_the_leads_of_the_dealerships_that_are_served(
    client, dealership, salesperson
):
    own("Marieke Jansen", dealership, salesperson)
    client.force_login(create_agent(dealership))

    assert names_in(client.get(LIST)) == ["Jansen"]


def test_nobody_sees_a_lead_of_another_group(client, dealership, salesperson):
    own("Marieke Jansen", dealership, salesperson)
    client.force_login(create_member(Role.SALES_MANAGER, create_dealership()))

    response = client.get(f"{LIST}?search=Jansen")

    assert names_in(response) == []
    assert "Jansen, Marieke" not in text_of(response)


def filtered(client, manager, **asked):
    client.force_login(manager)
    return names_in(client.get(LIST, asked))


@pytest.fixture
def various(dealership, salesperson, manager):
    """Three leads that differ in everything."""
    campaign = create_campaign(dealership, slug="lente")
    own("Oud Oudewater", dealership, salesperson, now=at(20, 10))
    receive_passive(dealership, name="Pas Passief", campaign=campaign, now=at(23, 10))
    new = own("Nieuw Nieuwer", dealership, salesperson, phones=("06-20304050",))
    close_lead(new, reason="BDC-01", facts=Facts(), by=salesperson, now=TUESDAY_10)
    return campaign


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({"status": "proposed"}, ["Nieuwer"], id="status"),
        pytest.param({"kind": "passive"}, ["Passief"], id="kind"),
        pytest.param({"queue": "passive"}, ["Passief"], id="queue"),
        pytest.param({"campaign": "lente"}, ["Passief"], id="campaign"),
        pytest.param({"received_until": "2026-11-20"}, ["Oudewater"], id="until, that day too"),
        pytest.param(
            {"received_from": "2026-11-23"}, ["Nieuwer", "Passief"], id="from, that day too"
        ),
        pytest.param({"search": "oudew"}, ["Oudewater"], id="search by name"),
        pytest.param({"search": "304050"}, ["Nieuwer"], id="search by digits"),
        pytest.param({"attention": "late"}, ["Oudewater"], id="late"),
        pytest.param({"attention": "uncalled"}, ["Oudewater"], id="not called yet"),
        pytest.param({"status": "open", "kind": "active"}, ["Oudewater"], id="two at once"),
    ],
)
def test_filters_stand_in_the_address(client, manager, various, asked, found):
    assert filtered(client, manager, **asked) == found


def test_what_is_filtered_by_htmx_gets_a_short_address(client, manager, various):
    client.force_login(manager)

    response = client.get(
        LIST,
        {"view": "all", "search": "oudew", "status": "", "owner": ""},
        headers={**HTMX, "HX-Trigger": "filters"},
    )

    assert names_in(response) == ["Oudewater"]
    assert response.headers["HX-Push-Url"] == f"{LIST}?view=all&search=oudew"


def test_the_owner_is_a_filter(client, dealership, salesperson, manager, various):
    assert filtered(client, manager, owner=salesperson.email) == ["Nieuwer", "Oudewater"]


def test_the_dealership_is_a_filter(client, dealership, salesperson):
    other = create_dealership(group=dealership.group)
    create_salesperson(other)
    own("Marieke Jansen", dealership, salesperson)
    receive(other, name="Peter Peeters")
    manager = create_member(Role.SALES_MANAGER, dealership.group)

    assert filtered(client, manager, dealership=other.slug) == ["Peeters"]


def test_a_closed_lead_is_found_by_its_reason(client, dealership, salesperson, manager):
    lead = own("Marieke Jansen", dealership, salesperson)
    own("Peter Peeters", dealership, salesperson)
    sold = Facts.from_json(
        {
            "sale": {
                "make": "Volkswagen",
                "model": "ID.3",
                "condition": "new",
                "new_customer": True,
                "fleet": False,
                "price": None,
            }
        }
    )
    close_lead(lead, reason="VK-01", facts=sold, by=salesperson, now=TUESDAY_10)

    assert filtered(client, manager, reason="VK-01") == ["Jansen"]


def test_a_filter_that_makes_no_sense_says_so_and_finds_nothing(client, manager, various):
    client.force_login(manager)

    response = client.get(LIST, {"received_from": "morgen"})

    assert response.status_code == 422
    assert "Vul de dag in als 24-11-2026" in text_of(response)
    assert names_in(response) == []


def test_a_dealership_of_strangers_is_no_filter(client, manager, various):
    client.force_login(manager)

    assert client.get(LIST, {"dealership": create_dealership().slug}).status_code == 422


def test_a_receptionist_has_no_filter_of_reasons(client, dealership):
    client.force_login(create_member(Role.RECEPTIONIST, dealership))

    response = client.get(LIST)

    assert "reason" not in response.context["filters"].fields
    assert "campaign" in response.context["filters"].fields


def test_the_chips_count_what_asks_for_attention(client, manager, various):
    client.force_login(manager)

    chips = {chip["label"]: chip["count"] for chip in client.get(LIST).context["chips"]}

    assert chips == {
        "Te laat": 1,
        "Nog van niemand": 0,
        "Terugbelverzoek te laat": 0,
        "Nog niet gebeld": 1,
        "Wacht op akkoord": 1,
    }


def test_pages_follow_each_other_by_key_and_lose_nothing(client, dealership, manager):
    for number in range(53):
        receive_passive(dealership, name=f"Klant Nummer{number:02}")
    client.force_login(manager)

    first = client.get(LIST)
    second = client.get(first.context["page"].next_url)
    back = client.get(second.context["page"].previous_url)

    assert names_in(first) + names_in(second) == [f"Nummer{n:02}" for n in range(52, -1, -1)]
    assert names_in(back) == names_in(first)
    assert "offset" not in first.context["page"].next_url
    assert not second.context["page"].next_url


def test_a_page_that_does_not_exist_is_not_found(client, manager):
    client.force_login(manager)

    assert client.get(LIST, {"from": "nonsense"}).status_code == 404


def test_only_the_first_page_comes_anew_by_itself(client, dealership, manager):
    for number in range(51):
        receive_passive(dealership, name=f"Klant Nummer{number:02}")
    client.force_login(manager)

    first = client.get(LIST)
    second = client.get(first.context["page"].next_url)

    assert 'data-live="lead"' in text_of(first)
    assert 'data-live="lead"' not in text_of(second)


@pytest.mark.parametrize("count", [1, 3])
def test_all_leads_cost_the_same_queries_however_many(
    client, dealership, salesperson, manager, count
):
    for number in range(count):
        own(f"Klant Nummer{number}", dealership, salesperson)
    client.force_login(manager)

    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(LIST)

    assert len(names_in(response)) == count
    assert len(queries) == 24


# --- What is late -----------------------------------------------------------------------------


def test_the_database_and_the_page_agree_on_what_is_late(dealership, salesperson, manager):
    """One lead of each kind, looked at from well before to well after its time."""
    called = at(24, 9)
    fresh = own("Vers Eén", dealership, salesperson, now=called)
    planned, promised, visiting, waiting, queued = (
        own(f"Klant {name}", dealership, salesperson, now=called)
        for name in ("Gepland", "Beloofd", "Bezoek", "Niemand", "Rij")
    )
    for lead in (planned, promised, visiting):
        record_attempt(lead, result="no_answer", by=salesperson, now=called)
    promise_call_back(promised, due_at=at(24, 11), by=salesperson, now=called)
    book_appointment(visiting, kind="showroom", starts_at=at(24, 12), by=salesperson, now=called)
    assign(waiting, queue="catch_all", by=manager, now=called)
    assign(queued, queue="inbound", by=manager, now=called)
    leads = Lead.objects.for_rows()

    seen = set()
    for minutes in range(0, 60 * 9, 7):
        now = called + timedelta(minutes=minutes)
        late = {lead.pk for lead in leads if late_since(lead, now=now) is not None}
        assert late == set(leads.filter(late_leads(now)).values_list("pk", flat=True))
        seen |= late

    assert seen == {fresh.pk, planned.pk, promised.pk, waiting.pk}


def test_an_agreed_visit_comes_before_a_planned_call(dealership, salesperson):
    lead = own("Lies Wit", dealership, salesperson)
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    book_appointment(lead, kind="test_drive", starts_at=at(27, 11), by=salesperson, now=TUESDAY_10)

    agenda = agenda_of(Lead.objects.for_rows(), now=at(26, 10))

    assert [one.pk for one in agenda.later] == [lead.pk]


# --- The up line ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned", "said"),
    [
        pytest.param(at(24, 9), "Jouw beurt voor bezoekers bij", id="in turn"),
        pytest.param(at(23, 9), "Je staat achteraan, want 1 opvolging is te laat.", id="dropped"),
    ],
)
def test_a_salesperson_sees_the_own_place_in_the_up_line_and_why(db, client, planned, said):
    place = create_dealership()
    sem = create_salesperson(place, kind="hybrid")
    lead = receive(place, channel="walk_in", now=at(20, 10))
    assert lead.owner == sem
    Lead.objects.filter(pk=lead.pk).update(next_call_at=planned)
    client.force_login(sem)

    with time_machine.travel(TUESDAY_10, tick=False):
        response = client.get(reverse("leads:list"))

    assert said in response.content.decode()
    assert "plaats 1 van 1" in response.content.decode()
