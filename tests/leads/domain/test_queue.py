"""Next call: what an agent is given, in which order, and what nobody is given."""

from datetime import timedelta

import pytest

from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.models import Membership
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, start_call
from leads.domain.facts import Facts
from leads.domain.holding import release_hold, renew_hold
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead, upcoming
from leads.models import Hold, Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


def worked(agent, now=TUESDAY_10, **filters) -> list[int]:
    """The leads that the agent is given one after another, each ended with no answer."""
    given = []
    while (hold := next_lead(agent, now=now, **filters)) is not None:
        given.append(hold.lead_id)
        record_attempt(hold.lead, result="no_answer", by=agent, now=now)
    return given


def test_nothing_due_gives_nothing(agent):
    assert next_lead(agent, now=TUESDAY_10) is None


def test_queues_come_in_their_order(dealership, agent):
    dealership.routing = "bdc_first"
    dealership.save()
    passive = receive_passive(dealership)
    inbound = receive(dealership)
    promised = receive_passive(dealership)
    promise_call_back(promised, due_at=at(24, 9, 55), by=agent, now=at(24, 9))

    assert worked(agent) == [promised.pk, inbound.pk, passive.pk]


def test_a_campaign_of_higher_priority_goes_first(dealership, agent):
    low = create_campaign(dealership, priority=0)
    high = create_campaign(dealership, priority=5)
    first, second = (
        receive_passive(dealership, campaign=low),
        receive_passive(dealership, campaign=high),
    )

    assert worked(agent) == [second.pk, first.pk]


def test_called_again_while_holding_gives_the_same_lead(dealership, agent):
    receive_passive(dealership)
    receive_passive(dealership)

    first = next_lead(agent, now=TUESDAY_10)
    again = next_lead(agent, now=TUESDAY_10 + timedelta(minutes=1))

    assert first.pk == again.pk


def test_two_agents_never_meet_on_a_customer(dealership, agent):
    colleague = create_agent(dealership)
    create_salesperson(dealership)
    receive_passive(dealership, phones=("06-12345001",), interest="new")
    receive_passive(dealership, phones=("06-12345001",), interest="service")

    first = next_lead(agent, now=TUESDAY_10)
    second = next_lead(colleague, now=TUESDAY_10)

    assert (first is not None, second) == (True, None)


def test_a_lapsed_hold_frees_the_customer(dealership, agent):
    colleague = create_agent(dealership)
    receive_passive(dealership)
    next_lead(agent, now=TUESDAY_10)

    assert next_lead(colleague, now=TUESDAY_10 + timedelta(minutes=14)) is None
    assert next_lead(colleague, now=TUESDAY_10 + timedelta(minutes=15)).agent == colleague


def test_a_hold_is_renewed_up_to_an_hour(dealership, agent):
    receive_passive(dealership)
    next_lead(agent, now=TUESDAY_10)
    for minutes in (14, 28, 42, 56):
        until = renew_hold(agent, now=TUESDAY_10 + timedelta(minutes=minutes)).until

    assert until == TUESDAY_10 + timedelta(minutes=60)
    with pytest.raises(RuleBroken, match="no_hold"):
        renew_hold(agent, now=TUESDAY_10 + timedelta(minutes=60))


def test_a_released_lead_is_kept_from_this_agent_for_half_an_hour(dealership, agent):
    lead = receive_passive(dealership)
    colleague = create_agent(dealership)
    next_lead(agent, now=TUESDAY_10)

    release_hold(agent, reason="not_now", now=TUESDAY_10)

    assert next_lead(agent, now=TUESDAY_10 + timedelta(minutes=29)) is None
    held = next_lead(colleague, now=TUESDAY_10)
    assert held.lead == lead
    release_hold(colleague, reason="technical", now=TUESDAY_10)
    assert next_lead(agent, now=TUESDAY_10 + timedelta(minutes=30)).lead == lead


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"consents": ()}, id="without a ground"),
        pytest.param({"phones": (), "emails": ("a@example.com",)}, id="without a number"),
        pytest.param({"phones": ("0900-1234",)}, id="with a number nobody dials"),
    ],
)
def test_who_may_not_or_cannot_be_called_is_not_offered(dealership, agent, fields):
    receive_passive(dealership, **fields)

    assert next_lead(agent, now=TUESDAY_10) is None


@pytest.mark.parametrize("moment", [at(24, 8, 30), at(24, 21), at(29, 12)])
def test_passive_leads_are_not_offered_outside_calling_hours(dealership, agent, moment):
    receive_passive(dealership, now=at(23, 12))

    assert next_lead(agent, now=moment) is None


