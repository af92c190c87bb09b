"""Announcing a change: collected in the transaction, told after its commit, in one go.

What a request changes is told when it has been answered: who asked waits for no telling.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import redis
from django.conf import settings
from django.core.signals import request_finished
from django.db import connection, transaction
from django.dispatch import receiver
from redis.backoff import NoBackoff
from redis.retry import Retry

from bdc.live.news import FIELD, STREAM, News, packed

logger = logging.getLogger(__name__)

KEPT = 10_000  # entries, about; a browser that comes back later than that looks at everything
KEPT_FOR = 3600  # seconds after the last entry
MOST_NEWS = 50  # of one transaction; beyond, what has the same name is told as one
PATIENCE = 0.5  # seconds
PAUSE = 5.0  # seconds without another try after Valkey did not answer

Key = tuple[str, frozenset[str], int]


class _OfRequest(threading.local):
    """What the request of this thread has to tell."""

    def __init__(self) -> None:
        self.news: list[str] = []
        self.is_under_way = False


_request = _OfRequest()


def announce(name: str, *topics: str, about: int = 0, version: int = 0) -> None:
    """Tell the open pages of `topics` that something changed, once the transaction is kept.

    Asks the database nothing, and never fails: who hears nothing looks by itself before long.
    """
    news = News(name, frozenset(topics), about, version)
    if connection.in_atomic_block:
        _announcement().add(news)
    else:
        _tell(packed([news]))


class _Announcement:
    """What one transaction has to tell, each thing once however often it changed."""

    def __init__(self) -> None:
        self.news: dict[Key, News] = {}
        self.is_told = False

    def add(self, news: News) -> None:
        key = (news.name, news.topics, news.about)
        if key not in self.news and len(self.news) >= MOST_NEWS:
            news = News(news.name, news.topics)
            key = (news.name, news.topics, 0)
        known = self.news.get(key)
        if known is None or known.version < news.version:
            self.news[key] = news

    def __call__(self) -> None:
        self.is_told = True
        _tell(packed(self.news.values()))


def _announcement() -> _Announcement:
    """That of this transaction; what is rolled back to a savepoint takes its news along."""
    for entry in connection.run_on_commit:
        asked = entry[1]
        if isinstance(asked, _Announcement) and not asked.is_told:
            return asked
    new = _Announcement()
    transaction.on_commit(new)
    return new


@cache
def _valkey() -> redis.Redis:
    """A client for all threads; after a restart of Valkey the second try is a new connection."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1),
    )


class _Silence:
    """Whether Valkey did not answer, and until when it is left alone: a page waits for nothing."""

    def __init__(self) -> None:
        self.is_noted = False
        self.until = 0.0


_silence = _Silence()


@contextmanager
def told_later() -> Iterator[None]:
    """Keep what is announced meanwhile until the request has been answered, or was broken off."""
    _tell_what_was_kept()  # of a request whose end nobody told
    _request.is_under_way = True
    try:
        yield
    finally:
        _request.is_under_way = False


@receiver(request_finished)
def _tell_what_was_kept(**_sent: object) -> None:
    """Django says so in the thread of the request, also when nobody waits for the answer."""
    kept, _request.news = _request.news, []
    tell(kept)


def _tell(entry: str) -> None:
    if _request.is_under_way:
        _request.news.append(entry)
    else:
        tell([entry])


def tell(entries: list[str]) -> None:
    """Tell the open pages, in this order."""
    if not entries or time.monotonic() < _silence.until:
        return
    try:
        with _valkey().pipeline(transaction=False) as all_of_it:
            for entry in entries:
                all_of_it.xadd(STREAM, {FIELD: entry}, maxlen=KEPT)
            all_of_it.expire(STREAM, KEPT_FOR)
            all_of_it.execute()
    except redis.RedisError as problem:
        if not _silence.is_noted:
            logger.warning("No Valkey to tell of changes, so pages look by themselves: %s", problem)
        _silence.is_noted, _silence.until = True, time.monotonic() + PAUSE
    else:
        _silence.is_noted = False
