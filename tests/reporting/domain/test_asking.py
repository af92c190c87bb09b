"""Who may ask for which figures (contract.md, Who may)."""

import pytest

from bdc.errors import NotAllowed
from dealers.models import Membership, Role
from leads.models import Queue
from reporting.domain.asking import (
    ask,
    campaigns_reported_to,
    dealerships_reported_to,
    salespeople_reported_to,
)
from reporting.domain.periods import week_of
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_campaign,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
)

WEEK = week_of(TUESDAY_10.date())


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def sister(dealership):
    """Another dealership of the same group."""
    return create_dealership(group=dealership.group)


@pytest.mark.parametrize("role", [Role.SALES_MANAGER, Role.MARKETER, Role.ADMINISTRATOR])
def test_who_leads_a_group_asks_about_its_dealerships_together_or_alone(dealership, sister, role):
    user = create_member(role, dealership.group)
    create_dealership()

    assert ask(user, period=WEEK).dealerships == {dealership.pk, sister.pk}
    assert ask(user, period=WEEK, dealership=sister).dealerships == {sister.pk}
    assert set(dealerships_reported_to(user)) == {dealership, sister}


def test_a_team_lead_asks_about_the_dealerships_that_the_centre_serves(dealership):
    elsewhere = create_dealership()
    user = create_member(Role.TEAM_LEAD, create_centre(dealership, elsewhere))

    question = ask(user, period=WEEK, queue=Queue.PASSIVE)

    assert question.dealerships == {dealership.pk, elsewhere.pk}
    assert question.counts_rounds


@pytest.mark.parametrize("role", [Role.RECEPTIONIST])
def test_other_roles_may_not_ask(dealership, role):
    with pytest.raises(NotAllowed):
        ask(create_member(role, dealership), period=WEEK)
    with pytest.raises(NotAllowed):
        ask(create_agent(dealership), period=WEEK)


def test_a_salesperson_asks_about_himself_and_nobody_else(dealership):
    seller, colleague = create_salesperson(dealership), create_salesperson(dealership)

    assert ask(seller, period=WEEK).salesperson == seller
    assert ask(seller, period=WEEK, dealership=dealership).salesperson == seller
    assert list(salespeople_reported_to(seller)) == [seller]
    with pytest.raises(NotAllowed):
        ask(seller, period=WEEK, salesperson=colleague)
    with pytest.raises(NotAllowed):
        ask(seller, period=WEEK, queue=Queue.INBOUND)


def test_nobody_asks_about_a_dealership_where_another_role_is_theirs(dealership, sister):
    user = create_member(Role.SALES_MANAGER, dealership)
    Membership.objects.create(user=user, role=Role.RECEPTIONIST, dealership=sister)

    assert ask(user, period=WEEK).dealerships == {dealership.pk}
    with pytest.raises(NotAllowed):
        ask(user, period=WEEK, dealership=sister)


def test_a_manager_who_sells_elsewhere_sees_only_himself_there(dealership, sister):
    user = create_salesperson(sister)
    Membership.objects.create(user=user, role=Role.SALES_MANAGER, dealership=dealership)
    colleague = create_salesperson(sister)

    assert ask(user, period=WEEK).salesperson is None
    assert ask(user, period=WEEK, dealership=sister).salesperson == user
    assert ask(user, period=WEEK, salesperson=user).dealerships == {dealership.pk, sister.pk}
    with pytest.raises(NotAllowed):
        ask(user, period=WEEK, dealership=sister, salesperson=colleague)


def test_who_may_be_named_are_the_salespeople_of_the_asker_also_by_their_group(dealership, sister):
    manager = create_member(Role.SALES_MANAGER, dealership)
    here = create_salesperson(dealership, name="Anna")
    of_group = create_member(Role.SALES_MANAGER, dealership, name="Bert")
    Membership.objects.create(
        user=of_group, role=Role.SALESPERSON, group=dealership.group, sales_role="hybrid"
    )
    create_salesperson(sister)
    create_salesperson(create_dealership())

    assert list(salespeople_reported_to(manager)) == [here, of_group]


def test_campaigns_of_other_dealerships_cannot_be_named(dealership, sister):
    manager = create_member(Role.SALES_MANAGER, dealership)
    ours = create_campaign(dealership)
    create_campaign(sister)

    assert list(campaigns_reported_to(manager)) == [ours]
