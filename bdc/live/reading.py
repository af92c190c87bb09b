"""The one reader of a web process: it hands what is announced to the streams that are open here."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio as redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bdc.live.news import FIELD, STREAM, News, unpacked
from bdc.live.stopping import when_asked_to_stop

logger = logging.getLogger(__name__)

BLOCK = 5_000  # ms that Valkey waits for news
PATIENCE = 2.0  # seconds, beyond that
PAUSE = 1.0  # seconds, about, until Valkey is tried again
AT_ONCE = 500  # entries of one reading
MOST_WAITING = 200  # entries that a browser may lag behind; beyond, it looks at everything
MOST_STREAMS = 10  # of one person: a browser has one for all its tabs


class EntryId(tuple[int, int]):
    """Where an entry stands in the stream, in the order of time."""

    @classmethod
    def read(cls, text: str) -> EntryId | None:
        """Read an id as a browser or Valkey writes it, or return None."""
        moment, _dash, number = text.partition("-")
        if not (moment.isdecimal() and number.isdecimal() and len(text) <= 40):
            return None
        return cls((int(moment), int(number)))

    def __str__(self) -> str:
        return "{}-{}".format(*self)


NEVER = EntryId((0, 0))


class Missed:
    """Something may have been told that did not arrive."""


class End:
    """The stream is over: the process stops, or this person has too many of them."""

    def __init__(self, *, is_crowded: bool = False) -> None:
        self.is_crowded = is_crowded


Told = tuple[EntryId, list[News]]


class Listener:
    """One open stream: whose it is, which topics it hears, and what waits to be sent."""

    def __init__(self, user_id: int, topics: frozenset[str]) -> None:
        self.user_id = user_id
        self.topics = topics
        self.waiting: asyncio.Queue[Told | Missed | End] = asyncio.Queue()

    def tell(self, item: Missed | End) -> None:
        self.waiting.put_nowait(item)

    def hear(self, entry: Told) -> None:
        """Take what is meant for this stream; who lags far behind is told that much instead."""
        place, news = entry
        heard = self.heard(news)
        if not heard:
            return
        if self.waiting.qsize() >= MOST_WAITING:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(Missed())
        self.waiting.put_nowait((place, heard))

    def heard(self, news: list[News]) -> list[News]:
        return [one for one in news if one.topics & self.topics]


class Reader:
    """Reads the stream of Valkey as long as its event loop runs, and survives Valkey's absence."""

    def __init__(self) -> None:
        self.position = NEVER  # of the newest entry that was handed out
        self._listeners: list[Listener] = []
        self._is_stopping = False
        self._has_begun = asyncio.Event()
        # Any: its types leave open which protocol is spoken, and what is decoded.
        self._valkey: Any = redis.Redis.from_url(
            settings.REDIS_URL,
            decode_responses=True,
            # Its own time limit loses a cancellation now and then, up to Python 3.11.
            socket_timeout=None,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._reading = asyncio.create_task(self._read_for_ever())

    async def join(self, listener: Listener) -> EntryId:
        """Tell `listener` from now on; return the entry after which it hears everything.

        The oldest of one person's many streams ends. Without Valkey the stream is there all the
        same, and is told that it missed something as soon as there is one.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE):
                await self._has_begun.wait()
        self._listeners.append(listener)
        own = [one for one in self._listeners if one.user_id == listener.user_id]
        for oldest in own[:-MOST_STREAMS]:
            self.leave(oldest)
            oldest.tell(End(is_crowded=True))
        if self._is_stopping:
            listener.tell(End())
        return self.position

    def leave(self, listener: Listener) -> None:
        with suppress(ValueError):
            self._listeners.remove(listener)

    async def told_between(self, after: EntryId, until: EntryId) -> list[Told] | None:
        """What was told since a browser heard last; None when that is not known any more."""
        if after == until:
            return []
        try:
            async with asyncio.timeout(PATIENCE):
                oldest = await self._valkey.xrange(STREAM, count=1)
                if not oldest or after < _told(*oldest[0])[0]:
                    return None
                rows = await self._valkey.xrange(STREAM, f"({after}", str(until), MOST_WAITING + 1)
        except (RedisError, OSError):
            return None
        return None if len(rows) > MOST_WAITING else [_told(*row) for row in rows]

    # --- Reading ------------------------------------------------------------------------

    async def _read_for_ever(self) -> None:
        is_cut_off = False
        try:
            with when_asked_to_stop(self._end_streams):
                while True:
                    try:
                        await self._begin(is_cut_off=is_cut_off)
                        is_cut_off = False
                        while True:
                            await self._read()
                    except (RedisError, OSError) as problem:
                        if not is_cut_off:
                            logger.warning("No Valkey to hear of changes from: %s", problem)
                        is_cut_off = True
                        await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))  # noqa: S311
        finally:
            await self._valkey.aclose()

    async def _begin(self, *, is_cut_off: bool) -> None:
        async with asyncio.timeout(PATIENCE):
            newest = await self._valkey.xrevrange(STREAM, count=1)
        self.position = _told(*newest[0])[0] if newest else NEVER
        self._has_begun.set()
        if is_cut_off:  # nobody could tell of anything meanwhile
            for listener in self._listeners:
                listener.tell(Missed())

    async def _read(self) -> None:
        places = {STREAM: str(self.position)}
        async with asyncio.timeout(PATIENCE + BLOCK / 1000):
            read = await self._valkey.xread(places, count=AT_ONCE, block=BLOCK)
        for _stream, rows in read:
            for row in rows:
                entry = _told(*row)
                for listener in self._listeners:
                    listener.hear(entry)
                self.position = entry[0]

    def _end_streams(self) -> None:
        """The process is to stop, and waits for every answer that is under way."""
        self._is_stopping = True
        for listener in self._listeners:
            listener.tell(End())


def _told(place: str, fields: dict[str, str]) -> Told:
    return EntryId.read(place) or NEVER, unpacked(fields[FIELD])


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, Reader] = WeakKeyDictionary()


def reader() -> Reader:
    """The reader of this event loop, begun when the first stream asks for it."""
    loop = asyncio.get_running_loop()
    if loop not in _readers:
        _readers[loop] = Reader()
    return _readers[loop]
