"""The stream of one browser: who gets one, what comes over it, and what was told meanwhile."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpResponse
from django.test import AsyncClient
from django.urls import path

from bdc.accounts.models import User
from bdc.live import reading, streaming
from bdc.live.announcing import announce
from bdc.live.build import build
from bdc.live.news import RIGHTS, STREAM
from bdc.live.streaming import stream_of
from tests.factories import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
PATIENCE = 5.0  # seconds


async def live(request):
    return await stream_of(request, topics_of)


def topics_of(user: User) -> frozenset[str]:
    return frozenset({"everybody", f"user:{user.pk}", *user.name.split()})


urlpatterns = [path("live/", live)]


@pytest.fixture(autouse=True)
def _switched_on(settings):
    settings.LIVE = True
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "LoginRequired" not in one]


@pytest.fixture
def valkey(settings):
    with redis.Redis.from_url(settings.REDIS_URL, decode_responses=True) as client:
        yield client


@pytest.fixture
def user():
    return create_user(name="leads:1")


@pytest.fixture
def tell(django_capture_on_commit_callbacks):
    """Announce something, in a transaction that is kept."""

    def told(*args, **numbers):
        with django_capture_on_commit_callbacks(execute=True):
            announce(*args, **numbers)

    return sync_to_async(told)


class Heard:
    """What comes over a stream, event by event."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        self.last_id = ""
        self._parts = aiter(response.streaming_content)
        self._events = []

    async def next(self) -> tuple[str, object]:
        """The next event and its data; ("end", None) when the stream is over."""
        while not self._events:
            try:
                part = (await anext(self._parts)).decode()
            except StopAsyncIteration:
                return "end", None
            self._events = [text for text in part.split("\n\n") if "event: " in text]
        lines = dict(line.split(": ", 1) for line in self._events.pop(0).split("\n"))
        self.last_id = lines.get("id", self.last_id)
        return lines["event"], json.loads(lines["data"])

    async def changes(self) -> object:
        """The next event that is more than a sign of life."""
        async with asyncio.timeout(PATIENCE):
            while (event := await self.next())[0] in ("hello", "ping"):
                pass
            return event


@asynccontextmanager
async def opened(client, query="", **headers):
    """A stream that is open and hears what is told from now on."""
    asking = AsyncClient()
    asking.cookies = client.cookies
    response = await asking.get(f"/live/{query}", headers=headers)
    assert response.status_code == 200
    heard = Heard(response)
    assert await heard.next() == ("hello", {"build": build()})
    try:
        yield heard
    finally:
        await heard._parts.aclose()


def test_who_has_not_signed_in_gets_no_stream(client):
    assert client.get("/live/").status_code == 401


def test_a_server_that_sends_whole_answers_says_that_there_is_none(client, user):
    client.force_login(user)

    assert client.get("/live/").status_code == 204


@async_to_sync
async def headers_of(client):
    async with opened(client) as heard:
        return heard.response.headers


def test_nothing_between_may_keep_the_events_to_itself(client, user):
    client.force_login(user)

    headers = headers_of(client)

    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Content-Encoding"] == "identity"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["Cache-Control"] == "no-store"


def test_a_stream_carries_what_its_user_may_hear_and_nothing_of_others(client, user, tell):
    client.force_login(user)

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            await tell("lead", "leads:2", about=1, version=10)
            await tell("call", f"user:{user.pk + 1}")
            await tell("lead", "leads:1", "leads:2", about=2, version=11)
            return await heard.changes()

    assert play() == ("changes", [["lead", 2, 11]])


def test_who_comes_back_hears_what_was_told_meanwhile(client, user, tell):
    client.force_login(user)

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            await tell("lead", "leads:1", about=1)
            assert await heard.changes() == ("changes", [["lead", 1, 0]])
        await tell("lead", "leads:2", about=2)
        await tell("lead", "leads:1", about=3)
        async with (
            opened(client, **{"Last-Event-ID": heard.last_id}) as by_itself,
            opened(client, f"?after={heard.last_id}") as by_script,
        ):
            found = [await by_itself.changes(), await by_script.changes()]
            await tell("hold", "leads:1")
            return [*found, await by_itself.changes(), await by_script.changes()]

    first, again = ("changes", [["lead", 3, 0]]), ("changes", [["hold", 0, 0]])
    assert play() == [first, first, again, again]


@pytest.mark.parametrize("forgotten", ["trimmed", "all of it", "too much"])
def test_who_comes_back_too_late_is_told_so(client, user, tell, valkey, forgotten, monkeypatch):
    client.force_login(user)
    if forgotten == "too much":
        monkeypatch.setattr(reading, "MOST_WAITING", 1)

    @async_to_sync
    async def play():
        await tell("lead", "everybody", about=1)
        async with opened(client) as heard:
            await heard.next()
        for about in (2, 3):
            await tell("lead", "everybody", about=about)
        if forgotten == "trimmed":
            valkey.xtrim(STREAM, 1, approximate=False)
        elif forgotten == "all of it":
            valkey.delete(STREAM)
        async with opened(client, f"?after={heard.last_id}") as back:
            missed = await back.changes()
            await tell("lead", "everybody", about=4)
            return [missed, await back.changes()]

    assert play() == [("missed", {}), ("changes", [["lead", 4, 0]])]


