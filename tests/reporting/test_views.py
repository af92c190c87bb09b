"""The page of figures, for each role and in each state."""

import re
from contextlib import closing
from html import unescape

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dealers.models import Role
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
from tests.reporting.histories import lead_that

PAGE = "/cijfers/"


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven", slug="noord")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


def signed_in(user, **headers):
    client = Client(headers={"Accept-Language": "en", **headers})
    client.force_login(user)
    return client


def words(response):
    """The text that somebody reads, on one line."""
    without_tags = re.sub(r"<[^>]*>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(without_tags))


# --- Who ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SALES_MANAGER, Role.MARKETER, Role.ADMINISTRATOR])
def test_who_leads_sees_everyone(dealership, role):
    create_salesperson(dealership, name="Sem")
    lead_that("appointment", dealership)

    response = signed_in(create_member(role, dealership)).get(PAGE)

    assert response.status_code == 200
    assert "This week 1 of 1 leads made an appointment: 100%." in words(response)
    assert "By salesperson" in words(response)


def test_a_team_lead_sees_the_dealerships_that_the_centre_serves(dealership):
    create_salesperson(dealership, name="Sem")
    lead_that("appointment", dealership)
    lead_that("reached", create_dealership())

    response = signed_in(create_member(Role.TEAM_LEAD, create_centre(dealership))).get(PAGE)

    assert "This week 1 of 1 leads" in words(response)


def test_a_salesperson_sees_himself_and_no_colleague(dealership):
    seller = create_salesperson(dealership, name="Sem")
    lead_that("appointment", dealership)
    create_salesperson(dealership, name="Lisa")
    lead_that("reached", dealership)  # goes to who got none yet

    response = signed_in(seller).get(PAGE)

    assert response.context["tally"].leads == 1
    assert "Your figures" in words(response)
    assert "By salesperson" not in words(response)
    assert "Lisa" not in words(response)


def test_agents_and_receptionists_may_not(dealership):
    for user in (create_agent(dealership), create_member(Role.RECEPTIONIST, dealership)):
        response = signed_in(user).get(PAGE)

        assert response.status_code == 403
        assert "Figures are for sales managers" in words(response)


def test_who_has_not_signed_in_is_asked_to(client, db):
    assert client.get(PAGE).headers["Location"] == "/accounts/login/?next=/cijfers/"


@pytest.mark.parametrize("name", ["dealership", "salesperson", "campaign"])
def test_what_the_user_may_not_see_is_not_there(manager, name):
    elsewhere = create_dealership(slug="zuid")
    create_salesperson(elsewhere, email="zuid")

    assert signed_in(manager).get(PAGE, {name: "zuid"}).status_code == 404


# --- What ---------------------------------------------------------------------------------


def test_the_sentence_says_what_is_still_needed(dealership, manager):
    create_salesperson(dealership, name="Sem")
    for number in range(20):
        lead_that("appointment" if number < 6 else "received", dealership)

    response = signed_in(manager).get(PAGE)

    assert "This week 6 of 20 leads made an appointment: 30%. 2 more to reach 36%." in words(
        response
    )


def test_too_few_leads_are_not_judged(dealership, manager):
    create_salesperson(dealership, name="Sem")
    lead_that("appointment", dealership)

    response = signed_in(manager).get(PAGE)

    assert "Too few leads to judge (1 of at least 20)." in words(response)
    assert "1 of 1 too few leads to judge (1 of at least 20)" in words(response)


def test_gross_and_net_are_both_on_the_screen(dealership, manager):
    create_salesperson(dealership, name="Sem")
    lead_that("appointment", dealership)
    lead_that("received", dealership)
    lead_that("received", dealership, is_pollution=True)
    lead_that("received", dealership, is_pollution=True)

    response = signed_in(manager).get(PAGE)

    assert "Net 1 of 2: 50% Gross 1 of 4: 25% Tests and duplicates 2" in words(response)


def test_passive_leads_stand_beside(dealership, manager):
    lead_that("reached", dealership)
    receive_passive(dealership)

    response = signed_in(manager).get(PAGE)

    assert "This week 0 of 1 leads" in words(response)
    assert "Passive leads 1 lead Sales campaigns: showroom 0 of 1" in words(response)


def test_a_salesperson_is_chosen_by_address(dealership, manager):
    create_salesperson(dealership, name="Sem", email="sem@noord.example")
    lead_that("sold", dealership)

    response = signed_in(manager).get(PAGE, {"salesperson": "sem@noord.example"})

    assert "Figures of Sem" in words(response)
    assert response.context["tally"].sold == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"period": "last_week"}, "Last week 1 of 1 leads"),
        ({"period": "13_weeks"}, "In these 13 weeks 1 of 1 leads"),
        (
            {"from": "2026-11-16", "to": "2026-11-20"},
            "From Mon 16 Nov to Fri 20 Nov 1 of 1 leads",
        ),
        ({"from": "2026-11-17", "to": "2026-11-17"}, "On Tue 17 Nov 1 of 1 leads"),
        (
            {"from": "2026-11-17", "to": "2026-11-17", "by": "event"},
            "On Tue 17 Nov 1 leads came in and 1 lead came to an appointment",
        ),
    ],
)
def test_the_address_names_the_period(dealership, manager, asked, said):
    create_salesperson(dealership)
    lead_that("appointment", dealership, now=at(17, 10))

    assert said in words(signed_in(manager).get(PAGE, asked))


