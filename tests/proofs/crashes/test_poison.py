"""Effects that go wrong end as dead letters after three tries, and keep nobody else waiting."""

import os
import signal
import time
from datetime import timedelta

import pytest

from bdc import clock
from bdc.models import JobRun
from bdc.outbox.effects import LEASE, MOST_ATTEMPTS, enqueue
from bdc.outbox.models import Effect
from bdc.outbox.tasks import LONGEST, relay
from tests.proofs.crashes.worker import children_of, working
from tests.proofs.size import size
from tests.serving import is_running, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

POOL = ["-P", "prefork", "-c", "2"]  # as Spits starts it
TIME_LIMIT = 2  # seconds, so that the proof does not take minutes
KINDS = {"raises": "ConnectionError", "kills its process": "ended", "never ends": "ended"}
PATIENCE = 90.0


def ask(kind: str, number: int) -> None:
    payload = {"number": number}
    enqueue(kind, key=f"{kind} {number}", payload=payload, now=clock.now())


def let_time_pass() -> None:
    """Move every pause, and every lease of a try that must be over, into the past."""
    over = clock.now() + LEASE - timedelta(seconds=TIME_LIMIT + 2)
    Effect.objects.open().filter(leased_until__lt=over).update(leased_until=None)
    Effect.objects.open().filter(leased_until=None).update(due_at=clock.now())


def test_poison_ends_as_a_dead_letter_and_the_others_are_carried_out(tally):
    each = size(ci=1, full=10)
    tally.what = "effects that raise, kill their process or never end"
    with working(*POOL):
        for number in range(each):
            for kind in KINDS:
                ask(kind, number)
        for number in range(20):
            ask("honest", number)

        began = time.monotonic()
        while Effect.objects.open().exists():
            assert time.monotonic() - began < PATIENCE * each, "some effect never ends"
            let_time_pass()
            relay.apply_async(time_limit=TIME_LIMIT)
            time.sleep(0.5)

    dead = Effect.objects.dead()
    for kind, problem in KINDS.items():
        ended = dead.filter(kind=kind, attempts=MOST_ATTEMPTS, last_error__startswith=problem)
        tally.count(each, violations=each - ended.count())
    done = Effect.objects.filter(kind="honest").exclude(done_at=None).count()
    jobs = JobRun.objects.filter(job__startswith="honest")
    assert tally.violations == 0
    assert (done, jobs.count(), jobs.values("job").distinct().count()) == (20, 20, 20)
    assert not JobRun.objects.filter(job="half done").exists()
    assert {one.payload["number"] for one in dead} == set(range(each))


def test_an_effect_is_tried_again_within_a_minute_of_its_workers_end():
    """A lease outlasts the longest try, and ends soon enough."""
    assert timedelta(seconds=LONGEST) < LEASE <= timedelta(seconds=50)
    assert relay.time_limit == LONGEST


def test_killed_worker_leaves_no_process_not_even_a_busy_one():
    ask("never ends", 1)
    with working(*POOL) as worker:
        relay.apply_async()
        wait_until(lambda: Effect.objects.exclude(leased_until=None).exists())
        children = children_of(worker.pid)
        assert len(children) >= 2

        os.kill(worker.pid, signal.SIGKILL)

        wait_until(lambda: not any(is_running(pid) for pid in children))
