"""Announcing a change: collected in the transaction, told after its commit, in one go."""

from __future__ import annotations

import logging
import time
from functools import cache

import redis
from django.conf import settings
from django.db import connection, transaction
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


def _tell(entry: str) -> None:
    if time.monotonic() < _silence.until:
        return
    try:
        with _valkey().pipeline(transaction=False) as both:
            both.xadd(STREAM, {FIELD: entry}, maxlen=KEPT)
            both.expire(STREAM, KEPT_FOR)
            both.execute()
    except redis.RedisError as problem:
        if not _silence.is_noted:
            logger.warning("No Valkey to tell of changes, so pages look by themselves: %s", problem)
        _silence.is_noted, _silence.until = True, time.monotonic() + PAUSE
    else:
        _silence.is_noted = False
