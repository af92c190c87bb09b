"""The pulse of worker and timetable: what they did last, not merely that they are there.

A worker's is a task that succeeded, the timetable's a task that it handed to the broker. Each
leaves a mark among the data, for the health check of its container, and one in Valkey, where a
watcher sees the pulse of whichever of several was last.
"""

from pathlib import Path

import redis
from celery import signals
from django.conf import settings

LASTS = 24 * 60 * 60  # seconds


def feel_pulses() -> None:
    """Listen for what makes this process a worker or the timetable, and then for its pulse."""
    signals.worker_init.connect(_in_a_worker)
    signals.beat_init.connect(_in_the_timetable)


def silence(part: str) -> float | None:
    """Return for how many seconds no such process has shown a pulse; None: for a day, or never."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        left = int(client.pttl(_key(part)))
    return LASTS - left / 1000 if left >= 0 else None


def _in_a_worker(**_: object) -> None:
    signals.task_success.connect(_worker_beats)


def _in_the_timetable(**_: object) -> None:
    signals.after_task_publish.connect(_timetable_beats)


def _worker_beats(**_: object) -> None:
    _beat("worker")


def _timetable_beats(**_: object) -> None:
    _beat("timetable")


def _beat(part: str) -> None:
    mark: Path = settings.DATA_DIR / "pulse" / part
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.touch()
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            client.set(_key(part), 1, ex=LASTS)
    except redis.RedisError:
        return  # a broker that is away is told by others


def _key(part: str) -> str:
    return f"spits:pulse:{part}"
