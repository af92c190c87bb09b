"""Whether Spits works, told to whoever watches it."""

import time
from datetime import timedelta

import psycopg
import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bdc import clock
from bdc.models import JobRun

OK = "ok"
LONGEST_SILENCE = timedelta(minutes=2)  # of the worker, who ends a job every half minute
_began = time.monotonic()


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all works; 503 names what does not."""
    database = database_state()
    parts = {
        "web": OK,
        "database": database,
        "broker": broker_state(),
        "worker": _worker() if database == OK else "not known without the database",
    }
    works = all(state == OK for state in parts.values())
    return JsonResponse(parts, status=200 if works else 503)


def database_state() -> str:
    """Ask with a connection of its own: those of the pool may all be waiting."""
    parameters = {**connection.get_connection_params(), "connect_timeout": 2}
    try:
        psycopg.connect(**parameters).close()
    except psycopg.Error:
        return "does not answer"
    return OK


def broker_state() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError:
        return "does not answer"
    return OK


def _worker() -> str:
    """Judge by the jobs that ended: a stalled worker would still answer a ping."""
    if time.monotonic() - _began < LONGEST_SILENCE.total_seconds():
        return OK  # it may not have had the time yet
    since = clock.now() - LONGEST_SILENCE
    try:
        if JobRun.objects.filter(finished_at__gte=since).exists():
            return OK
    except DatabaseError:
        return "not known, since the database does not answer"
    return "has ended no job for two minutes"
