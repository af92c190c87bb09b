"""Leads change hands: taken, assigned, objected to."""

import threading

import pytest
from django.db import connection

from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.approving import reopen
from leads.domain.closing import close_lead
from leads.domain.facts import Facts
from leads.domain.handing_over import assign, take
from leads.domain.intake import LeadIn, receive_lead
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.models import Customer, Hold, Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


def test_the_first_who_takes_a_lead_has_it(dealership):
    lead = receive(dealership)
    first, second = create_salesperson(dealership), create_salesperson(dealership)

    lead = take(lead, by=first, now=TUESDAY_10)

    assert (lead.owner, lead.queue, lead.round_number) == (first, "", 1)
    with pytest.raises(RuleBroken, match=r"^already_taken$"):
        take(lead, by=second, now=TUESDAY_10)


@pytest.mark.parametrize("role", [Role.MARKETER, Role.RECEPTIONIST, Role.ADMINISTRATOR])
def test_who_does_not_sell_takes_nothing(dealership, role):
    with pytest.raises(NotAllowed):
        take(receive(dealership), by=create_member(role, dealership), now=TUESDAY_10)


def test_a_manager_gives_a_lead_within_sales_and_the_round_stays(dealership, manager):
    first, second = create_salesperson(dealership), create_salesperson(dealership)
    lead = receive(dealership)
    assert lead.owner == first

    lead = assign(lead, by=manager, now=TUESDAY_10, user=second)

    assert (lead.owner, lead.round_number, lead.offer_ends_at) == (second, 1, None)


def test_a_lead_put_in_a_queue_by_hand_begins_a_round_there(dealership, manager):
    create_salesperson(dealership)
    lead = assign(receive(dealership), by=manager, now=TUESDAY_10, queue="second_voice")

    assert (lead.owner, lead.queue, lead.round_number) == (None, "second_voice", 2)


def test_a_passive_lead_goes_to_no_salesperson_even_by_hand(dealership, manager):
    lead = receive_passive(dealership)

    with pytest.raises(RuleBroken, match=r"^passive_lead_to_salesperson$"):
        assign(lead, by=manager, now=TUESDAY_10, user=create_salesperson(dealership))


@pytest.mark.parametrize(
    "target", [pytest.param({}, id="nobody"), pytest.param({"queue": "nonsense"}, id="no queue")]
)
def test_an_impossible_target_is_malformed(dealership, manager, target):
    create_salesperson(dealership)

    with pytest.raises(Malformed):
        assign(receive(dealership), by=manager, now=TUESDAY_10, **target)


def test_a_lead_is_not_given_to_a_stranger(dealership, manager):
    stranger = create_salesperson(create_dealership())

    with pytest.raises(Malformed):
        assign(receive(dealership), by=manager, now=TUESDAY_10, user=stranger)


def test_an_objection_ends_every_round_of_the_customer_at_once(dealership):
    agent, _salesperson = create_agent(dealership), create_salesperson(dealership)
    phones = ("06-12345001",)
    passive = receive_passive(dealership, phones=phones, interest="service")
    active = receive(dealership, phones=phones, interest="used")
    other = receive(dealership)
    elsewhere = receive(create_dealership(), phones=phones)

    customer = record_objection(passive.customer, by=agent, now=at(24, 11))

    assert customer.objected_at == at(24, 11)
    reasons = {lead.pk: lead.close_reason_id for lead in Lead.objects.all()}
    assert reasons == {
        passive.pk: "BDC-08",
        active.pk: "VK-08",
        other.pk: None,
        elsewhere.pk: None,
    }


def test_who_does_not_see_the_customer_cannot_object_for_him(dealership):
    lead = receive(dealership)
    stranger = create_agent(create_dealership())

    with pytest.raises(NotAllowed):
        record_objection(lead.customer, by=stranger, now=TUESDAY_10)

    assert Customer.objects.get(pk=lead.customer_id).objected_at is None


def at_once(actions) -> list[object]:
    """Run actions in threads of their own, all let go at one moment; return what each gave."""
    outcomes: list[object] = [None] * len(actions)
    barrier = threading.Barrier(len(actions))

    def run(index: int) -> None:
        barrier.wait()
        try:
            outcomes[index] = actions[index]()
        except RuleBroken as broken:
            outcomes[index] = broken.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_many_takers_at_once_one_wins():
    dealership = create_dealership()
    lead = receive(dealership)
    takers = [create_salesperson(dealership) for _ in range(8)]

    outcomes = at_once(
        [lambda taker=taker: take(lead, by=taker, now=TUESDAY_10).owner for taker in takers]
    )

    winners = [outcome for outcome in outcomes if outcome != "already_taken"]
    assert len(winners) == 1
    assert Lead.objects.get(pk=lead.pk).owner == winners[0]


@pytest.mark.django_db(transaction=True)
def test_agents_who_ask_at_once_never_meet_on_a_customer():
    dealership = create_dealership()
    agents = [create_agent(dealership) for _ in range(8)]
    for number in range(4):
        for interest in ("new", "service"):
            receive_passive(dealership, phones=(f"06-1234500{number}",), interest=interest)
    assert Customer.objects.count() == 4

    at_once([lambda agent=agent: next_lead(agent, now=TUESDAY_10) for agent in agents])

    held = Hold.objects.values_list("customer", flat=True)
    assert len(held) == 4
    assert len(set(held)) == 4


@pytest.mark.django_db(transaction=True)
def test_parallel_posts_of_one_unknown_person_make_one_customer_and_one_lead():
    dealership = create_dealership()
    create_salesperson(dealership)
    asked = LeadIn(
        kind="active",
        channel="online",
        dealership=dealership,
        name="Sander de Proef",
        phones=("06-12345001",),
        interest="new",
    )

    leads = at_once(
        [lambda: receive_lead(asked, raw=None, by=None, now=TUESDAY_10) for _ in range(6)]
    )

    assert len({lead.pk for lead in leads}) == 1
    assert (Customer.objects.count(), Lead.objects.count()) == (1, 1)


def test_a_proposed_lead_that_is_put_in_its_own_queue_is_open_again(dealership):
    agent, lead = create_agent(dealership), receive_passive(dealership)
    team_lead = create_member(Role.TEAM_LEAD, create_centre(dealership))
    close_lead(lead, reason="BDC-01", facts=Facts(), by=agent, now=TUESDAY_10)

    assign(lead, by=team_lead, now=TUESDAY_10, queue="passive")

    lead.refresh_from_db()
    assert (lead.status, lead.queue, lead.round_number) == ("open", "passive", 1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_reopened_lead_knows_the_number_that_came_meanwhile(dealership, manager):
    salesperson = create_salesperson(dealership)
    lead = receive(dealership, phones=(), emails=("eva@example.com",))
    record_objection(lead.customer, by=salesperson, now=TUESDAY_10)
    receive(dealership, emails=("eva@example.com",), phones=("06-12345001",), interest="used")

    lead = reopen(lead, by=manager, now=at(24, 11))

    lead.refresh_from_db()
    assert lead.has_dialable_number
    assert lead.next_call_at is not None
