"""Who gets a lead, and why."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from bdc.errors import Malformed
from dealers.domain.presence import set_presence
from dealers.models import Absence, Role
from leads.domain.closing import close_lead
from leads.domain.facts import Facts, SaleIn
from leads.domain.handing_over import take
from leads.domain.sweeping import sweep
from leads.models import Event, Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)


@pytest.fixture
def dealership(db):
    return create_dealership()


def why(lead: Lead) -> str:
    routed = ["routed_to_salesperson", "routed_to_queue"]
    return Event.objects.filter(lead=lead, verb__in=routed).latest("pk").facts["why"]


def test_an_active_online_lead_goes_to_an_internet_salesperson(dealership):
    internet = create_salesperson(dealership, kind="internet")
    create_salesperson(dealership, kind="showroom")
    create_salesperson(dealership, kind="hybrid")

    lead = receive(dealership)

    assert (lead.owner, why(lead)) == (internet, "least_recently_served")


def test_a_hybrid_takes_leads_from_position_three_of_the_up_line(dealership):
    create_salesperson(dealership, kind="showroom")
    create_salesperson(dealership, kind="hybrid")
    third = create_salesperson(dealership, kind="hybrid")

    lead = receive(dealership)

    assert (lead.owner, why(lead)) == (third, "least_recently_served")


def test_without_any_of_those_the_hybrid_furthest_back_takes_it(dealership):
    create_salesperson(dealership, kind="hybrid")
    second = create_salesperson(dealership, kind="hybrid")

    lead = receive(dealership)

    assert (lead.owner, why(lead)) == (second, "hybrid_furthest_back")


def test_the_least_recently_served_gets_the_next(dealership):
    people = [create_salesperson(dealership) for _ in range(3)]

    owners = [
        receive(dealership, now=TUESDAY_10 + timedelta(minutes=minute)).owner for minute in range(6)
    ]

    assert owners == people * 2


def test_a_visitor_goes_to_the_first_in_the_up_line_who_then_goes_to_the_back(dealership):
    create_salesperson(dealership, kind="internet")
    first = create_salesperson(dealership, kind="showroom")
    second = create_salesperson(dealership, kind="hybrid")

    owners = [
        receive(dealership, channel="walk_in", now=TUESDAY_10 + timedelta(minutes=minute)).owner
        for minute in range(3)
    ]

    assert owners == [first, second, first]


def test_a_visitor_and_a_caller_are_reached_on_arrival_and_on_no_clock(dealership):
    create_salesperson(dealership, kind="hybrid")

    leads = [receive(dealership, channel=channel) for channel in ("walk_in", "phone")]

    assert [lead.reached_at for lead in leads] == [TUESDAY_10, TUESDAY_10]
    assert [lead.offer_ends_at for lead in leads] == [None, None]


def test_a_missed_call_is_not_reached_and_starts_the_clock(dealership):
    create_salesperson(dealership, kind="internet")

    lead = receive(dealership, channel="phone", missed_call=True)

    assert lead.reached_at is None
    assert lead.offer_ends_at == TUESDAY_10 + timedelta(minutes=2)
    assert Event.objects.filter(lead=lead, verb="call_missed").exists()


def test_only_a_call_is_missed_and_the_database_agrees(dealership):
    with pytest.raises(Malformed):
        receive(dealership, channel="online", missed_call=True)

    lead = receive(dealership, channel="online")
    with pytest.raises(IntegrityError, match="lead_missed_call_came_by_phone"):
        Lead.objects.filter(pk=lead.pk).update(is_missed_call=True)


def test_who_is_on_a_pause_or_absent_gets_no_lead(dealership):
    paused, absent, there = (create_salesperson(dealership) for _ in range(3))
    set_presence(paused, state="pause", now=TUESDAY_10)
    Absence.objects.create(user=absent, begins_at=at(24, 8), ends_at=at(24, 12))

    owners = {receive(dealership).owner for _ in range(3)}

    assert owners == {there}


def test_the_cap_counts_open_leads_without_a_future_date(dealership):
    dealership.open_lead_cap = 1
    dealership.save()
    first, second = create_salesperson(dealership), create_salesperson(dealership)

    owners = [receive(dealership).owner for _ in range(3)]

    assert owners == [first, second, None]


def test_nobody_eligible_means_catch_all_and_an_alarm(dealership):
    lead = receive(dealership)

    assert (lead.owner, lead.queue, why(lead)) == (None, "catch_all", "nobody_eligible")
    assert lead.alarm_at == TUESDAY_10


def test_a_lead_of_the_night_waits_without_alarm_and_is_routed_at_opening(dealership):
    first, second = create_salesperson(dealership), create_salesperson(dealership)
    night = at(24, 3)
    early, late = (receive(dealership, now=night + timedelta(minutes=n)) for n in (0, 1))
    assert (early.queue, early.alarm_at, early.offer_ends_at) == ("catch_all", None, None)

    sweep(at(24, 8, 29))
    assert Lead.objects.filter(queue="catch_all").count() == 2
    sweep(at(24, 8, 30))

    early, late = Lead.objects.order_by("pk")
    assert (early.owner, late.owner) == (first, second)
    assert early.offer_ends_at == at(24, 8, 32)


def test_a_passive_lead_goes_to_the_bdc(dealership):
    create_salesperson(dealership)

    lead = receive_passive(dealership)

    assert (lead.owner, lead.queue, why(lead)) == (None, "passive", "passive")


def test_where_the_bdc_is_first_an_active_lead_goes_to_inbound(dealership):
    dealership.routing = "bdc_first"
    dealership.save()
    create_salesperson(dealership)

    lead = receive(dealership)

    assert (lead.owner, lead.queue, why(lead)) == (None, "inbound", "bdc_first")


def test_a_regular_goes_to_who_had_the_customer(dealership):
    create_salesperson(dealership)
    regular = create_salesperson(dealership)
    create_salesperson(dealership)
    first = receive(dealership, phones=("06-12345001",))
    second = receive(dealership, phones=("06-12345002",))
    assert [first.owner == regular, second.owner] == [False, regular]
    close_as_sold(second)

    again = receive(dealership, phones=("06-12345002",), now=TUESDAY_10 + timedelta(days=1))

    assert again.pk != second.pk
    assert (again.owner, why(again)) == (regular, "had_the_customer")


def close_as_sold(lead: Lead) -> None:

    sale = SaleIn(make="VW", model="Polo", condition="new", new_customer=True, fleet=False)
    close_lead(lead, reason="VK-01", facts=Facts(sale=sale), by=lead.owner, now=TUESDAY_10)


def test_after_two_minutes_without_a_call_the_next_is_asked(dealership):
    people = [create_salesperson(dealership) for _ in range(4)]
    lead = receive(dealership)
    owners = [lead.owner]
    for minute in (2, 4, 6):
        sweep(TUESDAY_10 + timedelta(minutes=minute))
        lead = Lead.objects.get(pk=lead.pk)
        owners.append(lead.owner)

    assert owners == [*people[:3], None]
    assert (lead.queue, lead.alarm_at) == ("catch_all", TUESDAY_10 + timedelta(minutes=6))
    assert lead.current_round.number == 1


def test_the_clock_does_not_run_twice_for_one_tick(dealership):
    first, second = create_salesperson(dealership), create_salesperson(dealership)
    lead = receive(dealership)

    for _ in range(3):
        sweep(TUESDAY_10 + timedelta(minutes=2))

    assert Lead.objects.get(pk=lead.pk).owner == second
    assert lead.offers.count() == 2
    assert first != second


def test_the_leads_of_an_owner_who_leaves_are_routed_again(dealership):
    leaves, stays = create_salesperson(dealership), create_salesperson(dealership)
    lead = receive(dealership)
    assert lead.owner == leaves
    leaves.is_active = False
    leaves.save()

    sweep(TUESDAY_10 + timedelta(minutes=1))

    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.owner, why(lead), lead.round_number) == (stays, "owner_left", 1)


@pytest.mark.parametrize(
    ("hours", "moves"),
    [pytest.param(22, False, id="part of a day"), pytest.param(23, True, id="the shortest day")],
)
def test_an_absence_of_a_day_or_more_routes_leads_again(dealership, hours, moves):
    absent, there = create_salesperson(dealership), create_salesperson(dealership)
    lead = receive(dealership)
    begins = TUESDAY_10 + timedelta(minutes=1)
    Absence.objects.create(user=absent, begins_at=begins, ends_at=begins + timedelta(hours=hours))
    lead.first_call_at = TUESDAY_10
    Lead.objects.filter(pk=lead.pk).update(offer_ends_at=None)

    sweep(begins)

    assert Lead.objects.get(pk=lead.pk).owner == (there if moves else absent)


def test_a_manager_of_the_group_keeps_the_lead_that_he_took(dealership):

    manager = create_member(Role.SALES_MANAGER, dealership.group)
    lead = take(receive(dealership), by=manager, now=TUESDAY_10)

    sweep(TUESDAY_10 + timedelta(minutes=1))

    assert Lead.objects.get(pk=lead.pk).owner == manager


def test_the_leads_of_the_night_are_spread_at_opening(dealership):
    people = [create_salesperson(dealership) for _ in range(2)]
    for minute in range(4):
        receive(dealership, now=at(24, 3, minute))

    sweep(at(24, 9))

    owners = Lead.objects.order_by("pk").values_list("owner", flat=True)
    assert list(owners) == [people[0].pk, people[1].pk] * 2
