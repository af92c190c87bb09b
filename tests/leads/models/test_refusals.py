"""What product.md forbids, the database refuses, whoever asks (design.md, Rules of the data)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from leads.domain.booking import book_appointment
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.facts import Facts
from leads.domain.queue import next_lead
from leads.models import (
    Appointment,
    Attempt,
    Call,
    CloseReason,
    Conversation,
    Event,
    Hold,
    Lead,
    Proposal,
    Round,
    Status,
)
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)


def refused(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


def change(rows, **fields) -> None:
    """Write past the domain, as a shell or a careless script would, and check all keys."""
    with transaction.atomic():
        rows.update(**fields)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def lead(dealership, salesperson):
    return receive(dealership)


@pytest.fixture
def passive(dealership):
    return receive_passive(dealership)


def this(lead: Lead):
    return Lead.objects.filter(pk=lead.pk)


def its_round(lead: Lead):
    return Round.objects.filter(lead=lead)


def test_a_lead_is_not_closed_without_a_reason(lead):
    with refused("lead_closed_with_a_reason"):
        change(this(lead), status=Status.CLOSED, owner=None, closed_at=TUESDAY_10)


def test_a_lead_is_not_closed_with_a_reason_that_its_round_lacks(lead):
    with refused("lead_closed_with_the_reason_of_its_last_round"):
        change(
            this(lead),
            status=Status.CLOSED,
            owner=None,
            closed_at=TUESDAY_10,
            close_reason="BDC-10",
        )


def test_an_open_lead_is_never_without_an_owner(lead):
    with refused("lead_open_has_exactly_one_owner"):
        change(this(lead), owner=None)


def test_an_open_lead_never_has_two_owners(lead):
    with refused("lead_open_has_exactly_one_owner"):
        change(this(lead), queue="unreached")


def test_an_open_lead_has_a_round_of_its_owners_side(lead):
    with refused("lead_open_with_an_open_round_of_its_side"):
        change(this(lead), owner=None, queue="unreached")


def test_the_round_of_an_open_lead_does_not_end_alone(lead):
    with refused("lead_open_with_an_open_round_of_its_side"):
        change(its_round(lead), ended_at=TUESDAY_10, ending="handed_over")


def test_a_passive_lead_never_goes_to_a_salesperson(passive, salesperson):
    with refused("lead_passive_never_with_a_salesperson"):
        change(this(passive), owner=salesperson, queue="")


def test_a_lead_is_not_proposed_without_a_proposal(lead):
    with refused("lead_proposed_with_a_pending_proposal"):
        change(this(lead), status=Status.PROPOSED)


def test_a_milestone_does_not_change(lead):
    with refused("lead_milestones_are_set_once"):
        change(this(lead), received_at=TUESDAY_10 - timedelta(days=1))


def test_a_lead_is_never_removed(lead):
    with refused("lead_is_never_removed"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk)._raw_delete("default")


def test_no_call_begins_without_a_number(lead, salesperson):
    change(this(lead), has_dialable_number=False)

    with refused("call_needs_a_dialable_number"), transaction.atomic():
        Call.objects.create(
            lead=lead,
            dealership_id=lead.dealership_id,
            round=its_round(lead).get(),
            by=salesperson,
            started_at=TUESDAY_10,
            ground="own_request",
        )


def test_no_call_ends_without_an_attempt(lead, salesperson):
    call = start_call(lead, by=salesperson, now=TUESDAY_10)

    with refused("call_ends_with_an_attempt"):
        change(Call.objects.filter(pk=call.pk), ended_at=TUESDAY_10)


def test_no_attempt_is_left_out_before_the_maximum(lead, salesperson):
    attempt = record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)
    attempt.pk = attempt.nth_of_day = None
    attempt.counts, attempt.why = False, "maximum"

    with refused("attempt_is_left_out_at_the_maximum_only"), transaction.atomic():
        attempt.save(force_insert=True)


def test_nobody_writes_the_count_of_attempts(lead):
    with refused("round_counts_come_from_the_rows"):
        change(its_round(lead), attempts=5)


def test_nobody_lowers_the_count_of_attempts(lead, salesperson):
    record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)

    with refused("round_counts_come_from_the_rows"):
        change(its_round(lead), attempts=0)


def test_nobody_lowers_the_maximum(lead):
    with refused("round_maximum_is_never_lowered"):
        change(its_round(lead), maximum=4)


def test_no_attempt_counts_past_the_maximum(lead, salesperson):
    attempt = record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)
    rows = [
        Attempt(
            lead=lead,
            dealership=lead.dealership,
            customer=lead.customer,
            round=attempt.round,
            at=TUESDAY_10,
            result="no_answer",
            ground="own_request",
            local_date=TUESDAY_10.date() + timedelta(days=day),
            day_part="morning",
            counts=True,
            nth_of_day=1,
        )
        for day in range(1, 6)
    ]

    with refused("round_attempts_never_past_the_maximum"), transaction.atomic():
        for row in rows:
            row.save()


@pytest.mark.parametrize("row", ["attempt", "conversation", "event"])
@pytest.mark.parametrize("how", ["update", "delete"])
def test_what_happened_is_not_changed_and_not_removed(lead, salesperson, row, how):
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    model = {"attempt": Attempt, "conversation": Conversation, "event": Event}[row]
    rows = model.objects.filter(lead=lead)
    assert rows.exists()

    with refused("_rows_are_only_added"), transaction.atomic():
        if how == "update":
            rows.update(at=TUESDAY_10)
        else:
            rows._raw_delete("default")


def test_an_attempt_needs_a_ground_or_is_a_breach(lead, salesperson):
    attempt = record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)
    attempt.pk = None
    attempt.counts, attempt.nth_of_day, attempt.why = False, None, "same_day_part"
    attempt.ground = ""

    with refused("attempt_has_a_ground_or_is_a_breach"), transaction.atomic():
        attempt.save(force_insert=True)


def test_only_one_attempt_counts_in_a_part_of_the_day(lead, salesperson):
    attempt = record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)
    attempt.pk = None
    attempt.nth_of_day = 2

    with refused("attempt_counts_once_per_day_part"), transaction.atomic():
        attempt.save(force_insert=True)


def test_no_third_attempt_of_a_day_counts(lead, salesperson):
    attempt = record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)
    attempt.pk = None
    attempt.nth_of_day, attempt.day_part = 3, "evening"

    with refused("attempt_counts_twice_a_day_at_most"), transaction.atomic():
        attempt.save(force_insert=True)


def test_a_customer_is_held_for_one_agent(dealership, passive):
    agent, other = create_agent(dealership), create_agent(dealership)
    held = next_lead(agent, now=TUESDAY_10)
    assert held is not None

    with refused("customer_id"), transaction.atomic():
        Hold.objects.create(
            lead=passive,
            customer=passive.customer,
            agent=other,
            taken_at=TUESDAY_10,
            until=TUESDAY_10 + timedelta(minutes=15),
        )


def test_an_agent_holds_one_customer(dealership, passive):
    agent, another = create_agent(dealership), receive_passive(dealership)
    held = next_lead(agent, now=TUESDAY_10)
    assert held is not None
    free = another if held.lead_id == passive.pk else passive

    with refused("agent_id"), transaction.atomic():
        Hold.objects.create(
            lead=free,
            customer=free.customer,
            agent=agent,
            taken_at=TUESDAY_10,
            until=TUESDAY_10 + timedelta(minutes=15),
        )


def book_past_the_domain(lead, **fields) -> None:
    booked = Appointment.objects.get(lead=lead)
    booked.pk = None
    for name, value in fields.items():
        setattr(booked, name, value)
    booked.save(force_insert=True)


def test_a_person_is_not_booked_twice(lead, salesperson):
    tomorrow = TUESDAY_10 + timedelta(days=1)
    book_appointment(lead, kind="showroom", starts_at=tomorrow, by=salesperson, now=TUESDAY_10)

    with refused("appointment_never_books_a_person_twice"), transaction.atomic():
        book_past_the_domain(lead, starts_at=tomorrow + timedelta(minutes=59))


def test_a_car_is_in_one_test_drive_at_a_time(dealership, lead, salesperson):
    tomorrow = TUESDAY_10 + timedelta(days=1)
    colleague = create_salesperson(dealership)
    book_appointment(
        lead,
        kind="test_drive",
        starts_at=tomorrow,
        by=salesperson,
        now=TUESDAY_10,
        vehicle="TKN42P",
    )

    with refused("appointment_never_books_a_car_twice"), transaction.atomic():
        book_past_the_domain(lead, salesperson=colleague)


def test_a_slot_of_the_workshop_is_booked_once(lead, salesperson):
    tomorrow = TUESDAY_10 + timedelta(days=1)
    book_appointment(lead, kind="workshop", starts_at=tomorrow, by=salesperson, now=TUESDAY_10)

    with refused("appointment_never_books_a_slot_twice"), transaction.atomic():
        book_past_the_domain(lead)


def test_a_proposal_is_not_approved_by_its_proposer(lead, salesperson):
    lead = record_conversation(lead, channel="showroom", by=salesperson, now=TUESDAY_10).lead
    close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)

    with refused("proposal_never_approved_by_its_proposer"), transaction.atomic():
        Proposal.objects.filter(lead=lead).update(
            decision="approved", decided_by=salesperson, decided_at=TUESDAY_10
        )


def test_a_reason_is_not_removed(db):
    with refused("close_reason_is_never_removed"), transaction.atomic():
        CloseReason.objects.filter(pk="AS-02")._raw_delete("default")


def test_a_reason_is_not_added_and_its_needs_do_not_change(db):
    with refused("close_reason_list_is_fixed"), transaction.atomic():
        CloseReason.objects.create(code="BDC-20", label_nl="Geen interesse", position=99)
    with refused("close_reason_list_is_fixed"), transaction.atomic():
        CloseReason.objects.filter(pk="BDC-10").update(needs=[])


def test_a_reason_stays_with_what_was_closed_with_it(dealership):
    agent = create_agent(dealership)
    lead = receive_passive(dealership)
    lead = record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10).lead
    close_lead(lead, reason="BDC-12", facts=Facts(), by=agent, now=TUESDAY_10)

    with refused("round_reason_stays_for_ever"):
        change(its_round(lead), reason="BDC-10")
