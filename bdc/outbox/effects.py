"""Asking for an effect inside a transaction, and carrying it out after the commit."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils.translation import gettext_noop
from kombu.exceptions import OperationalError

from bdc.errors import Sentence
from bdc.outbox import tasks
from bdc.outbox.models import Effect, EffectQuerySet

logger = logging.getLogger(__name__)

# Counted from the beginning of a round, as its time limit is: while it lasts nobody else tries,
# and what a killed worker had in hand is tried again within the minute.
LEASE = timedelta(seconds=tasks.LONGEST + 5)
ROUND = 10.0  # seconds after which a round takes no further effect
RING_LASTS = 30  # seconds; the timetable rings again within a few
PAUSES = [timedelta(seconds=10), timedelta(seconds=60)]
MOST_ATTEMPTS = len(PAUSES) + 1
ENDED = gettext_noop("ended without an answer, each time")

Payload = Mapping[str, Any]


class Handler(Protocol):
    def __call__(self, payload: Payload, *, now: datetime, reference: str) -> None: ...


_handlers: dict[str, Handler] = {}
_words: dict[str, Sentence] = {}


class LeaseLost(Exception):
    """Another worker took the effect over meanwhile, so this try counts for nothing."""


def carries_out(kind: str, *, words: Sentence = "") -> Callable[[Handler], Handler]:
    """Register the function that carries out effects of `kind`, which people call `words`.

    It runs in a transaction that also marks the effect as done. What it does outside of the
    database may happen twice, when a worker dies between the two: so it looks first whether it
    still should be done, and gives the effect's `reference` along, the same each time.
    """

    def register(handler: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"Two functions carry out {kind}")
        _handlers[kind] = handler
        _words[kind] = words or kind
        return handler

    return register


def words_of(kind: str) -> Sentence:
    """What an effect of `kind` does, as people call it."""
    return _words.get(kind, kind)


def enqueue(
    kind: str,
    *,
    key: str,
    payload: Payload,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Ask for an effect, in the caller's transaction; the same `key` asks for it once only."""
    Effect.objects.bulk_create(
        [Effect(kind=kind, key=key, payload=dict(payload), created_at=now, due_at=due_at or now)],
        ignore_conflicts=True,
    )
    ring_after_commit()


def ring_after_commit() -> None:
    """Wake a worker once the transaction is kept, and once only however much it asks for."""
    if not any(asked[1] is _ring for asked in connection.run_on_commit):
        transaction.on_commit(_ring)


def carry_out_due(now: datetime, *, limit: int = 100) -> int:
    """Carry out the effects that are due, one after another; return how many were tried."""
    began = time.monotonic()
    tried = 0
    while tried < limit and time.monotonic() - began < ROUND:
        effect = _claim(now)
        if effect is None:
            break
        tried += 1
        _carry_out(effect, now)
    return tried


def _ring() -> None:
    """Wake a worker; without a broker the timetable finds the row a moment later."""
    try:
        tasks.relay.apply_async(retry=False, expires=RING_LASTS)
    except OperationalError:
        logger.warning("No broker to ring; effects wait for the timetable.", exc_info=True)


def _claim(now: datetime) -> Effect | None:
    """Take the effect that has waited longest, and commit that it is being tried."""
    with transaction.atomic(durable=True):
        while effect := _next_due(now):
            if effect.attempts < MOST_ATTEMPTS:
                effect.attempts += 1
                effect.leased_until = now + LEASE
                effect.save(update_fields=["attempts", "leased_until"])
                return effect
            _bury(effect, now, ENDED)
    return None


def _next_due(now: datetime) -> Effect | None:
    return Effect.objects.due(now).order_by("due_at").select_for_update(skip_locked=True).first()


def _carry_out(effect: Effect, now: datetime) -> None:
    try:
        with transaction.atomic(durable=True):
            _handlers[effect.kind](effect.payload, now=now, reference=effect.reference)
            if not _still_ours(effect).update(done_at=now, leased_until=None, last_error=""):
                raise LeaseLost(effect.key)
    except Exception as problem:  # any handler's, so that the others get their turn
        logger.exception("Effect %s has failed, attempt %s", effect, effect.attempts)
        _put_off(effect, now, f"{type(problem).__name__}: {problem}")


def _put_off(effect: Effect, now: datetime, error: str) -> None:
    if effect.attempts >= MOST_ATTEMPTS:
        _bury(effect, now, error)
    else:
        pause = PAUSES[effect.attempts - 1]
        _still_ours(effect).update(due_at=now + pause, leased_until=None, last_error=error)


def _bury(effect: Effect, now: datetime, error: str) -> None:
    """Give up; a person sees it and can have it tried again."""
    _still_ours(effect).update(dead_at=now, leased_until=None, last_error=error)


def _still_ours(effect: Effect) -> EffectQuerySet:
    """Return the row, unless another worker has tried it since."""
    return Effect.objects.open().filter(pk=effect.pk, attempts=effect.attempts)
