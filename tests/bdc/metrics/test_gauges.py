"""What waits and what works is told as figures, by few and bounded looks at the database."""

from datetime import timedelta

import pytest
import redis
from prometheus_client.parser import text_string_to_metric_families

from bdc import clock, pulse
from bdc.metrics import gauges
from bdc.models import JobRun
from bdc.outbox.models import Effect

HOUR = timedelta(hours=1)
QUERIES = 7


@pytest.fixture
def figures(client, db):
    def read(name):
        told = client.get("/metrics").content.decode()
        return {
            tuple(sample.labels.values()): sample.value
            for family in text_string_to_metric_families(told)
            for sample in family.samples
            if sample.name == name
        }

    return read


def effect(key, *, now, **fields):
    return Effect.objects.create(
        kind="letter", key=key, created_at=now, **{"due_at": now, **fields}
    )


def test_engines_that_answer(figures):
    assert figures("spits_up") == {("database",): 1, ("broker",): 1}


def test_database_that_is_away_is_told_and_asked_nothing(figures, monkeypatch):
    monkeypatch.setattr(gauges, "database_state", lambda: "does not answer")

    assert figures("spits_up") == {("database",): 0, ("broker",): 1}
    assert figures("spits_outbox_due") == {}
    assert figures("spits_build_info") == {("", "0.1.0"): 1}


def test_broker_that_is_away_is_told(figures, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"

    assert figures("spits_up") == {("database",): 1, ("broker",): 0}
    assert figures("spits_pulse_silence_seconds") == {}


def test_silence_of_worker_and_timetable(figures, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    pulse._worker_beats()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.set("spits:pulse:timetable", 1, ex=pulse.LASTS - 600)

    told = figures("spits_pulse_silence_seconds")

    assert 0 <= told["worker",] < 30
    assert 600 <= told["timetable",] < 630


def test_lapse_of_each_job_since_it_last_ended(figures):
    now = clock.now()
    for job, hours in {"sweep": (5, 3, 1), "tidy up": (2,)}.items():
        for ago in hours:
            ended = now - ago * HOUR
            JobRun.objects.create(job=job, slot=ended, started_at=ended, finished_at=ended)
    JobRun.objects.create(job="sweep", slot=now, started_at=now)  # begun, and not ended

    told = figures("spits_job_lapse_seconds")

    assert {job: round(lapse / 3600) for (job,), lapse in told.items()} == {
        "sweep": 1,
        "tidy up": 2,
    }


def test_outbox(figures):
    now = clock.now()
    effect("due", now=now - HOUR)
    effect("due later", now=now, due_at=now + HOUR)
    effect("done", now=now - HOUR, done_at=now)
    effect("dead", now=now - HOUR, dead_at=now)

    assert figures("spits_outbox_due") == {(): 1}
    assert 3600 <= figures("spits_outbox_oldest_due_seconds")[()] < 3700
    assert figures("spits_dead_letters") == {(): 1}


def test_empty_outbox_is_not_behind(figures):
    assert figures("spits_outbox_oldest_due_seconds") == {(): 0}


def test_few_questions_however_much_there_is(client, db, django_assert_num_queries):
    with django_assert_num_queries(QUERIES):
        client.get("/metrics")
    now = clock.now()
    for number in range(3):
        effect(str(number), now=now)
        JobRun.objects.create(job=str(number), slot=now, started_at=now, finished_at=now)
    with django_assert_num_queries(QUERIES):
        client.get("/metrics")


def test_each_count_stops_at_its_limit(figures, monkeypatch):
    monkeypatch.setattr(gauges, "MOST_COUNTED", 2)
    now = clock.now()
    for number in range(3):
        effect(str(number), now=now)

    assert figures("spits_outbox_due") == {(): 2}
