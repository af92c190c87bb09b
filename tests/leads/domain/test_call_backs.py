"""Call-backs that wait: whose they are, who may take one over, and calling exactly that one."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest

from bdc.errors import NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.call_backs import (
    hold_for_call_back,
    overdue_call_backs,
    own_call_backs,
    promise_call_back,
    take_over_call_back,
    team_call_backs,
)
from leads.domain.holding import hold_of
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.domain.sweeping import sweep
from leads.models import CallBack, Event
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

pytestmark = pytest.mark.django_db
DUE = at(24, 11)


@contextmanager
def broken(code):
    with pytest.raises(RuleBroken, match=rf"^{code}$"):
        yield


@pytest.fixture
def dealership():
    dealership = create_dealership()
    create_salesperson(dealership)
    return dealership


@pytest.fixture
def noor(dealership):
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def colleague(dealership, noor):
    centre = noor.memberships.get().centre
    return create_member(Role.AGENT, centre, name="Ben Vos")


@pytest.fixture
def team_lead(noor):
    return create_member(Role.TEAM_LEAD, noor.memberships.get().centre, name="Tess Lam")


@pytest.fixture
def lead(dealership, noor):
    lead = receive_passive(dealership)
    promise_call_back(lead, due_at=DUE, by=noor, now=TUESDAY_10)
    return lead


def promise_of(lead):
    return CallBack.objects.get(lead=lead, done_at=None)


def test_an_agent_takes_over_what_is_the_teams_and_has_a_quarter_of_an_hour(lead, noor, colleague):
    sweep(at(24, 11, 16))
    assert promise_of(lead).owner is None

    take_over_call_back(lead, by=colleague, now=at(24, 11, 20))
    sweep(at(24, 11, 34))

    assert promise_of(lead).owner == colleague
    assert next_lead(noor, now=at(24, 11, 34)) is None
    sweep(at(24, 11, 35))
    assert promise_of(lead).owner is None
    assert next_lead(noor, now=at(24, 11, 35)).lead == lead


def test_a_taken_promise_that_nobody_swept_is_offered_after_its_quarter(lead, noor, colleague):
    sweep(at(24, 11, 16))
    take_over_call_back(lead, by=colleague, now=at(24, 11, 20))

    assert next_lead(noor, now=at(24, 11, 34)) is None
    assert next_lead(noor, now=at(24, 11, 35)).lead == lead


def test_an_agent_takes_over_a_colleagues_once_its_time_has_come(lead, colleague):
    with broken("not_owner"):
        take_over_call_back(lead, by=colleague, now=DUE - timedelta(seconds=1))

    take_over_call_back(lead, by=colleague, now=DUE)

    assert promise_of(lead).owner == colleague
    assert Event.objects.filter(lead=lead, verb="call_back_taken_over", by=colleague).count() == 1


def test_a_team_lead_takes_over_before_that_too(lead, team_lead):
    take_over_call_back(lead, by=team_lead, now=TUESDAY_10)

    assert promise_of(lead).owner == team_lead


def test_taking_over_twice_is_once(lead, colleague):
    for _time in range(2):
        take_over_call_back(lead, by=colleague, now=DUE)

    assert Event.objects.filter(lead=lead, verb="call_back_taken_over").count() == 1


def test_what_a_colleague_is_busy_with_is_not_taken_over(lead, noor, colleague):
    hold_for_call_back(lead, by=noor, now=DUE)

    with broken("held_by_other"):
        take_over_call_back(lead, by=colleague, now=DUE)


def test_what_was_made_is_not_taken_over(lead, colleague):
    CallBack.objects.update(done_at=DUE, was_kept=True)

    with broken("already_taken"):
        take_over_call_back(lead, by=colleague, now=DUE)
    with broken("already_taken"):
        hold_for_call_back(lead, by=colleague, now=DUE)


def test_a_salesperson_takes_over_on_an_own_lead_alone(dealership, lead):
    mine = receive(dealership)
    other = create_salesperson(dealership)
    promise_call_back(mine, due_at=DUE, by=mine.owner, now=TUESDAY_10)
    CallBack.objects.filter(lead=mine).update(owner=None)

    for theirs in (mine, lead):
        with broken("not_owner"):
            take_over_call_back(theirs, by=other, now=DUE)
    take_over_call_back(mine, by=mine.owner, now=DUE)

    assert promise_of(mine).owner == mine.owner


def test_a_marketer_takes_over_nothing(lead, dealership):
    with pytest.raises(NotAllowed):
        take_over_call_back(lead, by=create_member(Role.MARKETER, dealership), now=DUE)


def test_calling_now_holds_exactly_that_customer(lead, noor, dealership):
    receive_passive(dealership)  # due before it in the queue

    hold_for_call_back(lead, by=noor, now=DUE)

    assert hold_of(noor, DUE).lead == lead


def test_calling_now_keeps_to_hours_grounds_holds_and_whose_it_is(
    lead, noor, colleague, dealership
):
    with broken("outside_calling_hours"):
        hold_for_call_back(lead, by=noor, now=at(24, 21, 30))
    with broken("not_owner"):
        hold_for_call_back(lead, by=colleague, now=DUE)
    other = receive_passive(dealership)
    assert next_lead(noor, now=DUE - timedelta(minutes=5)).lead == other
    with broken("held_by_other"):
        hold_for_call_back(lead, by=noor, now=DUE)
    record_objection(lead.customer, by=colleague, now=DUE)
    with broken("already_taken"):
        hold_for_call_back(lead, by=noor, now=DUE)


def test_each_sees_the_own_ones_and_those_of_the_team_within_reach(
    lead, noor, colleague, team_lead, dealership
):
    sold = receive(dealership)
    promise_call_back(sold, due_at=DUE, by=sold.owner, now=TUESDAY_10)
    manager = create_member(Role.SALES_MANAGER, dealership)
    stranger = create_agent(create_dealership())

    def seen(user):
        return (
            [one.lead for one in own_call_backs(user)],
            [one.lead for one in team_call_backs(user)],
        )

    assert seen(noor) == ([lead], [])
    assert seen(colleague) == seen(team_lead) == ([], [lead])
    assert seen(sold.owner) == ([sold], [])
    assert seen(manager) == ([], [sold])
    assert seen(create_salesperson(dealership)) == ([], [])
    assert seen(stranger) == seen(create_member(Role.MARKETER, dealership)) == ([], [])


def test_overdue_are_the_own_ones_and_what_nobody_has(lead, noor, colleague):
    assert not overdue_call_backs(noor, now=DUE - timedelta(seconds=1)).exists()
    assert [one.lead for one in overdue_call_backs(noor, now=DUE)] == [lead]
    assert not overdue_call_backs(colleague, now=DUE).exists()

    sweep(at(24, 11, 15))

    assert [one.lead for one in overdue_call_backs(colleague, now=at(24, 11, 15))] == [lead]
