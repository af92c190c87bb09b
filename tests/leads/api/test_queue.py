"""The call queue over the API."""

import pytest
import time_machine

from leads.models import Hold, Release
from tests.api_client import INVALID, NOT_FOUND, ApiClient, problem
from tests.factories import at, create_agent, create_campaign, create_dealership, receive_passive

NO_HOLD = problem(409, "Conflict", "no_hold", "You hold no customer. Ask for the next call.")


@pytest.fixture
def queued(dealership):
    return receive_passive(dealership, campaign=create_campaign(dealership, slug="apk"))


def shown(client, lead):
    body = client.get(f"leads/{lead.pk}/").json()
    del body["timeline"]
    return body


def test_the_next_lead_is_held_and_comes_again_while_it_is(as_agent, queued, agent):
    response = as_agent.post("queue/next/")
    again = as_agent.post("queue/next/")

    assert response.status_code == 200
    assert response.json() == {
        **shown(as_agent, queued),
        "hold": {"until": "2026-11-24T10:15:00+01:00"},
    }
    assert again.json() == response.json()
    assert Hold.objects.get().agent == agent


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"queue": "passive", "campaign": "apk", "dealership": "noord"}, 200),
        ({"queue": "inbound"}, 204),
        ({"campaign": "other"}, 204),
        ({"queue": "", "campaign": None}, 200),
    ],
    ids=str,
)
def test_the_next_lead_is_of_the_queue_and_campaign_that_are_asked(as_agent, queued, body, status):
    response = as_agent.post("queue/next/", body)

    assert response.status_code == status
    if status == 204:
        assert response.content == b""


def test_a_dealership_that_the_centre_does_not_serve_cannot_be_asked(as_agent, queued):
    elsewhere = create_dealership()

    response = as_agent.post("queue/next/", {"dealership": elsewhere.slug})

    assert response.status_code == 404
    assert response.json()["errors"][0]["field"] == "dealership"


def test_a_hold_is_renewed(as_agent, queued):
    as_agent.post("queue/next/")

    with time_machine.travel(at(24, 10, 10), tick=False):
        response = as_agent.post("queue/renew/")

    assert response.status_code == 200
    assert response.json()["id"] == queued.pk
    assert response.json()["hold"] == {"until": "2026-11-24T10:25:00+01:00"}


@pytest.mark.parametrize(
    ("body", "reason"), [({}, "not_now"), ({"reason": "wrong_person"}, "wrong_person")]
)
def test_a_released_lead_is_not_offered_again_at_once(as_agent, queued, body, reason):
    as_agent.post("queue/next/")

    response = as_agent.post("queue/release/", body)

    assert (response.status_code, response.content) == (204, b"")
    assert Release.objects.get().reason == reason
    assert as_agent.post("queue/next/").status_code == 204


def test_a_release_has_a_reason_of_the_list(as_agent, queued):
    as_agent.post("queue/next/")

    response = as_agent.post("queue/release/", {"reason": "boring"})

    assert response.status_code == 400
    assert response.json() == problem(
        400,
        "Bad Request",
        "invalid",
        INVALID,
        ("reason", "invalid_choice", '"boring" is not a valid choice.'),
    )
    assert Hold.objects.exists()


@pytest.mark.parametrize("door", ["renew", "release"])
def test_without_a_hold_there_is_nothing_to_renew_or_release(as_agent, queued, door):
    response = as_agent.post(f"queue/{door}/")

    assert response.status_code == 409
    assert response.json() == NO_HOLD


def test_only_agents_and_team_leads_work_the_queue(as_manager, queued):
    response = as_manager.post("queue/next/")

    assert response.status_code == 403
    assert response.json() == problem(
        403,
        "Forbidden",
        "permission_denied",
        "Only BDC agents and team leads work the call queue.",
    )


def test_an_agent_of_another_centre_is_offered_nothing_and_finds_nothing(queued):
    elsewhere = ApiClient(create_agent(create_dealership()))

    assert elsewhere.post("queue/next/").status_code == 204
    assert elsewhere.get(f"leads/{queued.pk}/").json() == NOT_FOUND


def test_a_call_on_a_lead_that_a_colleague_holds_is_refused(as_agent, queued, dealership):
    as_agent.post("queue/next/")
    colleague = ApiClient(create_agent(dealership))

    response = colleague.post(f"leads/{queued.pk}/attempts/", {"result": "no_answer"})

    assert response.status_code == 409
    assert response.json()["code"] == "held_by_other"
