"""Each answer has the id of its request, and one line tells of it without what was asked."""

import logging

import pytest
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject

from bdc.requests import HEADER, RequestMiddleware
from tests.api_client import ApiClient
from tests.factories import create_user


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "bdc.requests")

    def facts():
        return [record.facts for record in caplog.records if record.name == "bdc.requests"]

    return facts


@pytest.mark.django_db
def test_one_line_for_a_request(client, lines):
    user = create_user()
    client.force_login(user)

    client.get("/zoeken/?q=Jansen")

    [line] = lines()
    assert line.pop("ms") >= 0
    assert line == {"method": "GET", "route": "zoeken/", "status": 200, "user": user.pk}


@pytest.mark.django_db
def test_of_an_unknown_address_nothing_is_told(client, lines):
    client.get("/Jansen/")

    assert [(line["route"], line["status"], line["user"]) for line in lines()] == [
        ("none", 404, None)
    ]


@pytest.mark.django_db
def test_who_asks_may_give_the_id(client):
    assert client.get("/healthz", headers={HEADER: "of-the-proxy-1"})[HEADER] == "of-the-proxy-1"


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "short", "Jan Jansen 1", "a" * 65, "jan@klant.example"])
def test_another_text_is_no_id(client, given):
    own_id = client.get("/healthz", headers={HEADER: given})[HEADER]

    assert len(own_id) == 32
    assert own_id != client.get("/healthz", headers={HEADER: given})[HEADER]


@pytest.mark.django_db
def test_line_of_the_api_knows_whose_token_it_was(lines):
    user = create_user()

    ApiClient(user).get("close-reasons/")

    assert [(line["route"], line["user"]) for line in lines()] == [
        ("api/v1/close-reasons/", user.pk)
    ]


def test_telling_asks_nobody_whose_request_it_is(rf, lines):
    def ask():
        raise AssertionError("this asks the database")

    def answer(request):
        request.user = SimpleLazyObject(ask)
        return HttpResponse()

    RequestMiddleware(answer)(rf.get("/"))

    assert [line["user"] for line in lines()] == [None]
