"""Next call in the domain, beside the same in as few statements of SQL as it takes.

Run beside a Spits that serves, with its settings; prints one line of JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from http import HTTPStatus

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
django.setup()

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bdc import clock
from bdc.accounts.models import ApiToken, User
from leads.domain.queue import next_lead
from leads.models import Hold

NOTHING = "nothing is due: measure with more LEADS"
REPETITIONS, SECONDS = 5, 2.0
RAW_CLAIM = """
    WITH best AS (
        SELECT id, dealership_id, customer_id FROM leads_lead
        WHERE dealership_id = %(place)s AND queue = 'passive' AND status = 'open'
            AND has_dialable_number AND NOT queue = '' AND next_call_at <= %(now)s
            AND NOT EXISTS (SELECT 1 FROM leads_hold h WHERE h.customer_id = leads_lead.customer_id)
        ORDER BY priority DESC, next_call_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    INSERT INTO leads_hold (lead_id, dealership_id, customer_id, agent_id, taken_at, until)
    SELECT id, dealership_id, customer_id, %(agent)s, %(now)s, %(now)s FROM best RETURNING id"""


def a_second(claim: Callable[[], bool]) -> list[float]:
    """Claims a second, of each repetition; a claim is ended outside the time that counts."""
    found = []
    for _ in range(REPETITIONS):
        count, spent = 0, 0.0
        while spent < SECONDS:
            began = time.perf_counter()
            claimed = claim()
            spent += time.perf_counter() - began
            if not claimed:
                sys.exit(NOTHING)
            count += 1
            Hold.objects.all().delete()
        found.append(count / spent)
    return found


def main() -> None:
    agent = User.objects.filter(email__startswith="agent-", email__endswith="@volume.example")[0]
    now = clock.now()

    def ours() -> bool:
        return next_lead(agent, now=now) is not None

    def raw() -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RAW_CLAIM, {"agent": agent.pk, "place": place, "now": now})
            return bool(cursor.fetchall())

    Hold.objects.all().delete()
    for _ in range(5):  # until the statements are planned
        if not ours():
            sys.exit(NOTHING)
        place = Hold.objects.get().dealership_id
        Hold.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        ours()
    Hold.objects.all().delete()
    found = {
        "ours": a_second(ours),
        "raw": a_second(raw),
        "statements": statements(asked),
        "statements_of_api": of_api(agent),
    }
    Hold.objects.all().delete()
    print(json.dumps(found))


def of_api(agent: User) -> int:
    """How many statements next call by the API asks, once everything is planned."""
    token = ApiToken.issue(agent, now=clock.now())
    client = Client(headers={"Authorization": f"Token {token}", "Host": "localhost"})
    for _ in range(2):
        Hold.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            answer = client.post("/api/v1/queue/next/", "{}", content_type="application/json")
        if answer.status_code != HTTPStatus.OK:
            sys.exit(f"next call answers {answer.status_code}")
    return statements(asked)


def statements(asked: CaptureQueriesContext) -> int:
    return sum(one["sql"] not in ("BEGIN", "COMMIT") for one in asked.captured_queries)


if __name__ == "__main__":
    main()
