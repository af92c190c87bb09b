"""What is told after a commit: each thing once, in one go, and at no risk to who changes it."""

import logging
from unittest import mock

import pytest
import redis
from django.core.signals import request_finished
from django.db import connection, transaction
from django.http import HttpResponse

from bdc.live import announcing
from bdc.live.announcing import MOST_NEWS, announce
from bdc.live.news import FIELD, STREAM, News, unpacked
from bdc.requests import RequestMiddleware

NOBODY = "unix:///nowhere/valkey.sock"


@pytest.fixture
def valkey(settings):
    with redis.Redis.from_url(settings.REDIS_URL, decode_responses=True) as client:
        yield client


@pytest.fixture
def kept(django_capture_on_commit_callbacks):
    """A transaction that is kept."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def without_valkey(settings):
    """Nobody answers where Valkey should be."""
    working, settings.REDIS_URL = settings.REDIS_URL, NOBODY
    announcing._valkey.cache_clear()

    def back():
        settings.REDIS_URL = working
        announcing._valkey.cache_clear()

    yield back
    back()
    announcing._silence.until = 0.0
    announcing._silence.is_noted = False


def entries(valkey):
    return [unpacked(fields[FIELD]) for _place, fields in valkey.xrange(STREAM)]


def news(name, *topics, about=0, version=0):
    return News(name, frozenset(topics), about, version)


def test_a_transaction_tells_each_thing_once_and_all_of_it_in_one_entry(
    db, kept, valkey, django_assert_num_queries
):
    with kept(), django_assert_num_queries(0):
        announce("lead", "leads:1", "active:1", about=7, version=1)
        announce("hold", "leads:1")
        announce("lead", "active:1", "leads:1", about=7, version=3)
        announce("lead", "active:1", "leads:1", about=7, version=2)
        assert entries(valkey) == []

    assert entries(valkey) == [
        [news("lead", "leads:1", "active:1", about=7, version=3), news("hold", "leads:1")]
    ]


def test_what_is_kept_ends_with_its_time(db, kept, valkey):
    with kept():
        announce("hold", "leads:1")

    assert 3500 < valkey.ttl(STREAM) <= 3600


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_tells_nothing(valkey):
    def announce_and_fail(about):
        with transaction.atomic():
            announce("lead", "leads:1", about=about)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        announce_and_fail(1)
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            announce_and_fail(2)
        announce("lead", "leads:1", about=3)
    announce("lead", "leads:1", about=4)

    assert entries(valkey) == [
        [news("lead", "leads:1", about=3)],
        [news("lead", "leads:1", about=4)],
    ]


def test_very_much_at_once_is_told_as_that(db, kept, valkey):
    with kept():
        for about in range(1, 2 * MOST_NEWS):
            announce("lead", "leads:1", about=about)
        announce("lead", "leads:2", about=1)

    [told] = entries(valkey)
    assert len(told) == MOST_NEWS + 2
    assert told[-2:] == [news("lead", "leads:1"), news("lead", "leads:2")]


def test_without_valkey_the_change_is_kept_and_the_log_says_so_once(
    db, kept, valkey, without_valkey, caplog
):
    def tell():
        with kept():
            announce("hold", "leads:1")

    def later():
        announcing._silence.until = 0.0

    tell()
    later()
    tell()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]

    without_valkey()
    tell()  # it is left alone for a moment, so that nobody waits for it
    assert entries(valkey) == []

    later()
    tell()
    assert len(entries(valkey)) == 1


def test_what_a_request_changes_is_told_when_it_is_answered(db, rf, valkey):
    def change(_request):
        announce("lead", "leads:1", about=1)
        announce("lead", "leads:1", about=2)
        return HttpResponse("done")

    # Not within a transaction, as a request is; the fixture has one.
    with mock.patch.object(connection, "in_atomic_block", new=False):
        response = RequestMiddleware(change)(rf.get("/"))
    assert entries(valkey) == []

    response.close()  # which Django does when it has gone out
    assert entries(valkey) == [[news("lead", "leads:1", about=number)] for number in (1, 2)]


def test_what_a_request_changed_is_told_when_nobody_waits_for_its_answer(db, rf, valkey):
    def change(_request):
        announce("lead", "leads:1", about=1)
        return HttpResponse("done")

    with mock.patch.object(connection, "in_atomic_block", new=False):
        RequestMiddleware(change)(rf.get("/"))
    request_finished.send(sender=None)

    assert entries(valkey) == [[news("lead", "leads:1", about=1)]]


def test_what_is_changed_after_a_request_is_told_at_once(db, rf, valkey):
    RequestMiddleware(lambda _request: HttpResponse("done"))(rf.get("/")).close()

    with mock.patch.object(connection, "in_atomic_block", new=False):
        announce("hold", "leads:1")

    assert entries(valkey) == [[news("hold", "leads:1")]]
