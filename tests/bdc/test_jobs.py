"""A job runs once for a slot of time, however many timetables ring."""

from datetime import UTC, datetime, timedelta

import pytest

from bdc.celery import app
from bdc.jobs import run_job, slot_of
from bdc.models import JobRun

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "began"),
    [
        pytest.param("12:00:00", "12:00:00", id="first moment"),
        pytest.param("12:00:29", "12:00:00", id="last second"),
        pytest.param("12:00:30", "12:00:30", id="next slot"),
    ],
)
def test_slot_begins_on_the_half_minute(moment, began):
    day = "2026-11-24T{}+00:00"
    slot = slot_of(datetime.fromisoformat(day.format(moment)), every=timedelta(seconds=30))

    assert slot == datetime.fromisoformat(day.format(began))


@pytest.mark.django_db
def test_slot_is_worked_once():
    done = []

    answers = [
        run_job("sweep", slot=NOON, now=NOON, work=lambda: done.append(1) or {}) for _ in range(2)
    ]

    assert answers == [True, False]
    assert done == [1]


@pytest.mark.django_db
def test_each_job_has_its_own_slots():
    assert run_job("sweep", slot=NOON, now=NOON, work=dict)
    assert run_job("count", slot=NOON, now=NOON, work=dict)
    assert run_job("count", slot=NOON + timedelta(seconds=30), now=NOON, work=dict)


@pytest.mark.django_db
def test_run_keeps_when_it_finished_and_what_it_did():
    run_job("sweep", slot=NOON, now=NOON, work=lambda: {"leads": 3})

    run = JobRun.objects.get()
    assert run.started_at == NOON
    assert run.finished_at is not None
    assert run.detail == {"leads": 3}


@pytest.mark.django_db
def test_failed_run_is_told_and_not_finished():
    def fail():
        raise ConnectionError("no answer")

    with pytest.raises(ConnectionError):
        run_job("sweep", slot=NOON, now=NOON, work=fail)

    run = JobRun.objects.get()
    assert run.finished_at is None
    assert run.detail == {"error": "ConnectionError: no answer"}


def test_the_timetable_never_waits_behind_the_doorbells_of_the_outbox():
    route = app.amqp.router.route
    queues = {
        name: route({}, task)["queue"]
        for name, task in (
            ("sweep", "leads.tasks.sweep"),
            ("tidy", "bdc.tasks.tidy"),
            ("relay", "bdc.outbox.tasks.relay"),
        )
    }

    assert {name: (queue.name, queue.routing_key) for name, queue in queues.items()} == {
        "sweep": ("timetable", "timetable"),
        "tidy": ("timetable", "timetable"),
        "relay": ("celery", "celery"),
    }
    # A worker that names no queues takes from all of them.
    assert set(app.amqp.queues.consume_from) == {"celery", "timetable"}
