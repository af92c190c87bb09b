"""The stream of one browser: who may open it, what goes over it, and when it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from asgiref.sync import SyncToAsync, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from bdc.accounts.models import User
from bdc.live.build import build
from bdc.live.news import RIGHTS, told
from bdc.live.reading import End, EntryId, Listener, Missed, Told, reader

LASTS = 600.0  # seconds; then the browser opens another one
LOOKED_AT_EVERY = 60.0  # seconds, whether this user may still hear all of it
PING_EVERY = 15.0  # seconds
BACK_AFTER = 1_000  # ms

Topics = Callable[[User], frozenset[str]]
# What compresses answers, and a proxy that buffers them, would keep events to itself.
HEADERS = {"Cache-Control": "no-store", "Content-Encoding": "identity", "X-Accel-Buffering": "no"}


@dataclass(frozen=True)
class Standing:
    """Who listens, and what this user may hear."""

    user_id: int
    topics: frozenset[str]


async def stream_of(request: HttpRequest, topics_of: Topics) -> HttpResponseBase:
    """Answer with the events for who has signed in; 401 for others.

    204, on which a browser gives up, where streams are switched off and from a server that sends
    an answer only when it is whole.
    """
    look = sync_to_async(_standing_of)
    standing = await look(request, topics_of)
    if standing is None:
        return HttpResponse(status=401)
    if not (settings.LIVE and isinstance(request, ASGIRequest)):
        return HttpResponse(status=204)

    async def still_stands() -> bool:
        try:
            return await look(request, topics_of) == standing
        except DatabaseError:
            return False
        finally:
            _let_thread_go()

    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return StreamingHttpResponse(
        _events(standing, EntryId.read(after), still_stands),
        content_type="text/event-stream",
        headers=HEADERS,
    )


def _standing_of(request: HttpRequest, topics_of: Topics) -> Standing | None:
    """Read anew who asks, from the session as it is now; no connection stays checked out.

    One of the pool is given back with the end of an answer, and this answer ends in minutes: a
    few streams would have them all.
    """
    asked = HttpRequest()
    asked.session = type(request.session)(request.session.session_key)
    try:
        user = get_user(asked)
        if not isinstance(user, User):
            return None
        request.user = user  # for the line that tells of this request
        return Standing(user.pk, topics_of(user))
    finally:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()


def _let_thread_go() -> None:
    """End the thread that Django keeps for what is not asynchronous in this request.

    It would wait until the answer ends: a thread for each browser, for nothing. Whatever comes
    next gets a new one.
    """
    request = SyncToAsync.thread_sensitive_context.get(None)
    thread = SyncToAsync.context_to_thread_executor.pop(request, None) if request else None
    if thread is not None:
        thread.shutdown(wait=False)


async def _events(
    standing: Standing, after: EntryId | None, still_stands: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    now = asyncio.get_running_loop().time
    ends_at, look_at = now() + LASTS, now() + LOOKED_AT_EVERY
    news, listener = reader(), Listener(standing.user_id, standing.topics)
    place = await news.join(listener)
    _let_thread_go()
    try:
        yield f"retry: {BACK_AFTER}\n\n" + _event("hello", {"build": build()})
        for earlier in await _since(after, place, listener):
            yield _sent(earlier, place)
        yield _event("ping", {}, place)
        while now() < ends_at and (now() < look_at or await still_stands()):
            if now() >= look_at:
                look_at = now() + LOOKED_AT_EVERY
            item = await _next(listener, min(PING_EVERY, look_at - now()))
            if isinstance(item, End):
                if item.is_crowded:
                    yield _event("crowded", {})
                return
            if isinstance(item, tuple) and any(one.name == RIGHTS for one in item[1]):
                look_at = now()
            yield _sent(item, news.position)
    finally:
        news.leave(listener)


async def _since(after: EntryId | None, place: EntryId, listener: Listener) -> list[Told | Missed]:
    """What this browser did not hear while it had no stream."""
    if after is None:
        return []
    between = await reader().told_between(after, place)
    if between is None:
        return [Missed()]
    return [(at, heard) for at, news in between if (heard := listener.heard(news))]


async def _next(listener: Listener, patience: float) -> Told | Missed | End | None:
    """What is told next, or None when nothing is for so many seconds."""
    try:
        async with asyncio.timeout(patience):
            return await listener.waiting.get()
    except TimeoutError:
        return None if listener.waiting.empty() else listener.waiting.get_nowait()


def _sent(item: Told | Missed | None, position: EntryId) -> str:
    """An event for the browser. With nothing to tell it says that the stream is alive.

    Each carries the id with which the browser comes back, also when much was told to others.
    """
    if item is None:
        return _event("ping", {}, position)
    if isinstance(item, Missed):
        return _event("missed", {}, position)
    place, news = item
    return _event("changes", told(news), place)


def _event(name: str, data: object, place: EntryId | None = None) -> str:
    number = f"id: {place}\n" if place is not None else ""
    return f"{number}event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
