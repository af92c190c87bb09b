"""The filters and pages of GET leads/, and GET leads/{id}/."""

import pytest

from leads.domain.objecting import record_objection
from tests.api_client import INVALID, NOT_FOUND
from tests.factories import (
    TUESDAY_10,
    at,
    create_campaign,
    create_dealership,
    receive,
    receive_passive,
)


@pytest.fixture
def active(dealership, salesperson):
    """Received on Monday, with the salesperson."""
    return receive(
        dealership,
        now=at(23, 11),
        name="Renée van 't Hooghuijs",
        phones=("06-12 34 56 78",),
        emails=("renee@example.com",),
        plate="TVL-98-N",
    )


@pytest.fixture
def passive(dealership):
    """Received on Tuesday, in the queue, of a campaign."""
    return receive_passive(
        dealership, campaign=create_campaign(dealership, slug="apk"), name="Kees Anders"
    )


@pytest.fixture
def closed(dealership, salesperson):
    lead = receive(dealership, now=at(23, 9), name="Piet Dicht")
    record_objection(lead.customer, by=None, now=TUESDAY_10)
    return lead


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["passive", "active", "closed"]),
        ({"status": "closed"}, ["closed"]),
        ({"status": ""}, ["passive", "active", "closed"]),
        ({"kind": "passive"}, ["passive"]),
        ({"queue": "passive"}, ["passive"]),
        ({"queue": "inbound"}, []),
        ({"owner": "Verkoper@noord.example"}, ["active"]),
        ({"owner": "nobody@noord.example"}, []),
        ({"dealership": "noord"}, ["passive", "active", "closed"]),
        ({"campaign": "apk"}, ["passive"]),
        ({"campaign": "none-such"}, []),
        ({"reason": "VK-08"}, ["closed"]),
        ({"reason": "BDC-08"}, []),
        ({"received_after": "2026-11-24T00:00:00+01:00"}, ["passive"]),
        ({"received_before": "2026-11-23T09:30:00Z"}, ["closed"]),
        ({"search": "hooghuijs ren"}, ["active"]),
        ({"search": "renee@example.com"}, ["active"]),
        ({"search": "tvl98n"}, ["active"]),
        ({"search": "5678"}, ["active"]),
        ({"search": "0031 6 12345678"}, ["active"]),
        ({"status": "open", "kind": "active", "search": "Anders"}, []),
    ],
    ids=str,
)
def test_the_list_is_narrowed_by(as_manager, active, passive, closed, query, found):
    names = {active.pk: "active", passive.pk: "passive", closed.pk: "closed"}

    response = as_manager.get("leads/", **query)

    assert [names[lead["id"]] for lead in response.json()["results"]] == found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"status": "half-open"}, "invalid_choice"),
        ({"kind": "hot"}, "invalid_choice"),
        ({"queue": "mine"}, "invalid_choice"),
        ({"owner": "somebody"}, "invalid"),
        ({"reason": "OTHER"}, "invalid_choice"),
        ({"received_after": "yesterday"}, "invalid"),
        ({"received_before": "2026-11-24T10:00:00"}, "offset"),
        ({"search": "x" * 201}, "max_length"),
        ({"search": "\0"}, "null_characters_not_allowed"),
        ({"cursor": "nonsense"}, "invalid"),
        ({"cursor": "bnwyMDI2LTExLTI0VDA5OjAwOjAwfDE="}, "invalid"),  # its time has no offset
        ({"page_size": "0"}, "invalid"),
        ({"page_size": "201"}, "invalid"),
        ({"page_size": "²"}, "invalid"),
    ],
    ids=str,
)
def test_a_malformed_filter_is_refused(as_manager, query, code):
    response = as_manager.get("leads/", **query)

    body = response.json()
    assert response.status_code == 400
    assert (body["code"], body["detail"]) == ("invalid", INVALID)
    assert [(error["field"], error["code"]) for error in body["errors"]] == [(*query, code)]


def test_a_dealership_that_the_user_may_not_see_is_no_filter(as_manager, db):
    elsewhere = create_dealership()

    unseen = as_manager.get("leads/", dealership=elsewhere.slug)
    absent = as_manager.get("leads/", dealership="nowhere")

    assert (unseen.status_code, absent.status_code) == (404, 404)
    assert unseen.json() == absent.json()


def test_the_pages_go_on_where_the_last_one_ended(as_manager, dealership, salesperson):
    """Also when all came in at one moment, as with an import; and back again."""
    leads = [receive(dealership).pk for _ in range(5)]
    leads.reverse()

    first = as_manager.get("leads/", page_size=2).json()
    second = _follow(as_manager, first["next"])
    receive(dealership)  # what comes in meanwhile moves nothing
    third = _follow(as_manager, second["next"])
    back = _follow(as_manager, third["previous"])
    begin = _follow(as_manager, back["previous"])

    pages = [[lead["id"] for lead in page["results"]] for page in (first, second, third)]
    assert pages == [leads[:2], leads[2:4], leads[4:]]
    assert (first["previous"], third["next"]) == (None, None)
    assert back["results"] == second["results"]
    assert begin["results"] == first["results"]
    assert begin["previous"] is not None  # the newer one


def _follow(client, link):
    assert link.startswith("http://testserver/api/v1/leads/?")
    return client.client.get(link).json()


def test_one_lead_is_shown_with_its_timeline_oldest_first(as_manager, dealership, salesperson):
    lead = receive(dealership, source="website", by=salesperson)

    response = as_manager.get(f"leads/{lead.pk}/")

    assert response.status_code == 200
    at_ten = "2026-11-24T10:00:00+01:00"
    owner = {"owner": "verkoper@noord.example", "owner_name": str(salesperson)}
    assert response.json()["timeline"] == [
        {
            "at": at_ten,
            "by": "verkoper@noord.example",
            "verb": "received",
            "text": "Received: online, from website.",
            "data": {"channel": "online", "source": "website"},
        },
        {
            "at": at_ten,
            "by": None,
            "verb": "round_began",
            "text": "Round 1 began, with 5 attempts at most.",
            "data": {"number": 1, "maximum": 5},
        },
        {
            "at": at_ten,
            "by": None,
            "verb": "routed_to_salesperson",
            "text": f"To {salesperson}: on shift, may take online leads, and got one the "
            "longest time ago.",
            "data": {**owner, "channel": "online", "why": "least_recently_served"},
        },
    ]


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000, "0"])
def test_a_number_that_no_lead_has_is_not_found(as_manager, number):
    response = as_manager.get(f"leads/{number}/")

    assert response.status_code == 404
    assert response.json() == NOT_FOUND


def test_a_stranger_and_a_salesperson_do_not_find_what_they_may_not_see(
    as_stranger, as_salesperson, as_manager, passive
):
    assert as_manager.get(f"leads/{passive.pk}/").status_code == 200
    assert as_stranger.get(f"leads/{passive.pk}/").json() == NOT_FOUND
    assert as_salesperson.get(f"leads/{passive.pk}/").json() == NOT_FOUND
