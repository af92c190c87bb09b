"""POST leads/ with an Idempotency-Key: one lead, and the first answer again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection

from bdc.models import IdempotentAnswer
from dealers.models import Role
from leads.models import Lead, RawInput
from tests.api_client import INVALID, ApiClient, problem
from tests.factories import TUESDAY_10, create_dealership, create_member

FORM = {
    "kind": "active",
    "channel": "online",
    "dealership": "noord",
    "customer": {"name": "Sander de Boer", "phone": "0612345678"},
}


@pytest.fixture
def user(db):
    return create_member(Role.MARKETER, create_dealership(slug="noord"))


@pytest.fixture
def client(user):
    return ApiClient(user)


def test_the_same_key_and_body_give_the_first_answer_again(client):
    first = client.post("leads/", FORM, idempotency_key="a")

    again = client.post("leads/", FORM, idempotency_key="a")

    assert (first.status_code, again.status_code) == (201, 201)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json() == first.json()
    assert (Lead.objects.count(), RawInput.objects.count()) == (1, 1)


def test_without_a_key_a_second_request_is_a_second_enquiry(client):
    client.post("leads/", FORM)
    client.post("leads/", FORM)

    assert RawInput.objects.count() == 2
    assert not IdempotentAnswer.objects.exists()


def test_the_same_key_for_another_body_is_a_conflict(client):
    client.post("leads/", FORM, idempotency_key="a")

    response = client.post("leads/", {**FORM, "interest": "used"}, idempotency_key="a")

    assert response.status_code == 409
    assert response.json() == problem(
        409,
        "Conflict",
        "idempotency_conflict",
        "This Idempotency-Key was used for another body. Use a new key.",
    )
    assert Lead.objects.count() == 1


def test_a_key_belongs_to_one_token(client, user):
    client.post("leads/", FORM, idempotency_key="a")

    response = ApiClient(user).post("leads/", {**FORM, "interest": "used"}, idempotency_key="a")

    assert response.status_code == 201
    assert Lead.objects.count() == 2


def test_a_request_that_failed_leaves_its_key_free(client):
    refused = client.post("leads/", {**FORM, "line": 9}, idempotency_key="a")
    unseen = client.post("leads/", {**FORM, "dealership": "nowhere"}, idempotency_key="a")

    response = client.post("leads/", FORM, idempotency_key="a")

    assert (refused.status_code, unseen.status_code) == (400, 404)
    assert response.status_code == 201
    assert "Idempotent-Replay" not in response.headers


@pytest.mark.parametrize(
    ("hours", "status", "leads"),
    [pytest.param(23, 409, 1, id="within a day"), pytest.param(25, 201, 2, id="after a day")],
)
def test_a_key_is_kept_for_a_day(client, hours, status, leads):
    with time_machine.travel(TUESDAY_10):
        client.post("leads/", FORM, idempotency_key="a")

    with time_machine.travel(TUESDAY_10 + timedelta(hours=hours)):
        response = client.post("leads/", {**FORM, "interest": "used"}, idempotency_key="a")

    assert (response.status_code, Lead.objects.count()) == (status, leads)


@pytest.mark.parametrize(
    ("key", "status"),
    [
        pytest.param("k", 201, id="one character"),
        pytest.param("k" * 200, 201, id="the longest"),
        pytest.param("Ω" * 200, 201, id="letters of two bytes"),
        pytest.param("a/b c;d", 201, id="any characters"),
        pytest.param("", 400, id="empty"),
        pytest.param("k" * 201, 400, id="too long"),
    ],
)
def test_a_key_has_1_to_200_characters(client, key, status):
    # A server hands the bytes of a header over as Latin-1.
    header = key.encode().decode("latin-1")

    response = client.post("leads/", FORM, idempotency_key=header)

    assert response.status_code == status
    if status == 400:
        wrong = "The header Idempotency-Key has 1 to 200 characters."
        assert response.json() == problem(
            400, "Bad Request", "invalid", INVALID, ("Idempotency-Key", "invalid", wrong)
        )


@pytest.mark.django_db(transaction=True)
def test_a_parallel_request_waits_for_the_first_and_gets_its_answer():
    user = create_member(Role.MARKETER, create_dealership(slug="noord"))
    client, all_at_once = ApiClient(user), Barrier(4)

    def post(_number):
        try:
            all_at_once.wait()
            return client.post("leads/", FORM, idempotency_key="a")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(post, range(4)))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted("Idempotent-Replay" in answer.headers for answer in answers) == [
        False,
        True,
        True,
        True,
    ]
    assert RawInput.objects.count() == 1
