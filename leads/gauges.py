"""What waits in the queues, for whoever watches over Spits: by dealership while they are few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from bdc.metrics.gauges import MOST_COUNTED, Figure, declare, look_up, seconds
from leads.domain.due import PROMISE_IS_OVERDUE
from leads.models import QUEUE_ORDER, CallBack, Hold, Lead, Queue, Status

LONG_DUE = timedelta(hours=24)
MOST_DEALERSHIPS = 25  # of which each has figures of its own
EVERYWHERE = "*"

declare(
    "spits_queue_due",
    f"Leads whose time to be called has come, counted up to {MOST_COUNTED} for each queue.",
    "dealership",
    "queue",
)
declare("spits_queue_overdue", "Of those, the ones that are due for a day.", "dealership", "queue")
declare(
    "spits_queue_oldest_due_seconds",
    "For how long the oldest of those has been due.",
    "dealership",
    "queue",
)
declare("spits_untaken", "New leads that nobody was there for, counted likewise.")
declare("spits_untaken_oldest_seconds", "Since when the oldest of them waits.")
declare("spits_call_backs_overdue", "Promises to call that are past their time, likewise.")
declare("spits_holds", "Customers that agents hold.")

# Each queue of each dealership is counted up to a limit, in an index that holds all it needs.
_DUE = """
SELECT CASE WHEN (SELECT count(*) FROM dealers_dealership) > %(most)s THEN %(everywhere)s
    ELSE d.slug END AS place, q.queue, sum(w.due), sum(w.overdue), min(w.oldest)
FROM dealers_dealership d
CROSS JOIN unnest(%(queues)s::text[]) AS q (queue)
CROSS JOIN LATERAL (
    SELECT count(*) AS due, min(n.next_call_at) AS oldest,
        count(*) FILTER (WHERE n.next_call_at <= %(long_ago)s) AS overdue
    FROM (
        SELECT l.next_call_at FROM leads_lead l
        WHERE l.dealership_id = d.id AND l.queue = q.queue AND l.next_call_at <= %(now)s
            AND l.status = 'open' AND l.has_dialable_number AND NOT l.queue = ''
        LIMIT %(limit)s
    ) n
) w
GROUP BY 1, 2
"""


@look_up
def _queues(now: datetime) -> Iterator[Figure]:
    asked: dict[str, Any] = {
        "now": now,
        "long_ago": now - LONG_DUE,
        "queues": list(QUEUE_ORDER),
        "limit": MOST_COUNTED,
        "most": MOST_DEALERSHIPS,
        "everywhere": EVERYWHERE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, asked)
        for place, queue, due, overdue, oldest in cursor.fetchall():
            labels = {"dealership": place, "queue": queue}
            lapse = seconds(now - oldest) if oldest else 0.0
            yield Figure("spits_queue_due", int(due), labels)
            yield Figure("spits_queue_overdue", int(overdue), labels)
            yield Figure("spits_queue_oldest_due_seconds", lapse, labels)


@look_up
def _untaken(now: datetime) -> Iterator[Figure]:
    waiting = Lead.objects.filter(queue=Queue.CATCH_ALL, status=Status.OPEN)
    received = list(waiting.values_list("received_at", flat=True)[:MOST_COUNTED])
    yield Figure("spits_untaken", len(received))
    lapse = seconds(now - min(received)) if received else 0.0
    yield Figure("spits_untaken_oldest_seconds", lapse)


@look_up
def _promises_and_holds(now: datetime) -> Iterator[Figure]:
    overdue = CallBack.objects.filter(done_at=None, due_at__lte=now - PROMISE_IS_OVERDUE)
    yield Figure("spits_call_backs_overdue", overdue[:MOST_COUNTED].count())
    yield Figure("spits_holds", Hold.objects.filter(until__gt=now)[:MOST_COUNTED].count())
