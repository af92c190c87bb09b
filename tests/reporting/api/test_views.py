"""GET reports/map/, as contract.md has it."""

import pytest
import time_machine

from dealers.models import Role
from tests.api_client import INVALID, NO_ROLE, NOT_FOUND, ApiClient, problem
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
    create_salesperson,
    receive_passive,
)
from tests.reporting.histories import lead_that

PATH = "reports/map/"


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def dealership(db):
    return create_dealership(slug="noord")


@pytest.fixture
def seller(dealership):
    return create_salesperson(dealership, email="verkoper@noord.example")


@pytest.fixture
def as_manager(dealership):
    return ApiClient(create_member(Role.SALES_MANAGER, dealership))


def test_the_whole_answer(dealership, seller, as_manager):
    lead_that("sold", dealership, interest="used")
    lead_that("appointment", dealership)
    lead_that("reached", dealership)
    lead_that("received", dealership)
    lead_that("sold", dealership, is_pollution=True)
    receive_passive(dealership)

    response = as_manager.get(PATH)

    assert response.status_code == 200
    assert response.json() == {
        "period": {"from": "2026-11-23", "to": "2026-11-29"},
        "leads": 4,
        "pollution": 1,
        "reached": 3,
        "appointments": 2,
        "showed": 1,
        "sold": 1,
        "map": 0.5,
        "map_target": 0.36,
        "steps": [
            {"name": "reached", "count": 3, "of": 4, "share": 0.75, "target": 0.6},
            {"name": "appointment", "count": 2, "of": 3, "share": 2 / 3, "target": 0.6},
            {"name": "showed", "count": 1, "of": 2, "share": 0.5, "target": 0.6},
            {"name": "sold", "count": 1, "of": 1, "share": 1.0, "target": 0.6},
        ],
        "targets": [
            target("all", 4, 1, 0.25, 0.13, 0.52),
            target("online_new", 3, 0, 0.0, 0.13, 0.39),
            target("online_used", 1, 1, 1.0, 0.2, 0.2),
            target("phone", 0, 0, None, 0.22, 0.0),
        ],
    }


def target(name, leads, count, share, target, potential):
    return {
        "name": name,
        "gain": "sold",
        "leads": leads,
        "count": count,
        "share": share,
        "target": target,
        "potential": potential,
    }


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        pytest.param({}, 2, id="this week, active, net"),
        pytest.param({"net": "false"}, 3, id="gross"),
        pytest.param({"net": "False"}, 3, id="gross, as Python writes it"),
        pytest.param({"kind": "passive"}, 1, id="passive"),
        pytest.param({"dealership": "noord"}, 2, id="a dealership"),
        pytest.param({"salesperson": "verkoper@noord.example"}, 2, id="a salesperson"),
        pytest.param({"queue": "passive", "kind": "passive"}, 1, id="a queue"),
        pytest.param({"campaign": "apk"}, 1, id="a campaign"),
        pytest.param({"from": "2026-11-02", "to": "2026-11-02"}, 1, id="a day"),
        pytest.param({"from": "2026-11-02"}, 3, id="up to today"),
        pytest.param({"to": "2026-11-08"}, 1, id="from the Monday before"),
        pytest.param({"from": "2026-11-02", "to": "2026-11-30", "by": "event"}, 3, id="events"),
        pytest.param({"from": "1900-01-01", "to": "2199-12-31"}, 3, id="all time"),
        pytest.param({"dealership": "", "kind": "", "from": "", "net": ""}, 2, id="left empty"),
    ],
)
def test_every_part_of_the_question_narrows_it(dealership, seller, as_manager, asked, leads):
    campaign = create_campaign(dealership, slug="apk")
    lead_that("appointment", dealership, campaign=campaign)
    lead_that("received", dealership)
    lead_that("received", dealership, is_pollution=True)
    lead_that("received", dealership, now=at(2, 10))
    receive_passive(dealership)

    assert as_manager.get(PATH, **asked).json()["leads"] == leads


def test_without_leads_there_is_no_map(as_manager):
    answer = as_manager.get(PATH).json()

    assert (answer["leads"], answer["map"]) == (0, None)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "vandaag"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-11-24", "to": "2026-11-23"}, "to"),
        ({"kind": "lukewarm"}, "kind"),
        ({"by": "feeling"}, "by"),
        ({"net": "maybe"}, "net"),
        ({"queue": "salesperson"}, "queue"),
        ({"dealership": "no\x00ord"}, "dealership"),
    ],
)
def test_what_is_malformed_is_named(as_manager, asked, field):
    response = as_manager.get(PATH, **asked)

    body = response.json()
    assert response.status_code == 400
    assert (body["code"], body["detail"]) == ("invalid", INVALID)
    assert [error["field"] for error in body["errors"]] == [field]


def test_a_word_of_a_list_is_mended_by_the_list(as_manager):
    assert as_manager.get(PATH, kind="lukewarm").json() == problem(
        400,
        "Bad Request",
        "invalid",
        INVALID,
        ("kind", "invalid_choice", "Choose one of: active, passive."),
    )


@pytest.mark.parametrize("name", ["dealership", "salesperson", "campaign"])
def test_what_the_user_may_not_see_is_not_there(as_manager, name):
    elsewhere = create_dealership(slug="zuid")
    create_salesperson(elsewhere, email="zuid")
    create_campaign(elsewhere, slug="zuid")

    seen, unknown = as_manager.get(PATH, **{name: "zuid"}), as_manager.get(PATH, **{name: "nul"})

    assert seen.status_code == 404
    assert seen.json() == unknown.json()
    assert seen.json()["detail"] == NOT_FOUND["detail"]


def test_leads_of_another_group_never_count(dealership, as_manager):
    stranger = ApiClient(create_member(Role.SALES_MANAGER, create_dealership()))
    lead_that("sold", dealership)

    assert as_manager.get(PATH).json()["leads"] == 1
    assert stranger.get(PATH).json()["leads"] == 0


def test_a_salesperson_gets_himself(dealership, seller):
    lead_that("appointment", dealership)
    create_salesperson(dealership, email="collega@noord.example")
    lead_that("received", dealership)
    client = ApiClient(seller)

    assert client.get(PATH).json()["leads"] == 1
    assert client.get(PATH, salesperson="verkoper@noord.example").json()["leads"] == 1
    assert client.get(PATH, salesperson="collega@noord.example").status_code == 404
    assert client.get(PATH, queue="inbound").status_code == 403


def test_agents_and_receptionists_may_not(dealership):
    for user in (create_agent(dealership), create_member(Role.RECEPTIONIST, dealership)):
        response = ApiClient(user).get(PATH, kind="lukewarm")

        assert response.status_code == 403
        assert response.json()["code"] == NO_ROLE["code"]


def test_without_a_token_nobody_gets_figures(db):
    assert ApiClient().get(PATH).status_code == 401
