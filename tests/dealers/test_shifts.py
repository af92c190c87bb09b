"""Shifts and pauses: what may be told, what is kept of it, and that the database says the same."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from bdc.errors import Malformed
from dealers.domain.presence import Door, Shift, presence_problem, set_presence
from dealers.models import PauseReason, Presence, PresenceChange
from tests.factories import TUESDAY_10, at, create_user

STATES = ("available", "pause", "away")
REASONS = ("", "lunch", "no_such_reason")


@pytest.fixture
def noor(db):
    return create_user(name="Noor Bakker")


def history(user):
    rows = PresenceChange.objects.filter(user=user).order_by("pk")
    return [(row.state, row.reason, row.since, row.door) for row in rows]


def test_a_shift_is_begun_paused_and_ended_and_all_of_it_is_kept(noor):
    for minute, told in enumerate(
        [("available", ""), ("pause", "lunch"), ("available", ""), ("away", "")]
    ):
        state, reason = told
        now = at(24, 10, minute)
        set_presence(noor, state=state, reason=reason, now=now, door=Door.PAGE)
        assert Shift(noor, now).is_begun == (state != "away")
        assert Shift(noor, now).is_paused == (state == "pause")
        assert Shift(noor, now).may_take_next == (state == "available")

    assert history(noor) == [
        ("available", "", at(24, 10, 0), "page"),
        ("pause", "lunch", at(24, 10, 1), "page"),
        ("available", "", at(24, 10, 2), "page"),
        ("away", "", at(24, 10, 3), "page"),
    ]
    assert Presence.objects.get(user=noor).since == at(24, 10, 3)


def test_what_is_so_already_stays_as_it_is_until_the_next_day(noor):
    for now in (TUESDAY_10, TUESDAY_10 + timedelta(hours=3)):
        told = set_presence(noor, state="available", now=now)
        assert told.since == TUESDAY_10

    assert set_presence(noor, state="available", now=at(25, 9)).since == at(25, 9)
    assert [since for _state, _reason, since, _door in history(noor)] == [TUESDAY_10, at(25, 9)]


def test_a_shift_that_nobody_ended_is_of_its_own_day(noor):
    assert not Shift(noor, TUESDAY_10).is_begun
    assert Shift(noor, TUESDAY_10).may_take_next  # who never said anything is there

    set_presence(noor, state="available", now=TUESDAY_10)

    assert Shift(noor, at(24, 20)).is_begun
    assert not Shift(noor, at(25, 9)).is_begun


@pytest.mark.parametrize(("state", "reason", "door"), list(product(STATES, REASONS, Door.values)))
def test_policy_and_database_agree_on_what_may_be_told(noor, state, reason, door):
    problem = presence_problem(state, reason, door)

    def write():
        with transaction.atomic():
            facts = {"user": noor, "state": state, "reason": reason, "since": TUESDAY_10}
            PresenceChange.objects.create(**facts, door=door)
            Presence.objects.create(**facts)

    if problem is None:
        write()
        return
    with pytest.raises(IntegrityError):
        write()
    with pytest.raises(Malformed):
        set_presence(noor, state=state, reason=reason, now=TUESDAY_10, door=door)
    assert history(noor) == []


def test_a_program_may_pause_without_a_reason_and_a_page_may_not(noor):
    assert set_presence(noor, state="pause", now=TUESDAY_10).reason == ""
    for reason in PauseReason.values:
        assert presence_problem("pause", reason, Door.PAGE) is None

    assert presence_problem("pause", "", Door.PAGE).code == "required"


@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_history_is_not_changed_and_not_removed(noor, how):
    set_presence(noor, state="available", now=TUESDAY_10)
    rows = PresenceChange.objects.filter(user=noor)

    refused = pytest.raises(IntegrityError, match="presence_change_rows_are_only_added")
    with refused, transaction.atomic():
        rows.update(state="away") if how == "update" else rows._raw_delete("default")
