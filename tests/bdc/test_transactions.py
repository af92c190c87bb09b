"""The victim of a deadlock tries again; everybody else is told at once."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from bdc.models import JobRun
from bdc.transactions import TRIES, retrying_atomic

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def create_runs(*jobs):
    for job in jobs:
        JobRun.objects.create(job=job, slot=NOON, started_at=NOON)


def provoke_deadlock(wrap):
    """Let two threads lock two rows crosswise; return how often each of them tried, and errors."""
    create_runs("left", "right")
    both_hold_one = threading.Barrier(2)
    tries = {"left": 0, "right": 0}
    errors = []

    def lock_both(first, second):
        tries[first] += 1
        JobRun.objects.select_for_update().get(job=first)
        if tries[first] == 1:
            both_hold_one.wait(10)
        JobRun.objects.select_for_update().get(job=second)
        JobRun.objects.filter(job=second).update(detail={"locked_after": first})

    def work(first, second):
        try:
            wrap(lock_both)(first, second)
        except OperationalError as problem:
            errors.append(problem)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=pair) for pair in [("left", "right"), ("right", "left")]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return tries, errors


@pytest.mark.django_db(transaction=True)
def test_victim_of_a_deadlock_tries_again_and_both_succeed():
    tries, errors = provoke_deadlock(retrying_atomic)

    assert errors == []
    assert sorted(tries.values()) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_without_a_retry_that_deadlock_has_a_victim():
    _, errors = provoke_deadlock(transaction.atomic)

    assert [problem.__cause__.sqlstate for problem in errors] == ["40P01"]


def call_off(sqlstate):
    """Fail as PostgreSQL does when it calls a transaction off."""
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_it_gives_up_after_three_tries(sqlstate):
    tries = []

    @retrying_atomic
    def never_succeed():
        tries.append(1)
        call_off(sqlstate)

    with pytest.raises(OperationalError):
        never_succeed()
    assert len(tries) == TRIES == 3


@pytest.mark.django_db(transaction=True)
def test_other_errors_are_told_at_once():
    tries = []

    @retrying_atomic
    def break_a_rule():
        tries.append(1)
        create_runs("left", "left")

    with pytest.raises(IntegrityError):
        break_a_rule()
    assert tries == [1]
    assert not JobRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_only_the_outermost_begins_anew():
    tries = {"outer": 0, "inner": 0}

    @retrying_atomic
    def inner():
        tries["inner"] += 1
        if tries["inner"] == 1:
            call_off("40P01")

    @retrying_atomic
    def outer():
        tries["outer"] += 1
        inner()

    outer()

    assert tries == {"outer": 2, "inner": 2}


@pytest.mark.django_db(transaction=True)
def test_an_action_that_fails_within_another_fails_it_as_a_whole():
    @retrying_atomic
    def inner():
        create_runs("right")
        raise ZeroDivisionError

    @retrying_atomic
    def swallow():
        create_runs("left")
        try:
            inner()
        except ZeroDivisionError:
            create_runs("swallowed")

    with pytest.raises(TransactionManagementError):
        swallow()
    assert not JobRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_action_goes_on_after_a_part_that_may_fail():
    @retrying_atomic
    def inner():
        create_runs("right")
        raise ZeroDivisionError

    @retrying_atomic
    def try_it():
        create_runs("left")
        try:
            with transaction.atomic():
                inner()
        except ZeroDivisionError:
            create_runs("instead")

    try_it()

    assert sorted(JobRun.objects.values_list("job", flat=True)) == ["instead", "left"]


@pytest.mark.django_db(transaction=True)
def test_an_action_within_another_asks_for_no_savepoint(django_assert_num_queries):
    inner = retrying_atomic(lambda: create_runs("left"))

    with django_assert_num_queries(3):  # BEGIN and COMMIT among them
        retrying_atomic(inner)()


@pytest.mark.django_db
def test_it_returns_what_the_action_returns():
    assert retrying_atomic(lambda number, *, add: number + add)(2, add=3) == 5
