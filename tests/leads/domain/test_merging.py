"""Two customers turn out to be one: merged, counted as one, and parted again."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from bdc.errors import NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.approving import reopen
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, start_call
from leads.domain.correcting import Correction, VehicleIn, correct_customer
from leads.domain.facts import Facts
from leads.domain.intake import LeadIn, receive_lead
from leads.domain.merging import (
    last_merge,
    likely_doubles,
    merge_customers,
    possible_duplicates,
    undo_merge,
)
from leads.domain.objecting import record_objection, withdraw_objection
from leads.domain.permission import may_call
from leads.domain.queue import next_lead, upcoming
from leads.domain.sweeping import sweep
from leads.models import Attempt, Customer, CustomerMerge, Event, Hold, Lead, Proposal
from tests.factories import (
    TUESDAY_10,
    at,
    consent,
    create_agent,
    create_centre,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

JAN = "06-12345601"
PIET = "06-12345602"


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership)


def merge(one: Lead, two: Lead, *, by=None, now=TUESDAY_10) -> Customer:
    return merge_customers(one.customer, two.customer, by=by, now=now)


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def verbs(lead: Lead) -> list[str]:
    return list(Event.objects.filter(lead=lead).order_by("pk").values_list("verb", flat=True))


# --- What moves -----------------------------------------------------------------------------


def test_everything_of_the_other_goes_to_the_survivor(dealership, manager):
    jan = receive(dealership, name="Jan de Boer", phones=(JAN,), emails=("jan@example.com",))
    double = receive(
        dealership,
        name="J. Boer",
        phones=(PIET, "06-12345603"),
        emails=("boer@example.com",),
        plate="TVL-98-N",
        postcode="5611 AB",
        consents=(consent(),),
        interest="service",
    )

    survivor = merge(jan, double, by=manager)

    assert (survivor, survivor.name) == (jan.customer, "Jan de Boer")
    assert fresh(double).customer == survivor
    assert [phone.number for phone in survivor.phones.all()] == [
        "+31612345601",
        "+31612345602",
        "+31612345603",
    ]
    assert survivor.emails.count() == 2
    assert [car.plate for car in survivor.vehicles.all()] == ["TVL98N"]
    assert survivor.consents.count() == 1
    assert survivor.postcode == "5611 AB"
    assert Customer.objects.get(pk=double.customer_id).merged_into == survivor
    assert verbs(fresh(double))[-1] == "customer_merged"
    assert Event.objects.filter(verb="customer_merged", by=manager).count() == 2


def test_what_both_have_stays_once(dealership):
    both = {"emails": ("samen@example.com",), "plate": "TVL-98-N", "consents": (consent(),)}
    jan = receive(dealership, phones=(JAN,), **both)
    other = receive(create_dealership(group=dealership.group), phones=(PIET,))
    correct_customer(
        other.customer,
        Correction(
            add_phones=(JAN,),
            add_emails=("samen@example.com",),
            vehicles=(VehicleIn(plate="TVL-98-N"),),
            consents=(consent(),),
        ),
        by=None,
        now=TUESDAY_10,
    )

    survivor = merge(jan, other)

    assert [phone.number for phone in survivor.phones.all()] == ["+31612345601", "+31612345602"]
    assert (survivor.emails.count(), survivor.vehicles.count(), survivor.consents.count()) == (
        1,
        1,
        1,
    )


def test_a_consent_that_one_of_them_withdrew_is_withdrawn(dealership):
    jan = receive_passive(dealership, phones=(JAN,), consents=(consent(),))
    other = receive_passive(dealership, phones=(PIET,), consents=(consent(),))
    theirs = other.customer.consents.get()
    correct_customer(
        other.customer, Correction(withdraw_consents=(theirs.pk,)), by=None, now=TUESDAY_10
    )

    merge(jan, other)

    assert not may_call(fresh(jan), now=TUESDAY_10).allowed
    undo_merge(jan.customer, by=None, now=TUESDAY_10)
    assert may_call(fresh(jan), now=TUESDAY_10).allowed
    assert not may_call(fresh(other), now=TUESDAY_10).allowed


def test_a_consent_of_one_is_a_ground_for_the_leads_of_both(dealership):
    jan = receive_passive(dealership, phones=(JAN,), consents=())
    other = receive_passive(dealership, phones=(PIET,))
    assert jan.callable_until is None

    merge(jan, other)

    assert fresh(jan).callable_until is not None


def test_a_number_of_one_is_a_number_to_call_for_both(dealership):
    jan = receive_passive(dealership, phones=(), emails=("jan@example.com",))
    other = receive_passive(dealership, phones=(PIET,), interest="service")

    merge(jan, other)

    assert (fresh(jan).has_dialable_number, fresh(jan).next_call_at) == (True, TUESDAY_10)


def test_the_later_parking_holds(dealership):
    jan, other = receive(dealership), receive(dealership)
    Customer.objects.filter(pk=jan.customer_id).update(parked_until=at(25, 10))
    Customer.objects.filter(pk=other.customer_id).update(parked_until=at(28, 10))

    assert merge(jan, other).parked_until == at(28, 10)

    assert undo_merge(jan.customer, by=None, now=TUESDAY_10).parked_until == at(25, 10)


def test_whom_we_chose_ourselves_is_left_alone_while_one_of_them_is_parked(dealership):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    Customer.objects.filter(pk=other.customer_id).update(parked_until=at(30, 12))
    merge(jan, other)
    assert [fresh(lead).next_call_at for lead in (jan, other)] == [at(30, 12), at(30, 12)]

    undo_merge(jan.customer, by=None, now=at(24, 11))

    assert fresh(jan).next_call_at == at(24, 11)
    assert fresh(other).next_call_at == at(30, 12)


def test_two_open_leads_that_ask_the_same_stay_two_and_say_so(dealership):
    jan, double = receive(dealership), receive(dealership)
    service = receive(dealership, interest="service")
    merge(jan, service)

    merge(jan, double)

    assert verbs(jan)[-1] == verbs(double)[-1] == "possible_duplicate"
    assert "possible_duplicate" not in verbs(service)
    assert possible_duplicates(list(Lead.objects.order_by("pk"))) == [[jan, double]]
    assert Lead.objects.not_closed().count() == 3


# --- Objections -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["survivor", "other"])
def test_an_objection_of_either_holds_for_both(dealership, agent, who):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    objector, silent = (jan, other) if who == "survivor" else (other, jan)
    record_objection(objector.customer, by=None, now=TUESDAY_10)
    assert may_call(fresh(silent), now=at(24, 11)).allowed

    survivor = merge(jan, other, now=at(24, 11))

    assert survivor.objected_at == TUESDAY_10
    assert not may_call(fresh(silent), now=at(24, 11)).allowed
    assert fresh(silent).callable_until is None
    assert next_lead(agent, now=at(24, 11)) is None
    assert (fresh(silent).status, fresh(silent).close_reason_id) == ("closed", "BDC-08")
    assert verbs(silent)[-3:] == ["objected", "closed", "customer_merged"]


def test_an_objection_of_the_other_ends_what_was_planned_and_promised(dealership, manager):
    seller = create_salesperson(dealership)
    objector, silent = receive_passive(dealership), receive(dealership)
    record_objection(objector.customer, by=None, now=at(24, 10, 30))
    record_attempt(silent, result="spoken", by=seller, now=at(24, 10, 40))
    promise_call_back(silent, due_at=at(25, 10), by=seller, now=at(24, 10, 45))
    close_lead(silent, reason="VK-07", facts=Facts(), by=seller, now=at(24, 10, 50))

    merge(silent, objector, by=manager, now=at(24, 11))

    ended = fresh(silent)
    assert (ended.status, ended.close_reason_id, ended.next_call_at) == ("closed", "VK-08", None)
    assert not ended.call_backs.filter(done_at=None).exists()
    assert Proposal.objects.get(lead=ended).decision == "withdrawn"
    sweep(at(24, 12))
    assert fresh(silent).status == "closed"


def test_a_request_after_the_objection_is_not_ended_by_a_merge(dealership):
    create_salesperson(dealership)
    objector = receive_passive(dealership)
    record_objection(objector.customer, by=None, now=TUESDAY_10)
    asked = receive(dealership, now=at(24, 11))

    merge(objector, asked, now=at(24, 12))

    assert fresh(asked).status == "open"
    assert may_call(fresh(asked), now=at(24, 12)).allowed


def test_what_ended_with_the_merge_goes_on_when_parted(dealership, agent):
    seller = create_salesperson(dealership)
    objector, silent = receive_passive(dealership), receive(dealership)
    record_objection(objector.customer, by=None, now=at(24, 10, 30))
    record_attempt(silent, result="no_answer", by=seller, now=at(24, 10, 40))
    promise_call_back(silent, due_at=at(25, 10), by=seller, now=at(24, 10, 45))
    merge(objector, silent, now=at(24, 11))
    assert fresh(silent).is_closed

    undo_merge(objector.customer, by=None, now=at(24, 12))

    again = fresh(silent)
    assert (again.status, again.owner, again.close_reason) == ("open", seller, None)
    assert (again.next_call_at, again.current_round.attempts) == (at(25, 10), 1)
    assert again.call_backs.get(done_at=None).due_at == at(25, 10)
    assert may_call(again, now=at(24, 12)).allowed
    assert record_attempt(again, result="spoken", by=seller, now=at(24, 14)).counts


def test_what_ended_with_the_merge_stays_when_they_object_since(dealership):
    objector, silent = receive_passive(dealership), receive_passive(dealership)
    record_objection(objector.customer, by=None, now=TUESDAY_10)
    merge(objector, silent, now=at(24, 11))
    record_objection(objector.customer, by=None, now=at(24, 12))

    undo_merge(objector.customer, by=None, now=at(24, 13))

    assert fresh(silent).is_closed


def test_what_was_reopened_since_the_merge_stays_as_it_is(dealership, manager):
    objector, silent = receive_passive(dealership), receive_passive(dealership)
    record_objection(objector.customer, by=None, now=TUESDAY_10)
    merge(objector, silent, now=at(24, 11))
    reopened = reopen(fresh(silent), by=manager, now=at(24, 12))

    undo_merge(objector.customer, by=None, now=at(24, 13))

    assert fresh(silent).round_number == reopened.round_number


def test_parted_again_only_who_objected_may_not_be_called(dealership):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    record_objection(other.customer, by=None, now=TUESDAY_10)
    merge(jan, other, now=at(24, 11))

    undo_merge(jan.customer, by=None, now=at(24, 12))

    assert Customer.objects.get(pk=jan.customer_id).objected_at is None
    assert Customer.objects.get(pk=other.customer_id).objected_at == TUESDAY_10
    assert may_call(fresh(jan), now=at(24, 12)).allowed


def test_an_objection_since_the_merge_holds_for_both_when_parted(dealership):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    merge(jan, other)
    record_objection(jan.customer, by=None, now=at(24, 11))

    undo_merge(jan.customer, by=None, now=at(24, 12))

    objected = Customer.objects.filter(objected_at=at(24, 11)).values_list("pk", flat=True)
    assert set(objected) == {jan.customer_id, other.customer_id}


# --- The limits of a day --------------------------------------------------------------------


def test_the_limits_of_a_day_count_over_both(dealership, agent):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    record_attempt(other, result="no_answer", by=agent, now=TUESDAY_10)
    merge(jan, other, now=at(24, 11))

    in_the_same_part = record_attempt(fresh(jan), result="no_answer", by=agent, now=at(24, 11))
    in_the_next = record_attempt(fresh(jan), result="no_answer", by=agent, now=at(24, 14))
    in_the_evening = record_attempt(fresh(other), result="no_answer", by=agent, now=at(24, 18))

    assert (in_the_same_part.counts, in_the_same_part.why) == (False, "same_day_part")
    assert (in_the_next.counts, in_the_next.nth_of_day) == (True, 2)
    assert (in_the_evening.counts, in_the_evening.why) == (False, "day_limit")


def test_the_queue_offers_no_customer_again_who_was_called_before_the_merge(dealership, agent):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    record_attempt(other, result="no_answer", by=agent, now=TUESDAY_10)
    assert upcoming(agent, now=at(24, 11), count=9) == [jan]

    merge(jan, other, now=at(24, 11))

    assert upcoming(agent, now=at(24, 11), count=9) == []
    assert upcoming(agent, now=at(24, 14), count=9) == [jan, other]


def test_the_queue_offers_nobody_a_third_time_a_day_over_a_merge(dealership, agent):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    for lead in (jan, other):
        record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)
    merge(jan, other, now=at(24, 11))
    Lead.objects.update(next_call_at=at(24, 11))

    assert upcoming(agent, now=at(24, 14), count=9) == []
    assert len(upcoming(agent, now=at(25, 14), count=9)) == 2


# --- Who cannot be merged -------------------------------------------------------------------


def refused(code: str):
    return pytest.raises(RuleBroken, match=f"^{code}$")


def test_nobody_is_merged_while_an_agent_holds_one_of_them(dealership, agent):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    hold = next_lead(agent, now=TUESDAY_10)
    assert hold.lead_id == jan.pk

    for pair in ((jan, other), (other, jan)):
        with refused("held_by_other"):
            merge(*pair)
    merge(jan, other, now=TUESDAY_10 + timedelta(minutes=16))  # the hold has lapsed

    assert not Hold.objects.exists()


def test_nobody_is_merged_during_a_call(dealership):
    salesperson = create_salesperson(dealership)
    jan, other = receive(dealership), receive(dealership)
    start_call(jan, by=salesperson, now=TUESDAY_10)

    with refused("held_by_other"):
        merge(other, jan)


def test_nobody_is_merged_across_groups(dealership):
    jan, stranger = receive(dealership), receive(create_dealership())

    with refused("other_group"):
        merge(jan, stranger)


def test_nobody_is_merged_with_himself_or_twice(dealership):
    jan, other, third = (receive(dealership) for _ in range(3))
    with refused("same_customer"):
        merge(jan, jan)
    gone = other.customer
    merge(jan, other)

    for pair in ((jan.customer, gone), (third.customer, gone), (gone, third.customer)):
        with refused("already_merged"):
            merge_customers(*pair, by=None, now=TUESDAY_10)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.SALES_MANAGER, True),
        (Role.ADMINISTRATOR, True),
        (Role.MARKETER, False),
        (Role.RECEPTIONIST, False),
    ],
)
def test_who_may_merge_and_part(dealership, role, may):
    jan, other = receive(dealership), receive(dealership)
    person = create_member(role, dealership)

    if not may:
        with pytest.raises(NotAllowed):
            merge(jan, other, by=person)
        merge(jan, other)
        with pytest.raises(NotAllowed):
            undo_merge(jan.customer, by=person, now=TUESDAY_10)
        return
    merge(jan, other, by=person)
    undo_merge(jan.customer, by=person, now=TUESDAY_10)
    assert CustomerMerge.objects.get().undone_by == person


def test_a_team_lead_merges_only_whom_his_centre_serves(dealership):
    lead_of_team = create_member(Role.TEAM_LEAD, create_centre(dealership))
    jan, other = receive(dealership), receive(dealership)
    next_door = receive(create_dealership(group=dealership.group))

    with pytest.raises(NotAllowed):
        merge(jan, next_door, by=lead_of_team)

    assert merge(jan, other, by=lead_of_team) == jan.customer


# --- Undo -----------------------------------------------------------------------------------


def state_of(*leads: Lead) -> dict[str, object]:
    """Everything that a merge may touch, of customers and leads."""
    ids = [lead.customer_id for lead in leads]
    customers = Customer.objects.filter(pk__in=ids).order_by("pk")
    return {
        "customers": list(customers.values()),
        "phones": sorted(customers.values_list("pk", "phones__number")),
        "emails": sorted(customers.values_list("pk", "emails__address")),
        "vehicles": sorted(customers.values_list("pk", "vehicles__id"), key=str),
        "consents": sorted(customers.values_list("pk", "consents__id"), key=str),
        "leads": list(
            Lead.objects.filter(pk__in=[lead.pk for lead in leads])
            .order_by("pk")
            .values("customer", "has_dialable_number", "callable_until", "without_ground_since")
        ),
    }


def test_undone_everything_is_as_it_was(dealership, manager):
    jan = receive_passive(dealership, phones=(JAN,), consents=(), emails=("jan@example.com",))
    other = receive_passive(
        dealership, phones=(PIET,), emails=("piet@example.com",), plate="TVL-98-N", postcode="5611"
    )
    record_objection(other.customer, by=None, now=TUESDAY_10)
    before = state_of(jan, other)

    merge(jan, other, by=manager)
    assert state_of(jan, other) != before
    undo_merge(jan.customer, by=manager, now=TUESDAY_10)

    assert state_of(jan, other) == before
    assert verbs(other)[-1] == verbs(jan)[-1] == "merge_undone"


def test_merges_are_undone_newest_first(dealership):
    jan, second, third = (receive(dealership) for _ in range(3))
    before = state_of(jan, second, third)
    merge(second, third)
    merge(jan, second)
    assert Customer.objects.filter(merged_into=jan.customer).count() == 2
    assert Lead.objects.filter(customer=jan.customer).count() == 3

    with refused("already_merged"):
        undo_merge(Customer.objects.get(pk=second.customer_id), by=None, now=TUESDAY_10)
    undo_merge(jan.customer, by=None, now=TUESDAY_10)
    assert Lead.objects.filter(customer=second.customer).count() == 2
    assert Customer.objects.get(pk=third.customer_id).merged_into == second.customer
    undo_merge(second.customer, by=None, now=TUESDAY_10)

    after = state_of(jan, second, third)
    assert after == before
    with refused("not_merged"):
        undo_merge(jan.customer, by=None, now=TUESDAY_10)


def test_who_was_called_since_is_not_parted(dealership, agent):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    merge(jan, other)
    record_attempt(fresh(other), result="no_answer", by=agent, now=at(24, 11))

    with refused("already_worked"):
        undo_merge(jan.customer, by=None, now=at(24, 14))


def test_a_call_about_a_lead_that_stays_does_not_stand_in_the_way(dealership, agent):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    merge(jan, other)
    record_attempt(fresh(jan), result="no_answer", by=agent, now=at(24, 11))

    undo_merge(jan.customer, by=None, now=at(24, 14))

    assert fresh(other).customer == other.customer


def test_who_is_held_is_not_parted(dealership, agent):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    merge(jan, other)
    next_lead(agent, now=TUESDAY_10)

    with refused("held_by_other"):
        undo_merge(jan.customer, by=None, now=TUESDAY_10)


def test_a_merge_that_was_undone_can_be_made_again(dealership):
    jan, other = receive(dealership), receive(dealership)
    merge(jan, other)
    undo_merge(jan.customer, by=None, now=TUESDAY_10)

    merge(other, jan)

    assert fresh(jan).customer == other.customer
    assert last_merge(other.customer).other == jan.customer


# --- Arrivals and hints ---------------------------------------------------------------------


def test_who_was_merged_is_known_as_the_survivor(dealership):
    jan = receive(dealership, phones=(JAN,))
    other = receive(dealership, phones=(PIET,), interest="service")
    merge(jan, other)

    again = receive(dealership, phones=(PIET,), interest="used")

    assert again.customer == jan.customer


def test_a_number_taken_from_the_survivor_does_not_find_the_merged(dealership):
    jan = receive(dealership, phones=(JAN, PIET))
    other = receive(create_dealership(group=dealership.group), phones=("06-12345605",))
    correct_customer(other.customer, Correction(add_phones=(PIET,)), by=None, now=TUESDAY_10)
    merge(jan, other)
    correct_customer(
        jan.customer, Correction(remove_phones=("+31612345602",)), by=None, now=TUESDAY_10
    )

    somebody = receive(dealership, phones=(PIET,), interest="used")

    assert somebody.customer not in (jan.customer, other.customer)


def test_likely_doubles_share_a_number_an_address_or_a_plate(dealership, manager):
    jan = receive(dealership, phones=(JAN,), emails=("jan@example.com",), plate="TVL-98-N")
    by_plate = receive(dealership, phones=(PIET,), plate="TVL-98-N")
    by_phone = receive(dealership, phones=("06-12345603",))
    correct_customer(by_phone.customer, Correction(add_phones=(JAN,)), by=None, now=TUESDAY_10)
    receive(create_dealership(), phones=(JAN,))  # of another group
    next_door = receive(create_dealership(group=dealership.group), plate="TVL-98-N")
    assert next_door.customer != jan.customer

    found = likely_doubles(jan.customer, by=manager)

    assert [(one.customer, one.shared) for one in found] == [
        (by_phone.customer, "phone"),
        (by_plate.customer, "plate"),
    ]


# --- Races ----------------------------------------------------------------------------------


def at_once(*acts) -> list[object]:
    """Do each of `acts` in its own thread, all at once; return what came of each."""
    line = threading.Barrier(len(acts))
    came: list[object] = [None] * len(acts)

    def run(position: int, act) -> None:
        try:
            line.wait(10)
            came[position] = act()
        except Exception as problem:
            came[position] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return came


def codes(came: list[object]) -> list[str]:
    return sorted(getattr(one, "code", "done") for one in came)


def everybody_agrees() -> None:
    """No lead hangs on who was merged, and no attempt on a customer that is not of its lead's."""
    assert not Lead.objects.filter(customer__merged_into__isnull=False).exists()
    for attempt in Attempt.objects.select_related("customer", "lead"):
        assert attempt.lead.customer_id in (attempt.customer_id, attempt.customer.merged_into_id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_nth", range(5))
def test_of_two_merges_that_cross_one_wins_and_nobody_deadlocks(_nth):
    dealership = create_dealership()
    jan, other = receive(dealership), receive(dealership)

    came = at_once(
        lambda: merge_customers(jan.customer, other.customer, by=None, now=TUESDAY_10),
        lambda: merge_customers(other.customer, jan.customer, by=None, now=TUESDAY_10),
    )

    assert codes(came) == ["already_merged", "done"], came
    assert CustomerMerge.objects.count() == 1
    everybody_agrees()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_nth", range(5))
def test_of_a_merge_and_a_hold_one_waits_for_the_other(_nth):
    dealership = create_dealership()
    agent = create_agent(dealership)
    jan, other = receive_passive(dealership), receive_passive(dealership)

    merged, held = at_once(
        lambda: merge_customers(other.customer, jan.customer, by=None, now=TUESDAY_10),
        lambda: next_lead(agent, now=TUESDAY_10),
    )

    if isinstance(merged, RuleBroken):
        assert (merged.code, held.customer_id) == ("held_by_other", held.lead.customer_id)
        assert fresh(jan).customer == jan.customer
    else:
        assert merged == other.customer
        assert held is None or (isinstance(held, Hold) and held.customer_id == other.customer_id)
    everybody_agrees()
    assert not Hold.objects.exclude(customer__merged_into=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_an_agent_who_is_being_given_the_customer():
    dealership = create_dealership()
    agent = create_agent(dealership)
    jan, other = receive_passive(dealership), receive_passive(dealership)
    is_held = threading.Event()

    def take_slowly() -> None:
        with transaction.atomic():
            next_lead(agent, now=TUESDAY_10)
            is_held.set()
            time.sleep(1)

    def merge_meanwhile() -> None:
        is_held.wait(10)
        merge_customers(other.customer, jan.customer, by=None, now=TUESDAY_10)

    taken, merged = at_once(take_slowly, merge_meanwhile)

    assert taken is None
    assert isinstance(merged, RuleBroken), merged
    assert merged.code == "held_by_other"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_nth", range(5))
def test_who_arrives_during_his_merge_arrives_with_the_survivor(_nth):
    dealership = create_dealership()
    jan, other = receive(dealership, phones=(JAN,)), receive(dealership, phones=(PIET,))
    asked = LeadIn(
        kind="active", channel="online", dealership=dealership, phones=(PIET,), interest="used"
    )

    merged, arrived = at_once(
        lambda: merge_customers(jan.customer, other.customer, by=None, now=TUESDAY_10),
        lambda: receive_lead(asked, raw=None, by=None, now=TUESDAY_10),
    )

    assert merged == jan.customer
    assert fresh(arrived).customer == jan.customer
    assert Customer.objects.count() == 2
    everybody_agrees()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_nth", range(3))
def test_an_attempt_during_a_merge_counts_once_in_its_part_of_the_day(_nth):
    dealership = create_dealership()
    agents = [create_agent(dealership), create_agent(dealership)]
    jan, other = receive_passive(dealership), receive_passive(dealership)

    came = at_once(
        lambda: merge_customers(jan.customer, other.customer, by=None, now=TUESDAY_10),
        lambda: record_attempt(jan, result="no_answer", by=agents[0], now=TUESDAY_10),
        lambda: record_attempt(other, result="no_answer", by=agents[1], now=TUESDAY_10),
    )

    assert codes(came) == ["done", "done", "done"], came
    everybody_agrees()
    later = record_attempt(fresh(other), result="no_answer", by=agents[0], now=at(24, 11))
    assert not later.counts


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_merge_goes_on_with_the_survivor():
    dealership = create_dealership()
    salesperson = create_salesperson(dealership)
    jan, other = receive(dealership), receive(dealership)
    stale = Lead.objects.select_related("customer", "dealership__group").get(pk=other.pk)

    merge(jan, other)
    attempt = record_attempt(stale, result="no_answer", by=salesperson, now=TUESDAY_10)
    record_objection(stale.customer, by=None, now=at(24, 11))

    assert attempt.customer_id == jan.customer_id
    assert Customer.objects.get(pk=jan.customer_id).objected_at == at(24, 11)
    assert not Lead.objects.not_closed().exists()


def test_withdrawn_for_the_survivor_is_withdrawn_for_what_came_over(dealership, manager):
    jan, other = receive_passive(dealership), receive_passive(dealership)
    record_objection(other.customer, by=None, now=TUESDAY_10)
    merge(jan, other, by=manager, now=at(24, 11))

    withdraw_objection(jan.customer, reason="by_mistake", by=manager, now=at(24, 12))
    undo_merge(jan.customer, by=manager, now=at(24, 13))

    assert not Customer.objects.exclude(objected_at=None).exists()
