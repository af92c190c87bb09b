"""What an agent works on: chosen by a team lead, kept to by next call, and never in the way of a
promise to a customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bdc.accounts.models import User
from bdc.errors import Malformed, NotAllowed
from bdc.prepared import fetch_prepared
from dealers.models import Membership, Role
from leads.domain import due
from leads.domain.agents_work import (
    Scope,
    assign_work,
    latest_changes_of,
    memberships_to_lead,
    scopes_of,
    within,
    works_on,
)
from leads.domain.call_backs import promise_call_back
from leads.domain.due import Search
from leads.domain.queue import next_lead, queue_ahead, upcoming
from leads.domain.sweeping import sweep
from leads.models import AssignedCampaign, Hold, Lead, QueueChange, WorkAssignment
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealership():
    dealership = create_dealership(routing="bdc_first")
    create_salesperson(dealership)
    return dealership


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


@pytest.fixture
def centre(agent):
    return agent.memberships.get().centre


@pytest.fixture
def team_lead(centre):
    return create_member(Role.TEAM_LEAD, centre)


@pytest.fixture
def campaign(dealership):
    return create_campaign(dealership)


@pytest.fixture
def works(agent, team_lead):
    """Sets what the agent works on."""

    def set_work(*, queues=(), campaigns=(), without_campaign=False, by=team_lead, now=TUESDAY_10):
        return assign_work(
            agent.memberships.get(),
            queues=queues,
            campaigns=campaigns,
            without_campaign=without_campaign,
            by=by,
            now=now,
        )

    return set_work


def anew(agent):
    """As the next request knows the agent: what one reaches is read once for each."""
    return User.objects.get(pk=agent.pk)


def given(agent, now=TUESDAY_10):
    return [lead.pk for lead in upcoming(anew(agent), now=now, count=20)]


# --- The policy and the database say the same ---------------------------------------------


CHOICES = {
    "nothing chosen": lambda one: [{}],
    "one queue": lambda one: [{"queues": {"passive"}}],
    "two queues": lambda one: [{"queues": {"passive", "inbound"}}],
    "a campaign": lambda one: [{"campaigns": {one}}],
    "a campaign, and leads without": lambda one: [{"campaigns": {one}, "without_campaign": True}],
    "leads without a campaign": lambda one: [{"without_campaign": True}],
    "a queue and a campaign": lambda one: [{"queues": {"inbound"}, "campaigns": {one}}],
    "two memberships": lambda one: [{"queues": {"inbound"}}, {"campaigns": {one}}],
    "all of it beside a part": lambda one: [{}, {"campaigns": {one}}],
    "nothing at all": lambda one: [],
}


@pytest.mark.parametrize("choice", CHOICES)
def test_the_policy_and_both_ways_of_the_database_choose_the_same_leads(dealership, agent, choice):
    one, other = create_campaign(dealership), create_campaign(dealership)
    elsewhere = create_dealership(group=dealership.group)
    for campaign in (one, other, None):
        receive(dealership, campaign=campaign)
        receive_passive(dealership, campaign=campaign)
        receive_passive(elsewhere, campaign=campaign)
    here = frozenset({dealership.pk})
    scopes = tuple(Scope(here, **asked) for asked in CHOICES[choice](one.pk))
    search = Search(agent_id=agent.pk, scopes=scopes, now=TUESDAY_10)

    by_policy = {lead.pk for lead in Lead.objects.all() if works_on(scopes, lead)}
    sql = f"SELECT l.id FROM leads_lead l WHERE {due._IS_WORKED}"

    assert {pk for (pk,) in fetch_prepared(sql, search._params())} == by_policy
    assert set(Lead.objects.filter(within(scopes)).values_list("pk", flat=True)) == by_policy
    assert sorted(search.in_order(20)) == sorted(by_policy)  # each once
    assert sum(count for queue, count in search.counts().items() if queue) == len(by_policy)
    assert {lead.pk for lead in Lead.objects.all() if is_held(search, lead)} == by_policy
    assert bool(by_policy) == (choice != "nothing at all")


def is_held(search, lead):
    """Whether the lead is held when it is the only one; the agent lets go at once."""
    held = search.hold_if_due(lead.pk)
    Hold.objects.all().delete()
    return held is not None


# --- Next call ------------------------------------------------------------------------------


def test_who_is_set_to_nothing_gets_everything_as_before(dealership, agent, works, campaign):
    leads = [receive_passive(dealership, campaign=campaign), receive_passive(dealership)]

    assert scopes_of(anew(agent)) == (Scope(frozenset({dealership.pk})),)
    works()

    assert set(given(agent)) == {lead.pk for lead in leads}


def test_next_call_keeps_to_the_chosen_campaigns_and_queues(dealership, agent, works, campaign):
    mine = receive_passive(dealership, campaign=campaign)
    receive_passive(dealership)
    receive(dealership, campaign=campaign)

    works(queues=["passive"], campaigns=[campaign])

    assert anew(agent).memberships.get().has_chosen_work
    assert next_lead(anew(agent), now=TUESDAY_10).lead_id == mine.pk
    assert given(agent) == []


def test_the_order_within_the_chosen_work_stays(dealership, agent, works):
    low, high = (create_campaign(dealership, priority=number) for number in (0, 5))
    passive = receive_passive(dealership, campaign=low)
    urgent = receive_passive(dealership, campaign=high)
    inbound = receive(dealership, campaign=low)
    receive_passive(dealership)

    works(campaigns=[low, high])

    assert given(agent) == [inbound.pk, urgent.pk, passive.pk]


def test_an_own_call_back_is_always_the_agents(dealership, agent, works, campaign):
    lead = receive_passive(dealership)
    promise_call_back(lead, due_at=at(24, 11), by=agent, now=TUESDAY_10)
    works(queues=["inbound"], campaigns=[campaign])

    assert given(agent) == []
    assert queue_ahead(anew(agent), now=TUESDAY_10, count=5).next_due_at == at(24, 11)
    assert next_lead(anew(agent), now=at(24, 11)).lead_id == lead.pk


def test_the_teams_call_backs_go_to_who_works_on_them_until_they_are_late(
    dealership, agent, centre, works, campaign
):
    colleague = create_member(Role.AGENT, centre)
    lead = receive_passive(dealership)
    promise_call_back(lead, due_at=at(24, 11), by=colleague, now=TUESDAY_10)
    lead.call_backs.update(owner=None)
    works(campaigns=[campaign])

    assert given(agent, at(24, 11)) == []
    assert given(colleague, at(24, 11)) == [lead.pk]
    assert given(agent, at(24, 11, 15)) == [lead.pk]


def test_a_late_call_back_of_a_colleague_falls_into_no_hole(
    dealership, agent, centre, works, campaign
):
    """Nobody else is set to its campaign; still somebody calls the customer."""
    colleague = create_member(Role.AGENT, centre)
    lead = receive_passive(dealership)
    promise_call_back(lead, due_at=at(24, 11), by=colleague, now=TUESDAY_10)
    works(campaigns=[campaign])

    sweep(at(24, 11, 15))

    assert next_lead(anew(agent), now=at(24, 11, 15)).lead_id == lead.pk


def test_mail_tasks_and_what_comes_later_are_those_of_the_own_work(
    dealership, agent, works, campaign
):
    mine = receive_passive(dealership, campaign=campaign, phones=(), emails=("bo@example.com",))
    receive_passive(dealership, phones=(), emails=("an@example.com",))
    later = receive_passive(dealership)
    Lead.objects.filter(pk=later.pk).update(next_call_at=at(24, 11))
    works(campaigns=[campaign])

    ahead = queue_ahead(anew(agent), now=TUESDAY_10, count=5)

    assert ahead.mail_tasks == [mine]
    assert ahead.next_due_at is None


def test_a_second_centre_gives_its_own_work(dealership, agent, works, campaign):
    """Set at one centre only: the other centre still gives everything at its dealerships."""
    elsewhere = create_dealership(group=dealership.group)
    Membership.objects.create(user=agent, role=Role.AGENT, centre=create_centre(elsewhere))
    receive_passive(dealership)
    there = receive_passive(elsewhere)

    assign_work_at(works, dealership, campaign)

    assert given(agent) == [there.pk]


def assign_work_at(works, dealership, campaign):
    membership = Membership.objects.get(role=Role.AGENT, centre__dealerships=dealership)
    lead = Membership.objects.get(role=Role.TEAM_LEAD, centre=membership.centre).user
    assign_work(
        membership,
        queues=[],
        campaigns=[campaign],
        without_campaign=False,
        by=lead,
        now=TUESDAY_10,
    )


# --- Who sets it, and what may be set ---------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "manager", "team lead of another centre", "narrowed"])
def test_only_a_team_lead_of_the_centre_and_all_its_dealerships_sets_it(
    dealership, agent, centre, works, who
):
    people = {
        "agent": lambda: create_member(Role.AGENT, centre),
        "manager": lambda: create_member(Role.SALES_MANAGER, dealership),
        "team lead of another centre": lambda: create_member(
            Role.TEAM_LEAD, create_centre(dealership)
        ),
        "narrowed": lambda: narrowed_team_lead(centre, dealership),
    }
    by = people[who]()

    assert not memberships_to_lead(by).filter(user=agent).exists()
    with pytest.raises(NotAllowed):
        works(queues=["passive"], by=by)


def narrowed_team_lead(centre, dealership):
    """Of one dealership, where the agent works for another one as well."""
    centre.services.create(dealership=create_dealership(group=dealership.group))
    user = create_member(Role.TEAM_LEAD, centre)
    user.memberships.get().only_dealerships.add(dealership)
    return user


def test_a_queue_that_is_not_called_from_is_refused_by_both(agent, works):
    with pytest.raises(Malformed, match="queues"):
        works(queues=["catch_all"])

    refused = pytest.raises(IntegrityError, match="work_assignment_of_queues_that_are_called_from")
    with refused, transaction.atomic():
        WorkAssignment.objects.create(membership=agent.memberships.get(), queues=["catch_all"])


def test_a_campaign_of_elsewhere_is_refused_by_both(works):
    foreign = create_campaign(create_dealership())
    with pytest.raises(Malformed, match="campaigns"):
        works(campaigns=[foreign])

    assignment = works()
    refused = pytest.raises(IntegrityError, match="campaign_assigned_where_the_centre_works")
    with refused, transaction.atomic():
        AssignedCampaign.objects.create(assignment=assignment, campaign=foreign)


def test_who_works_for_no_centre_has_no_work_to_set(dealership):
    membership = create_salesperson(dealership).memberships.get()

    refused = pytest.raises(IntegrityError, match="work_assignment_of_who_works_for_a_centre")
    with refused, transaction.atomic():
        WorkAssignment.objects.create(membership=membership)


def test_what_changes_is_kept_with_who_changed_it(agent, works, campaign, team_lead):
    works(queues=["passive"])
    works(queues=["passive"], now=TUESDAY_10 + timedelta(minutes=1))
    works(queues=["passive", "inbound"], campaigns=[campaign], now=TUESDAY_10 + timedelta(hours=1))

    changes = latest_changes_of(agent.memberships.get(), count=10)

    assert [(change.field, change.before, change.after) for change in changes] == [
        ("campaigns", "", campaign.name),
        ("queues", "passive", "inbound, passive"),
        ("queues", "", "passive"),
    ]
    assert {change.by for change in changes} == {team_lead}
    refused = pytest.raises(IntegrityError, match="queue_change_rows_are_only_added")
    with refused, transaction.atomic():
        QueueChange.objects.update(after="another")
