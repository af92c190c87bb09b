"""Effects leave with their transaction, are carried out once, and never vanish."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from bdc.models import JobRun
from bdc.outbox import effects
from bdc.outbox.effects import LEASE, carry_out_due, enqueue
from bdc.outbox.models import Effect

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def letters(monkeypatch):
    """Register a kind of effect, and return the ids of those that were carried out."""
    sent = []
    monkeypatch.setitem(
        effects._handlers, "letter", lambda payload, *, now, reference: sent.append(payload)
    )
    return sent


def write_letter(key="letter to Anna", **rest):
    enqueue("letter", key=key, payload={"person": 1}, now=NOON, **rest)


@pytest.mark.django_db(transaction=True)
def test_effect_of_a_transaction_that_fails_is_never_carried_out(letters):
    @transaction.atomic
    def write_and_fail():
        write_letter()
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_and_fail()

    assert carry_out_due(NOON) == 0
    assert letters == []


@pytest.mark.django_db
def test_effect_is_carried_out_once(letters):
    write_letter()

    assert carry_out_due(NOON) == 1
    assert carry_out_due(NOON) == 0
    assert letters == [{"person": 1}]
    assert Effect.objects.get().done_at == NOON


@pytest.mark.django_db
def test_same_key_asks_for_one_effect(letters):
    write_letter()
    write_letter()
    write_letter(key="letter to Bert")

    assert carry_out_due(NOON) == 2


@pytest.mark.django_db
def test_effect_waits_until_it_is_due(letters):
    write_letter(due_at=NOON + SECOND)

    assert carry_out_due(NOON) == 0
    assert carry_out_due(NOON + SECOND) == 1


@pytest.mark.django_db
def test_no_more_than_asked_are_carried_out(letters):
    for number in range(3):
        write_letter(key=f"letter {number}")

    assert carry_out_due(NOON, limit=2) == 2
    assert carry_out_due(NOON, limit=2) == 1


@pytest.mark.django_db
def test_one_that_fails_is_tried_after_10_and_60_seconds_and_then_kept_for_a_person(monkeypatch):
    def fail(payload, *, now, reference):
        raise ConnectionError("the post office is shut")

    monkeypatch.setitem(effects._handlers, "letter", fail)
    write_letter()

    moments = [0, 9, 10, 69, 70, 71, 3600]
    tries = [second for second in moments if carry_out_due(NOON + second * SECOND)]

    assert tries == [0, 10, 70]
    letter = Effect.objects.dead().get()
    assert letter.last_error == "ConnectionError: the post office is shut"
    assert letter.done_at is None


@pytest.mark.django_db
def test_one_that_fails_does_not_keep_the_others(monkeypatch, letters):
    def fail(payload, *, now, reference):
        raise ConnectionError

    monkeypatch.setitem(effects._handlers, "parcel", fail)
    enqueue("parcel", key="first in line", payload={}, now=NOON - SECOND)
    write_letter()

    carry_out_due(NOON)

    assert letters == [{"person": 1}]


@pytest.mark.django_db
def test_what_a_failed_try_wrote_is_rolled_back(monkeypatch):
    def write_and_fail(payload, *, now, reference):
        JobRun.objects.create(job="half done", slot=now, started_at=now)
        raise ConnectionError

    monkeypatch.setitem(effects._handlers, "letter", write_and_fail)
    write_letter()

    carry_out_due(NOON)

    assert not JobRun.objects.exists()
    assert Effect.objects.get().attempts == 1


@pytest.mark.django_db
def test_kind_that_nobody_carries_out_is_kept_for_a_person():
    enqueue("pigeon", key="pigeon", payload={}, now=NOON)

    for moment in [NOON, NOON + 10 * SECOND, NOON + 70 * SECOND]:
        carry_out_due(moment)

    assert Effect.objects.dead().get().last_error == "KeyError: 'pigeon'"


@pytest.mark.django_db(transaction=True)
def test_a_try_is_counted_and_committed_before_the_work(monkeypatch):
    seen = []

    def look_from_outside(payload, *, now, reference):
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory")
        with psycopg.connect(**parameters) as outside:
            seen.extend(
                outside.execute("SELECT attempts, leased_until FROM outbox_effect").fetchall()
            )

    monkeypatch.setitem(effects._handlers, "letter", look_from_outside)
    write_letter()

    carry_out_due(NOON)

    assert seen == [(1, NOON + LEASE)]


@pytest.mark.django_db
def test_worker_that_dies_loses_its_lease_and_another_takes_over(monkeypatch, letters):
    write_letter()
    with monkeypatch.context() as patched:
        patched.setitem(effects._handlers, "letter", lambda payload, *, now, reference: exit(9))
        with pytest.raises(SystemExit):
            carry_out_due(NOON)

    assert carry_out_due(NOON + LEASE) == 0
    assert carry_out_due(NOON + LEASE + SECOND) == 1
    assert letters == [{"person": 1}]


@pytest.mark.django_db
def test_effect_that_kills_its_worker_every_time_is_given_up(monkeypatch):
    monkeypatch.setitem(effects._handlers, "letter", lambda payload, *, now, reference: exit(9))
    write_letter()

    moment = NOON
    for _ in range(3):
        with pytest.raises(SystemExit):
            carry_out_due(moment)
        moment += LEASE + SECOND

    assert carry_out_due(moment) == 0
    assert Effect.objects.dead().get().last_error == "ended without an answer, each time"


@pytest.mark.django_db(transaction=True)
def test_worker_that_was_taken_over_leaves_nothing_behind(monkeypatch):
    """The first worker hangs past its lease; the second does the work; then the first wakes."""
    started = threading.Event()
    may_go_on = threading.Event()

    def slow_then_quick(payload, *, now, reference):
        is_first = not started.is_set()
        JobRun.objects.create(job="first" if is_first else "second", slot=now, started_at=now)
        if is_first:
            started.set()
            assert may_go_on.wait(10)

    monkeypatch.setitem(effects._handlers, "letter", slow_then_quick)
    write_letter()
    first = threading.Thread(target=_in_own_connection, args=[lambda: carry_out_due(NOON)])

    first.start()
    assert started.wait(10)
    carry_out_due(NOON + LEASE + SECOND)
    may_go_on.set()
    first.join(10)

    assert [run.job for run in JobRun.objects.all()] == ["second"]
    effect = Effect.objects.get()
    assert (effect.attempts, effect.done_at, effect.last_error) == (2, NOON + LEASE + SECOND, "")


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_carry_out_each_effect_once(monkeypatch):
    sent = []
    monkeypatch.setitem(
        effects._handlers,
        "letter",
        lambda payload, *, now, reference: sent.append(payload["number"]),
    )
    for number in range(40):
        enqueue("letter", key=str(number), payload={"number": number}, now=NOON)
    workers = [
        threading.Thread(target=_in_own_connection, args=[lambda: carry_out_due(NOON)])
        for _ in range(4)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)

    assert sorted(sent) == list(range(40))
    assert not Effect.objects.open().exists()


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_effect_is_kept_all_the_same(monkeypatch, letters, caplog):
    def nobody_there(**options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(effects.tasks.relay, "apply_async", nobody_there)

    write_letter()

    assert "No broker to ring" in caplog.text
    assert carry_out_due(NOON) == 1


@pytest.mark.django_db(transaction=True)
def test_doorbell_rings_after_the_commit_and_not_before(monkeypatch, letters):
    rings = []
    monkeypatch.setattr(effects.tasks.relay, "apply_async", lambda **options: rings.append(1))

    with transaction.atomic():
        write_letter()
        assert rings == []

    assert rings == [1]


@pytest.mark.django_db(transaction=True)
def test_doorbell_rings_once_for_all_that_a_transaction_asks_for(monkeypatch, letters):
    rings = []
    monkeypatch.setattr(effects.tasks.relay, "apply_async", lambda **options: rings.append(1))

    with transaction.atomic():
        with suppress(ValueError), transaction.atomic():
            write_letter("to be torn up")
            raise ValueError  # its ring goes with it, and the next letter needs one
        for name in ("Anna", "Bert"):
            write_letter(name)

    assert rings == [1]


def test_two_functions_for_one_kind_are_refused(letters):
    with pytest.raises(ValueError, match="Two functions carry out letter"):
        effects.carries_out("letter")(lambda payload, *, now, reference: None)


def _in_own_connection(work):
    try:
        work()
    finally:
        connection.close()