@pytest.mark.parametrize("after", ["", "nonsense", "1-", "-1", "9" * 50 + "-0"])
def test_who_never_heard_anything_begins_now(client, user, tell, after):
    client.force_login(user)

    @async_to_sync
    async def play():
        await tell("lead", "everybody", about=1)
        async with opened(client, f"?after={after}") as heard:
            await tell("lead", "everybody", about=2)
            return await heard.changes()

    assert play() == ("changes", [["lead", 2, 0]])


def test_a_sign_of_life_carries_on_the_place_to_come_back_to(client, user, tell, monkeypatch):
    client.force_login(user)
    monkeypatch.setattr(streaming, "PING_EVERY", 0.05)

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            await heard.next()
            first = heard.last_id
            await tell("lead", "leads:2")  # which this one does not hear
            for _ping in range(20):
                assert await heard.next() == ("ping", {})
                if heard.last_id != first:
                    return True
        return False

    assert play()


@pytest.mark.parametrize("gone", ["signed out", "account closed", "other rights"])
def test_a_stream_ends_when_its_user_may_not_hear_it_any_more(
    client, user, tell, monkeypatch, gone
):
    client.force_login(user)
    monkeypatch.setattr(streaming, "LOOKED_AT_EVERY", 0.05)

    def end():
        if gone == "signed out":
            client.logout()
        elif gone == "account closed":
            User.objects.update(is_active=False)
        else:
            User.objects.update(name="leads:2")

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            await sync_to_async(end)()
            return await heard.changes()

    assert play() == ("end", None)


def test_news_of_ones_rights_has_them_looked_at_at_once(client, user, tell):
    client.force_login(user)

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            await sync_to_async(User.objects.update)(is_active=False)
            await tell(RIGHTS, f"user:{user.pk}")
            return [await heard.changes(), await heard.changes()]

    assert play() == [("changes", [[RIGHTS, 0, 0]]), ("end", None)]


def test_a_stream_ends_by_itself_after_a_while(client, user, monkeypatch):
    client.force_login(user)
    monkeypatch.setattr(streaming, "LASTS", 0.0)

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            return await heard.changes()

    assert play() == ("end", None)


def test_of_too_many_streams_of_one_person_the_oldest_ends(client, user, tell, monkeypatch):
    client.force_login(user)
    monkeypatch.setattr(reading, "MOST_STREAMS", 1)

    @async_to_sync
    async def play():
        async with opened(client) as oldest, opened(client) as newest:
            await tell("lead", "leads:1", about=1)
            ends = [await oldest.changes(), await oldest.changes()]
            return [*ends, await newest.changes()]

    assert play() == [("crowded", {}), ("end", None), ("changes", [["lead", 1, 0]])]


def test_a_browser_that_lags_far_behind_looks_at_everything(client, user, tell, monkeypatch):
    client.force_login(user)
    monkeypatch.setattr(reading, "MOST_WAITING", 2)

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            for about in (1, 2, 3):
                await tell("lead", "leads:1", about=about)
            await asyncio.sleep(0.1)
            return [await heard.changes(), await heard.changes()]

    assert play() == [("missed", {}), ("changes", [["lead", 3, 0]])]


def cut_off(valkey):
    """Break the reader's connection with Valkey, as a restart does; not those of other tests."""
    ours = valkey.client_info()["db"]
    for one in valkey.client_list():
        if one["cmd"] == "xread" and int(one["db"]) == ours:
            valkey.client_kill_filter(one["id"])


def test_after_valkey_went_away_everybody_looks_at_everything(
    client, user, tell, valkey, monkeypatch, caplog
):
    client.force_login(user)
    monkeypatch.setattr(reading, "PAUSE", 0.05)

    @async_to_sync
    async def play():
        async with opened(client) as heard:
            cut_off(valkey)
            missed = await heard.changes()
            await tell("lead", "leads:1", about=1)
            return [missed, await heard.changes()]

    assert play() == [("missed", {}), ("changes", [["lead", 1, 0]])]
    warned = [record.name for record in caplog.records if record.levelname == "WARNING"]
    assert warned == ["bdc.live.reading"]


def test_without_valkey_the_stream_is_there_all_the_same(client, user, settings, monkeypatch):
    client.force_login(user)
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    monkeypatch.setattr(reading, "PAUSE", 0.05)
    monkeypatch.setattr(streaming, "PING_EVERY", 0.05)

    @async_to_sync
    async def play():
        async with opened(client, "?after=1-0") as heard:
            return [await heard.next(), await heard.next()]

    assert play()[0] == ("missed", {})
