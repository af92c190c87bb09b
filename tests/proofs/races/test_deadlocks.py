"""A deadlock or a failed serialization is tried again, and nobody hears of it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import psycopg
import pytest
import time_machine
from django.db import connection

from dealers.models import Role
from leads.models import Lead
from tests.api_client import ApiClient
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.proofs.races.at_once import at_once
from tests.proofs.size import size

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20.0  # seconds
OURS_GIVES_WAY = "SET deadlock_timeout = '{}ms'"
GIVES_WAY_AFTER = (300, 1_000, 4_000)  # longer where the machine is too busy for shorter
# In this database: other tests wait in theirs, on the same server.
WAITING_HERE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
THEIRS_DOES_NOT = "SET deadlock_timeout = '60s'"
TOMORROW = (TUESDAY_10 + timedelta(days=1)).isoformat()


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten() -> Iterator[None]:
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@contextmanager
def another_session() -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory")
    with psycopg.connect(**parameters) as session:
        session.execute(THEIRS_DOES_NOT)
        session.commit()
        yield session


def in_a_deadlock(make_lead: Callable[[], Lead], act: Callable[[Lead], int]) -> int:
    """Let `act` meet a session that locks lead and customer the other way round, and lose.

    Return its status.
    """
    for milliseconds in GIVES_WAY_AFTER:
        found = deadlocks()
        status = _crosswise(make_lead(), act, milliseconds)
        if deadlocks() > found:
            return status
    raise AssertionError("there was no deadlock")


def _crosswise(lead: Lead, act: Callable[[Lead], int], milliseconds: int) -> int:
    statuses = []

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(OURS_GIVES_WAY.format(milliseconds))
        try:
            statuses.append(act(lead))
        finally:
            connection.close()

    with another_session() as session:
        session.execute("SELECT 1 FROM leads_lead WHERE id = %s FOR UPDATE", [lead.pk])
        thread = threading.Thread(target=run)
        thread.start()
        wait_until_somebody_waits()
        session.execute("SELECT 1 FROM leads_customer WHERE id = %s FOR UPDATE", [lead.customer_id])
        session.rollback()
        thread.join(PATIENCE)
    assert not thread.is_alive()
    return statuses[0]


def wait_until_somebody_waits() -> None:
    until = time.perf_counter() + PATIENCE
    with connection.cursor() as cursor:
        while time.perf_counter() < until:
            cursor.execute(WAITING_HERE)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits for the lead")


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


ACTIONS = {
    "a call starts": ("calls/", {}, 201),
    "a result": ("attempts/", {"result": "no_answer"}, 201),
    "a conversation": ("conversations/", {"channel": "inbound"}, 201),
    "a call-back": ("callbacks/", {"due_at": TOMORROW}, 201),
    "an appointment": ("appointments/", {"kind": "showroom", "starts_at": TOMORROW}, 201),
    "a quote": ("quotes/", {}, 201),
    "a close-out": ("close/", {"reason": "BDC-04", "destination": "parts"}, 200),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_victim_of_a_deadlock_is_answered_as_if_nothing_had_been(tally, name):
    path, body, status = ACTIONS[name]
    tally.what = f"deadlock while {name} is recorded"

    for _ in range(size(ci=1, full=20)):
        answered = answer_in_a_deadlock(path, body)
        tally.count(violations=answered != status)
    assert tally.violations == 0


def answer_in_a_deadlock(path: str, body: object) -> int:
    clients = {}

    def make_lead() -> Lead:
        # A dealership each, since one salesperson has no two visits in the same hour.
        dealership = create_dealership()
        client = ApiClient(create_salesperson(dealership))
        lead = receive(dealership)
        clients[lead.pk] = client
        return lead

    return in_a_deadlock(
        make_lead, lambda lead: clients[lead.pk].post(f"leads/{lead.pk}/{path}", body).status_code
    )


def test_repeat_enquiry_that_meets_a_deadlock_is_taken_in_once(tally):
    tally.what = "deadlock while a repeat enquiry comes in"
    dealership = create_dealership()
    create_salesperson(dealership)
    client = ApiClient(create_member(Role.RECEPTIONIST, dealership))
    lead = receive(dealership)
    body = {
        "kind": "active",
        "channel": "online",
        "dealership": dealership.slug,
        "interest": lead.interest,
        "customer": {"name": "Sander de Proef", "phone": lead.customer.phones.get().number},
    }

    status = in_a_deadlock(
        lambda: lead,
        lambda _lead: (
            client.post("leads/", body, Idempotency_Key=str(time.perf_counter())).status_code
        ),
    )

    tally.count(violations=status != 201)
    assert status == 201
    assert Lead.objects.count() == 1


def test_transactions_that_cannot_be_serialized_are_tried_again(tally):
    """Under REPEATABLE READ two who change one lead at once meet 40001; nobody hears of it."""
    tally.what = "results of two calls at once, under REPEATABLE READ"
    dealership = create_dealership()
    agents = [create_agent(dealership) for _ in range(2)]
    clients = [ApiClient(agent) for agent in agents]

    def record(client: ApiClient, lead: Lead) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"
            )
        return client.post(f"leads/{lead.pk}/conversations/", {"channel": "inbound"}).status_code

    for _ in range(size(ci=5, full=200)):
        lead = receive_passive(dealership)
        answers = at_once(*[partial(record, one, lead) for one in clients])
        statuses = [answer.value for answer in answers]
        tally.count(violations=statuses != [201, 201])
        assert lead.conversations.count() == statuses.count(201)
    assert tally.violations == 0
