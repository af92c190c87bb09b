"""POST presence/, for oneself."""

import time_machine

from dealers.models import Presence
from tests.api_client import INVALID, ApiClient, problem
from tests.factories import TUESDAY_10, create_dealership, create_salesperson


def test_presence_is_set_for_oneself(db):
    user = create_salesperson(create_dealership())

    with time_machine.travel(TUESDAY_10, tick=False):
        response = ApiClient(user).post("presence/", {"state": "pause"})

    assert response.status_code == 200
    assert response.json() == {"state": "pause", "since": "2026-11-24T10:00:00+01:00"}
    assert [(row.user, row.state) for row in Presence.objects.all()] == [(user, "pause")]


def test_a_state_that_is_none_is_refused(db):
    response = ApiClient(create_salesperson(create_dealership())).post(
        "presence/", {"state": "asleep"}
    )

    assert response.status_code == 400
    assert response.json() == problem(
        400,
        "Bad Request",
        "invalid",
        INVALID,
        ("state", "invalid_choice", '"asleep" is not a valid choice.'),
    )
    assert not Presence.objects.exists()


def test_nobody_sets_presence_without_a_token(db):
    assert ApiClient().post("presence/", {"state": "pause"}).status_code == 401
