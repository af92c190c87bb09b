"""A sales manager puts somebody at the end of the up line for a while, and gives the place back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from bdc.errors import NotAllowed, RuleBroken
from dealers.domain.presence import set_presence
from dealers.models import Membership, Role
from leads.domain.dropping import HowLong, drop_in_up_line, give_back_place
from leads.domain.up_line import up_line_of
from leads.models import UpLineDrop
from tests.factories import (
    TUESDAY_10,
    at,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
)

HALF_AN_HOUR = timedelta(minutes=30)
SECOND = timedelta(seconds=1)
BUSY = UpLineDrop.Reason.BUSY


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


@pytest.fixture
def sem(dealership):
    return create_salesperson(dealership, kind="hybrid", name="Sem")


@pytest.fixture
def lisa(dealership, sem):
    return create_salesperson(dealership, kind="showroom", name="Lisa")


def drop(dealership, person, by, *, how_long=HowLong.HALF_AN_HOUR, now=TUESDAY_10):
    return drop_in_up_line(
        dealership, person=person, how_long=how_long, reason=BUSY, by=by, now=now
    )


def row(dealership, manager, now=TUESDAY_10):
    return [place.person.user for place in up_line_of(dealership, by=manager, now=now)]


def test_who_is_dropped_stands_at_the_end_until_the_while_is_over(dealership, manager, sem, lisa):
    assert row(dealership, manager) == [sem, lisa]

    drop(dealership, sem, manager)

    assert row(dealership, manager) == [lisa, sem]
    assert row(dealership, manager, TUESDAY_10 + HALF_AN_HOUR - SECOND) == [lisa, sem]
    assert row(dealership, manager, TUESDAY_10 + HALF_AN_HOUR) == [sem, lisa]


def test_a_visitor_goes_to_who_is_first_without_who_was_dropped(dealership, manager, sem, lisa):
    drop(dealership, sem, manager)

    assert receive(dealership, channel="walk_in").owner == lisa


def test_the_place_is_given_back(dealership, manager, sem, lisa):
    drop(dealership, sem, manager)

    give_back_place(dealership, person=sem, by=manager, now=TUESDAY_10 + SECOND)

    assert row(dealership, manager, TUESDAY_10 + SECOND) == [sem, lisa]
    kept = UpLineDrop.objects.get()
    assert (kept.given_back_by, kept.reason) == (manager, BUSY)
    drop(dealership, sem, manager, now=TUESDAY_10 + SECOND)


@pytest.mark.parametrize(
    ("how_long", "now", "until"),
    [
        pytest.param(HowLong.HOUR, TUESDAY_10, at(24, 11), id="an hour"),
        pytest.param(HowLong.TWO_HOURS, TUESDAY_10, at(24, 12), id="two hours"),
        pytest.param(HowLong.TODAY, TUESDAY_10, at(25, 0), id="to the end of the local day"),
    ],
)
def test_a_while_ends_with_the_day_at_the_latest(dealership, manager, sem, how_long, now, until):
    assert drop(dealership, sem, manager, how_long=how_long, now=now).until == until


def test_nobody_is_dropped_twice_or_when_not_in_the_row(dealership, manager, sem, lisa):
    drop(dealership, sem, manager)
    set_presence(lisa, state="pause", now=TUESDAY_10)

    with pytest.raises(RuleBroken) as twice:
        drop(dealership, sem, manager)
    with pytest.raises(RuleBroken) as absent:
        drop(dealership, lisa, manager)

    assert (twice.value.code, absent.value.code) == ("already_dropped", "not_in_the_row")
    with (
        pytest.raises(DatabaseError, match="up_line_drop_one_at_a_time"),
        transaction.atomic(),
    ):
        kept(dealership, sem, by=manager, at=TUESDAY_10 + SECOND)


def test_nothing_is_given_back_that_was_not_taken(dealership, manager, sem):
    with pytest.raises(RuleBroken) as refused:
        give_back_place(dealership, person=sem, by=manager, now=TUESDAY_10)

    assert refused.value.code == "not_dropped"


def test_nobody_decides_on_the_own_place(dealership, manager, sem):
    drop(dealership, sem, manager)
    Membership.objects.create(user=sem, role=Role.SALES_MANAGER, dealership=dealership)

    with pytest.raises(RuleBroken) as refused:
        drop(dealership, sem, sem)
    with pytest.raises(RuleBroken) as given:
        give_back_place(dealership, person=sem, by=sem, now=TUESDAY_10)

    assert (refused.value.code, given.value.code) == ("own_override", "own_override")
    for change in (
        lambda: kept(dealership, sem, by=sem, at=at(25, 10)),
        lambda: UpLineDrop.objects.update(given_back_at=TUESDAY_10, given_back_by=sem),
    ):
        with (
            pytest.raises(DatabaseError, match="up_line_drop_decided_by_another"),
            transaction.atomic(),
        ):
            change()


def test_a_salesperson_drops_nobody(dealership, sem, lisa):
    with pytest.raises(NotAllowed):
        drop(dealership, sem, lisa)


def test_a_drop_is_kept_as_it_was_made(dealership, manager, sem):
    drop(dealership, sem, manager)

    for change in (
        lambda: UpLineDrop.objects.update(reason=UpLineDrop.Reason.OWN_WISH),
        lambda: UpLineDrop.objects.all().delete(),
    ):
        with (
            pytest.raises(DatabaseError, match="up_line_drop_rows_are_only_given_back"),
            transaction.atomic(),
        ):
            change()
    for fields, rule in (
        ({"until": at(26, 11)}, "up_line_drop_ends_within_a_day"),
        ({"until": at(25, 10)}, "up_line_drop_ends_within_a_day"),
        ({"given_back_at": at(25, 10, 5)}, "up_line_drop_given_back_by_somebody_in_time"),
    ):
        with pytest.raises(DatabaseError, match=rule), transaction.atomic():
            kept(dealership, sem, by=manager, at=at(25, 10), **fields)


def kept(dealership, person, *, by, at, **fields):
    """A row past every policy."""
    return UpLineDrop.objects.create(
        dealership=dealership,
        salesperson=person,
        reason=BUSY,
        by=by,
        at=at,
        **{"until": at + HALF_AN_HOUR, **fields},
    )
