"""A session is known by its key, until it ends."""

from datetime import timedelta

import pytest
import time_machine

from bdc.accounts.sessions import SessionStore
from tests.factories import TUESDAY_10

SECOND = timedelta(seconds=1)
TWELVE_HOURS = timedelta(hours=12)


@pytest.fixture
def key(db):
    with time_machine.travel(TUESDAY_10, tick=False):
        store = SessionStore()
        store["word"] = "kept"
        store.save()
    return store.session_key


@pytest.fixture
def kept():
    def at(moment, key):
        with time_machine.travel(moment, tick=False):
            return dict(SessionStore(key).load())

    return at


@pytest.mark.parametrize("later", [timedelta(0), TWELVE_HOURS - SECOND])
def test_what_a_session_has_is_kept_until_it_ends(key, kept, later):
    assert kept(TUESDAY_10 + later, key) == {"word": "kept"}


def test_it_has_nothing_after_its_end(key, kept):
    assert kept(TUESDAY_10 + TWELVE_HOURS, key) == {}


@pytest.mark.parametrize("change", [lambda key: key[:-1], lambda key: key + "x", str.upper])
def test_another_key_has_nothing(key, change):
    store = SessionStore(change(key))

    assert store.load() == {}
    assert store.session_key is None


def test_who_has_no_key_asks_the_database_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert SessionStore(None).load() == {}
