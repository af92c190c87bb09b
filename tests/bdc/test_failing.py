"""When the database is away a page says so, and does not blame itself."""

import pytest
from django.db import InterfaceError, OperationalError

from bdc import health
from bdc.logs import TextLine
from tests.api_client import ApiClient
from tests.factories import create_user


def raising(problem):
    def fail(*args, **kwargs):
        raise problem

    return fail


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (OperationalError("the connection is closed"), 503),
        (InterfaceError("connection already closed"), 503),
        (LookupError("a mistake of ours"), 500),
    ],
)
@pytest.mark.django_db
def test_a_page_says_that_the_database_is_away(client, monkeypatch, problem, status):
    client.raise_request_exception = False
    monkeypatch.setattr(health, "database_state", raising(problem))

    answer = client.get("/healthz", headers={"Accept-Language": "nl"})

    assert answer.status_code == status
    assert ("De database is even weg" in answer.content.decode()) == (status == 503)
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)


@pytest.mark.django_db
def test_a_failure_has_a_number_that_its_log_line_has_too(client, monkeypatch, caplog):
    caplog.handler.setFormatter(TextLine())
    client.raise_request_exception = False
    monkeypatch.setattr(health, "database_state", raising(LookupError("a mistake of ours")))

    answer = client.get("/healthz", headers={"Accept-Language": "nl"})

    number = answer["X-Request-ID"][:6]
    assert f"Noem nummer {number.upper()}." in answer.content.decode()
    assert any("ERROR" in line and f"request={number}" in line for line in caplog.text.split("\n"))


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
@pytest.mark.django_db
def test_a_program_is_told_that_the_database_is_away(monkeypatch, kind):
    client = ApiClient(create_user())
    monkeypatch.setattr("leads.models.LeadQuerySet.visible_to", raising(kind("gone")))

    answer = client.get("leads/")

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer["Retry-After"] == "1"
