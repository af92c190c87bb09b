"""What waits and what works, read anew each time that somebody asks.

Each app says in gauges.py what it measures. Every look is bounded: what is counted is counted up
to a limit, past which an alarm has long gone off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from redis import RedisError

from bdc import clock
from bdc.health import OK, broker_state, database_state
from bdc.outbox.models import Effect
from bdc.pulse import silence

MOST_COUNTED = 1000


@dataclass(frozen=True)
class Figure:
    """One figure: of which gauge, and of what."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


Look = Callable[[datetime], Iterable[Figure]]

_declared: dict[str, tuple[str, tuple[str, ...]]] = {}
_looks: list[Look] = []


def declare(name: str, words: str, *labels: str) -> None:
    """Say what the gauge `name` tells, and what its figures are of."""
    _declared[name] = (words, labels)


def look_up(look: Look) -> Look:
    """Register a function that looks at the database for figures of declared gauges."""
    _looks.append(look)
    return look


class Gauges(Collector):
    """Everything that is looked up when somebody asks."""

    def describe(self) -> Iterable[Metric]:
        return []  # so that nothing is looked up at the start

    def collect(self) -> Iterator[Metric]:
        families = {
            name: GaugeMetricFamily(name, words, labels=labels)
            for name, (words, labels) in _declared.items()
        }
        for figure in _figures():
            _, labels = _declared[figure.name]
            families[figure.name].add_metric(
                [figure.labels[label] for label in labels], figure.value
            )
        return iter(families.values())


def _figures() -> Iterator[Figure]:
    yield _build()
    yield from _silences()
    states = {"database": database_state(), "broker": broker_state()}
    for part, state in states.items():
        yield Figure("spits_up", float(state == OK), {"part": part})
    if states["database"] == OK:
        now = clock.now()
        for look in _looks:
            try:
                yield from list(look(now))
            except DatabaseError:
                continue  # it went away meanwhile; the others are told all the same


declare("spits_build_info", "Which Spits this is.", "version", "revision")
declare("spits_up", "Whether an engine answers.", "part")
declare(
    "spits_pulse_silence_seconds",
    "Since when no worker ended a task, or no timetable rang; absent when not for a day.",
    "part",
)
declare("spits_job_lapse_seconds", "Since when a job of the timetable has not ended.", "job")
declare("spits_outbox_due", f"Effects to be carried out by now, counted up to {MOST_COUNTED}.")
declare("spits_outbox_oldest_due_seconds", "For how long the oldest of them has been due.")
declare("spits_dead_letters", f"Effects that wait for a person, counted up to {MOST_COUNTED}.")


def _build() -> Figure:
    labels = {"version": settings.VERSION, "revision": settings.REVISION}
    return Figure("spits_build_info", 1, labels)


def _silences() -> Iterator[Figure]:
    for part in ("worker", "timetable"):
        try:
            lapse = silence(part)
        except RedisError:
            return
        if lapse is not None:
            yield Figure("spits_pulse_silence_seconds", lapse, {"part": part})


# For each job its last run that ended, by the index of its slots.
_LAST_ENDED = """
WITH RECURSIVE known AS (
    (SELECT job FROM bdc_jobrun ORDER BY job LIMIT 1)
    UNION ALL
    SELECT (SELECT r.job FROM bdc_jobrun r WHERE r.job > known.job ORDER BY r.job LIMIT 1)
    FROM known WHERE known.job IS NOT NULL
)
SELECT job, (
    SELECT r.finished_at FROM bdc_jobrun r WHERE r.job = known.job AND r.finished_at IS NOT NULL
    ORDER BY r.slot DESC LIMIT 1)
FROM known WHERE job IS NOT NULL
"""


@look_up
def _jobs(now: datetime) -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_ENDED)
        for job, ended_at in cursor.fetchall():
            if ended_at is not None:
                yield Figure("spits_job_lapse_seconds", seconds(now - ended_at), {"job": job})


@look_up
def _outbox(now: datetime) -> Iterator[Figure]:
    due = Effect.objects.due(now).order_by("due_at").values_list("due_at", flat=True)
    oldest_first = list(due[:MOST_COUNTED])
    lapse = seconds(now - oldest_first[0]) if oldest_first else 0.0
    yield Figure("spits_outbox_due", len(oldest_first))
    yield Figure("spits_outbox_oldest_due_seconds", lapse)
    yield Figure("spits_dead_letters", Effect.objects.for_a_person()[:MOST_COUNTED].count())


def seconds(lapse: timedelta) -> float:
    return max(lapse.total_seconds(), 0.0)
