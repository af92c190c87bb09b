"""The up line: who stands where, who drops to the end, and a manager's override."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils.translation import override as language

from bdc.errors import NotAllowed, RuleBroken
from dealers.domain.presence import set_presence
from dealers.models import Role
from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation
from leads.domain.facts import Facts
from leads.domain.timeline import sentence
from leads.domain.up_line import overdue_counts, override_up_line, own_places, up_line_of
from leads.models import Lead, UpLineOverride
from tests.factories import (
    TUESDAY_10,
    at,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
)

MONDAY, WEDNESDAY, FRIDAY_BEFORE, SATURDAY_BEFORE = at(23, 10), at(25, 10), at(20, 10), at(21, 10)


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


def lead_of(salesperson, dealership, next_call_at):
    """An open lead of the salesperson, whose next call is planned then; nobody had a turn."""
    lead = receive(dealership, channel="walk_in", now=at(16, 10))
    Lead.objects.filter(pk=lead.pk).update(owner=salesperson, queue="", next_call_at=next_call_at)
    dealership.turns.all().delete()
    return Lead.objects.get(pk=lead.pk)


def row(dealership, manager, now=TUESDAY_10):
    return [place.person.user for place in up_line_of(dealership, by=manager, now=now)]


# --- What is overdue --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned", "now", "is_overdue"),
    [
        pytest.param(MONDAY, TUESDAY_10, True, id="on the working day before"),
        pytest.param(at(24, 9), TUESDAY_10, False, id="today: late, not overdue"),
        pytest.param(at(24, 0), TUESDAY_10, False, id="at midnight"),
        pytest.param(at(23, 23, 59), TUESDAY_10, True, id="before midnight"),
        pytest.param(FRIDAY_BEFORE, MONDAY, True, id="on Friday, seen on Monday"),
        pytest.param(SATURDAY_BEFORE, MONDAY, False, id="on Saturday, seen on Monday"),
        pytest.param(SATURDAY_BEFORE, TUESDAY_10, True, id="on Saturday, seen on Tuesday"),
        pytest.param(at(26, 10), TUESDAY_10, False, id="to come"),
        pytest.param(None, TUESDAY_10, False, id="nothing planned"),
    ],
)
def test_a_planned_call_is_overdue_after_its_working_day(dealership, sem, planned, now, is_overdue):
    lead_of(sem, dealership, planned)

    assert bool(overdue_counts(dealership, [sem.pk], now=now)) == is_overdue


@pytest.mark.parametrize(
    ("minutes", "is_overdue"), [pytest.param(14, False), pytest.param(15, True)]
)
def test_a_promise_is_overdue_after_a_quarter_of_an_hour(dealership, sem, minutes, is_overdue):
    lead = lead_of(sem, dealership, at(24, 9))
    promise = promise_call_back(lead, due_at=at(24, 11), by=sem, now=TUESDAY_10)
    now = promise.due_at + timedelta(minutes=minutes)

    assert bool(overdue_counts(dealership, [sem.pk], now=now)) == is_overdue


def test_a_promise_to_come_goes_before_an_older_plan(dealership, sem):
    lead = lead_of(sem, dealership, MONDAY)
    promise_call_back(lead, due_at=at(26, 11), by=sem, now=MONDAY)

    assert overdue_counts(dealership, [sem.pk], now=WEDNESDAY) == {}


def test_until_an_agreed_visit_nothing_is_overdue_and_then_its_outcome_is(dealership, sem):
    lead = lead_of(sem, dealership, MONDAY)
    book_appointment(lead, kind="showroom", starts_at=at(26, 10), by=sem, now=MONDAY)

    assert overdue_counts(dealership, [sem.pk], now=WEDNESDAY) == {}
    assert overdue_counts(dealership, [sem.pk], now=at(27, 10)) == {sem.pk: 1}


def test_what_waits_for_a_manager_is_nobodys_follow_up(dealership, sem):
    lead = lead_of(sem, dealership, MONDAY)
    record_conversation(lead, channel="showroom", by=sem, now=at(16, 11))
    close_lead(
        lead,
        reason="VK-04",
        facts=Facts(purchase_make="Toyota"),
        by=sem,
        now=at(16, 11),
    )

    assert overdue_counts(dealership, [sem.pk], now=TUESDAY_10) == {}


def test_follow_ups_at_another_dealership_do_not_count_here(dealership, sem):
    elsewhere = create_dealership(group=dealership.group)
    lead_of(sem, elsewhere, MONDAY)

    assert overdue_counts(dealership, [sem.pk], now=TUESDAY_10) == {}
    assert overdue_counts(elsewhere, [sem.pk], now=TUESDAY_10) == {sem.pk: 1}


def test_everybody_on_shift_is_one_query(dealership, sem, lisa, django_assert_num_queries):
    for person in (sem, lisa, lisa):
        lead_of(person, dealership, MONDAY)

    with django_assert_num_queries(1):
        counts = overdue_counts(dealership, [sem.pk, lisa.pk], now=TUESDAY_10)

    assert counts == {sem.pk: 1, lisa.pk: 2}


# --- The row ----------------------------------------------------------------------------------


def test_who_has_overdue_follow_ups_stands_at_the_end_until_they_are_made(
    dealership, manager, sem, lisa
):
    assert row(dealership, manager) == [sem, lisa]
    lead = lead_of(sem, dealership, MONDAY)
    assert row(dealership, manager) == [lisa, sem]

    record_attempt(lead, result="no_answer", by=sem, now=TUESDAY_10)

    assert row(dealership, manager) == [sem, lisa]


def test_of_those_at_the_end_who_stands_longest_is_first(dealership, manager, sem, lisa):
    for person in (lisa, sem):
        lead_of(person, dealership, MONDAY)

    assert row(dealership, manager) == [sem, lisa]


def test_a_visitor_goes_to_who_has_nothing_overdue(dealership, sem, lisa):
    lead_of(sem, dealership, MONDAY)

    visitor = receive(dealership, channel="walk_in")

    assert visitor.owner == lisa


def test_who_is_on_a_pause_or_an_internet_salesperson_stands_in_no_row(
    dealership, manager, sem, lisa
):
    create_salesperson(dealership, kind="internet")
    set_presence(sem, state="pause", now=TUESDAY_10)

    assert row(dealership, manager) == [lisa]
    assert own_places(sem, now=TUESDAY_10) == []


def test_looking_at_the_row_changes_nothing(dealership, manager, sem, lisa):
    row(dealership, manager)

    assert dealership.turns.count() == 0


def test_ones_own_place_says_how_many_stand_and_why(dealership, sem, lisa):
    lead_of(sem, dealership, MONDAY)

    (own,) = own_places(sem, now=TUESDAY_10)

    assert (own.place.position, own.count, own.place.overdue) == (2, 2, 1)
    assert own.place.is_dropped


def test_a_marketer_sees_no_up_line(dealership):
    with pytest.raises(NotAllowed):
        row(dealership, create_member(Role.MARKETER, dealership))


# --- A manager overrides ----------------------------------------------------------------------


def test_a_manager_overrides_for_the_day_and_the_timeline_says_so(dealership, manager, sem, lisa):
    lead = lead_of(sem, dealership, MONDAY)

    override_up_line(dealership, person=sem, by=manager, now=TUESDAY_10)

    assert row(dealership, manager) == [sem, lisa]
    assert row(dealership, manager, now=WEDNESDAY) == [lisa, sem]
    entry = lead.events.get(verb="up_line_overridden")
    visitor = receive(dealership, channel="walk_in")
    with language("en"):
        assert entry.by == manager
        assert "Sem stands in turn" in sentence(entry)
        routed = sentence(visitor.events.get(verb="routed_to_salesperson"))
        assert "a sales manager let overdue follow-ups pass" in routed


def test_an_override_twice_is_one(dealership, manager, sem):
    lead = lead_of(sem, dealership, MONDAY)

    for _time in range(2):
        override_up_line(dealership, person=sem, by=manager, now=TUESDAY_10)

    assert UpLineOverride.objects.count() == 1
    assert lead.events.filter(verb="up_line_overridden").count() == 1


def test_an_override_without_anything_overdue_is_refused(dealership, manager, sem):
    with pytest.raises(RuleBroken, match=r"^nothing_overdue$"):
        override_up_line(dealership, person=sem, by=manager, now=TUESDAY_10)


def test_nobody_overrides_for_himself(dealership, manager):
    lead_of(manager, dealership, MONDAY)

    with pytest.raises(RuleBroken, match=r"^own_override$"):
        override_up_line(dealership, person=manager, by=manager, now=TUESDAY_10)
    with (
        pytest.raises(DatabaseError, match="up_line_never_overridden_for_oneself"),
        transaction.atomic(),
    ):
        UpLineOverride.objects.create(
            dealership=dealership,
            salesperson=manager,
            by=manager,
            at=TUESDAY_10,
            local_date=TUESDAY_10.date(),
        )


def test_a_salesperson_overrides_nothing(dealership, sem, lisa):
    lead_of(sem, dealership, MONDAY)

    with pytest.raises(NotAllowed):
        override_up_line(dealership, person=sem, by=lisa, now=TUESDAY_10)


def test_the_database_keeps_an_override_as_it_was(dealership, manager, sem):
    lead_of(sem, dealership, MONDAY)
    override_up_line(dealership, person=sem, by=manager, now=TUESDAY_10)

    with (
        pytest.raises(DatabaseError, match="up_line_override_rows_are_only_added"),
        transaction.atomic(),
    ):
        UpLineOverride.objects.update(local_date=at(25, 10).date())