def test_an_objection_takes_a_lead_out_of_the_queue_at_once(dealership, agent):
    lead = receive_passive(dealership)
    record_objection(lead.customer, by=agent, now=TUESDAY_10)

    assert next_lead(agent, now=TUESDAY_10) is None
    assert Lead.objects.get(pk=lead.pk).close_reason_id == "BDC-08"


def test_a_customer_is_offered_once_in_a_part_of_the_day_over_all_leads(dealership, agent):
    first = receive_passive(dealership, phones=("06-12345001",), interest="new")
    receive_passive(dealership, phones=("06-12345001",), interest="service")

    assert worked(agent) == [first.pk]
    assert len(worked(agent, now=at(24, 13))) == 1
    assert worked(agent, now=at(24, 18)) == []


def test_an_overdue_promise_of_a_colleague_falls_to_the_team(dealership, agent):
    colleague = create_agent(dealership)
    lead = receive_passive(dealership)
    promise_call_back(lead, due_at=at(24, 11), by=colleague, now=TUESDAY_10)

    assert next_lead(agent, now=at(24, 11, 10)) is None
    assert next_lead(agent, now=at(24, 11, 15)).lead == lead


def test_an_agent_works_only_the_dealerships_that_the_centre_serves(dealership, agent):
    receive_passive(create_dealership())

    assert next_lead(agent, now=TUESDAY_10) is None


def test_an_agent_who_is_narrowed_works_only_those_dealerships(dealership, agent):
    other = create_dealership()
    membership = Membership.objects.get(user=agent)
    membership.centre.services.create(dealership=other)
    membership.only_dealerships.add(other)
    receive_passive(dealership)
    wanted = receive_passive(other)

    assert worked(agent) == [wanted.pk]


def test_filters_narrow_the_queue(dealership, agent):
    campaign = create_campaign(dealership)
    receive_passive(dealership)
    wanted = receive_passive(dealership, campaign=campaign)

    assert next_lead(agent, now=TUESDAY_10, queue="unreached") is None
    assert next_lead(agent, now=TUESDAY_10, dealership="elsewhere") is None
    assert next_lead(agent, now=TUESDAY_10, campaign=campaign.slug).lead == wanted


def test_a_queue_that_is_not_called_from_is_malformed(agent):
    with pytest.raises(Malformed):
        next_lead(agent, now=TUESDAY_10, queue="catch_all")


def test_a_salesperson_works_no_queue(dealership):
    with pytest.raises(NotAllowed):
        next_lead(create_salesperson(dealership), now=TUESDAY_10)


@pytest.mark.parametrize("count", [1, 3])
def test_the_upcoming_leads_cost_the_same_for_any_number(
    dealership, agent, count, django_assert_num_queries
):
    expected = [receive_passive(dealership).pk for _ in range(count)]

    with django_assert_num_queries(3):
        shown = upcoming(agent, now=TUESDAY_10, count=10)

    assert [lead.pk for lead in shown] == expected
    assert not Hold.objects.exists()


@pytest.mark.parametrize("count", [1, 30])
def test_a_claim_costs_the_same_for_any_number_of_leads(
    dealership, agent, count, django_assert_max_num_queries
):
    for _ in range(count):
        receive_passive(dealership)

    with django_assert_max_num_queries(6):
        hold = next_lead(agent, now=TUESDAY_10)

    assert hold is not None


def test_an_agreed_follow_up_date_is_offered_though_it_is_the_only_ground(dealership, agent):
    dealership.routing = "bdc_first"
    dealership.save()
    lead = receive(dealership)
    record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10)
    agreed = at(12, 10, month=1, year=2027)
    close_lead(lead, reason="BDC-16", facts=Facts(follow_up_at=agreed), by=agent, now=TUESDAY_10)

    assert next_lead(agent, now=agreed - timedelta(days=1)) is None
    hold = next_lead(agent, now=agreed)
    assert hold is not None
    assert hold.lead_id == lead.pk


def test_a_late_result_was_the_first_call_all_the_same(dealership, agent):
    dealership.routing = "bdc_first"
    dealership.save()
    lead = receive(dealership)
    start_call(lead, by=agent, now=TUESDAY_10)
    colleague = create_agent(dealership)
    assert next_lead(colleague, now=at(24, 10, 16)) is not None
    record_attempt(lead, result="no_answer", by=agent, now=at(24, 10, 17))
    release_hold(colleague, reason="technical", now=at(24, 10, 18))

    assert next_lead(create_agent(dealership), now=at(24, 10, 19)) is None