def test_a_number_leads_to_its_leads(dealership, manager):
    lead_that("reached", dealership)

    page = signed_in(manager).get(PAGE, {"dealership": "noord"}).content.decode()

    address = unescape(re.search(r'href="(/leads/\?[^"]+)">Leads<', page)[1])
    assert "dealership=noord" in address
    assert "kind=active" in address


# --- States -------------------------------------------------------------------------------


def test_an_empty_period_says_so(manager):
    assert "No leads in this period yet" in words(signed_in(manager).get(PAGE))


def test_a_day_that_is_no_day_is_told_beside_it(manager):
    response = signed_in(manager).get(PAGE, {"from": "31-11-2026"})

    assert response.status_code == 422
    assert "Write the day as 2026-11-24, between 1900 and 2199." in words(response)


def test_the_part_refreshes_itself(dealership, manager):
    lead_that("reached", dealership)

    response = signed_in(manager, **{"HX-Request": "true"}).get(PAGE, {"period": "month"})

    page = response.content.decode()
    assert page.strip().startswith('<div id="figures"')
    assert 'hx-get="/cijfers/?period=month"' in page
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.django_db(transaction=True)
def test_figures_that_cannot_be_loaded_are_never_shown_as_nothing():
    dealership = create_dealership()
    client = signed_in(create_member(Role.MARKETER, dealership))
    lead_that("reached", dealership)
    with (
        closing(connections.create_connection("default")) as other,
        other.cursor() as theirs,
        connection.cursor() as ours,
    ):
        ours.execute("SET lock_timeout = '50ms'")
        theirs.execute("BEGIN; LOCK TABLE leads_round")

        response = client.get(PAGE)

        theirs.execute("ROLLBACK")
        ours.execute("RESET lock_timeout")
    assert response.status_code == 503
    assert "The figures could not be loaded" in words(response)
    assert response.context.get("tally") is None


def test_the_page_asks_as_much_for_one_salesperson_as_for_three(dealership, manager):
    client = signed_in(manager)
    asked = {}
    for people in (1, 2, 3):
        create_salesperson(dealership)
        lead_that("sold", dealership)  # goes to who got none yet
        with CaptureQueriesContext(connection) as queries:
            response = client.get(PAGE)
        assert len(response.context["board"].people) == people
        asked[people] = len(queries)

    assert asked[1] == asked[3]


def test_nothing_in_the_page_breaks_the_content_security_policy(dealership, manager):
    create_salesperson(dealership)
    for number in range(20):
        lead_that("sold", dealership, now=at(3 + number % 14, 10))

    page = signed_in(manager).get(PAGE, {"period": "13_weeks"}).content.decode()

    assert "weeks-line" in page
    assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=", page)
