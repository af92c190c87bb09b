"""/healthz answers 200 when all works, and otherwise names what does not."""

import time
from datetime import timedelta

import pytest

from bdc import clock, health
from bdc.models import JobRun

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def just_started(monkeypatch):
    monkeypatch.setattr(health, "_began", time.monotonic())


@pytest.fixture
def worker_has_had_its_time(just_started, monkeypatch):
    monkeypatch.setattr(health, "_began", time.monotonic() - 3600)


def finish_a_job(ago):
    moment = clock.now() - ago
    JobRun.objects.create(job="tidy up", slot=moment, started_at=moment, finished_at=moment)


@pytest.mark.django_db
def test_all_is_well_for_anybody_who_asks(client, worker_has_had_its_time):
    finish_a_job(ago=MINUTE)

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"web": "ok", "database": "ok", "broker": "ok", "worker": "ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_just_started_the_worker_need_not_have_ended_a_job(client):
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_worker_that_ends_no_jobs_is_named(client, worker_has_had_its_time):
    finish_a_job(ago=3 * MINUTE)

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["worker"] == "has ended no job for two minutes"


@pytest.mark.django_db
def test_broker_that_is_gone_is_named(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json() == {
        "web": "ok",
        "database": "ok",
        "broker": "does not answer",
        "worker": "ok",
    }


@pytest.mark.django_db
def test_database_that_is_gone_is_named(client, monkeypatch):
    nowhere = {"host": "127.0.0.1", "port": 1}
    monkeypatch.setattr(health.connection, "get_connection_params", lambda: nowhere)

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer"
