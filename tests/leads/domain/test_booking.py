"""Appointments and quotes, and what they do to a lead."""

from datetime import timedelta

import pytest

from bdc.errors import Malformed, RuleBroken
from leads.domain.booking import ask_quote, book_appointment, free_moments, record_outcome
from leads.domain.closing import close_lead
from leads.domain.facts import Facts
from leads.models import Appointment, Lead
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)


@pytest.fixture
def dealership(db):
    return create_dealership(workshop_slots=2)


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def lead(dealership, salesperson):
    return receive(dealership)


def slot_taken():
    return pytest.raises(RuleBroken, match=r"^slot_taken$")


@pytest.mark.parametrize(
    ("kind", "counts"), [("showroom", True), ("test_drive", True), ("workshop", False)]
)
def test_showroom_and_test_drive_count_for_map(lead, salesperson, kind, counts):
    booked = book_appointment(lead, kind=kind, starts_at=at(25, 10), by=salesperson, now=TUESDAY_10)

    assert booked.lead.has_appointment == counts
    assert (booked.lead.appointment_at is not None) == counts
    assert booked.lead.current_round.has_appointment == counts


@pytest.mark.parametrize(
    ("outcome", "counts"), [("showed", True), ("no_show", True), ("cancelled", False)]
)
def test_a_cancelled_appointment_leaves_map_and_its_milestone_stays(
    lead, salesperson, outcome, counts
):
    booked = book_appointment(
        lead, kind="showroom", starts_at=at(25, 10), by=salesperson, now=TUESDAY_10
    )

    record_outcome(booked, outcome=outcome, by=salesperson, now=at(25, 10))

    lead = Lead.objects.get(pk=lead.pk)
    assert lead.has_appointment == counts
    assert lead.appointment_at == TUESDAY_10
    assert (lead.showed_at is not None) == (outcome == "showed")


def test_a_no_show_puts_the_lead_back_with_its_owner(lead, salesperson):
    booked = book_appointment(
        lead, kind="showroom", starts_at=at(25, 10), by=salesperson, now=TUESDAY_10
    )

    record_outcome(booked, outcome="no_show", by=salesperson, now=at(25, 11))

    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.owner, lead.next_call_at) == (salesperson, at(25, 11))


def test_an_outcome_is_recorded_once(lead, salesperson):
    booked = book_appointment(
        lead, kind="showroom", starts_at=at(25, 10), by=salesperson, now=TUESDAY_10
    )
    record_outcome(booked, outcome="showed", by=salesperson, now=at(25, 11))

    with pytest.raises(RuleBroken):
        record_outcome(booked, outcome="cancelled", by=salesperson, now=at(25, 11))

    assert Appointment.objects.get().outcome == "showed"


def test_a_person_is_not_booked_twice_and_the_next_hour_is_free(dealership, lead, salesperson):
    book_appointment(lead, kind="showroom", starts_at=at(25, 10), by=salesperson, now=TUESDAY_10)
    other = receive(dealership)

    with slot_taken():
        book_appointment(
            other, kind="showroom", starts_at=at(25, 10, 30), by=salesperson, now=TUESDAY_10
        )
    book_appointment(other, kind="showroom", starts_at=at(25, 11), by=salesperson, now=TUESDAY_10)

    assert Appointment.objects.count() == 2


def test_the_bdc_books_with_who_is_free_then(dealership, lead, salesperson):
    colleague = create_salesperson(dealership)
    book_appointment(lead, kind="showroom", starts_at=at(25, 10), by=salesperson, now=TUESDAY_10)
    agent = create_agent(dealership)

    booked = book_appointment(
        receive_passive(dealership),
        kind="showroom",
        starts_at=at(25, 10),
        by=agent,
        now=TUESDAY_10,
    )

    assert booked.salesperson == colleague


def test_the_workshop_takes_as_many_a_day_as_it_has_slots(dealership, lead, salesperson):
    for _ in range(2):
        book_appointment(
            lead, kind="workshop", starts_at=at(25, 10), by=salesperson, now=TUESDAY_10
        )

    with slot_taken():
        book_appointment(
            lead, kind="workshop", starts_at=at(25, 15), by=salesperson, now=TUESDAY_10
        )
    first = Appointment.objects.order_by("slot").first()
    record_outcome(first, outcome="cancelled", by=salesperson, now=TUESDAY_10)
    book_appointment(lead, kind="workshop", starts_at=at(25, 15), by=salesperson, now=TUESDAY_10)

    standing = Appointment.objects.filter(outcome="").order_by("slot")
    assert [booked.slot for booked in standing] == [1, 2]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"starts_at": TUESDAY_10 - timedelta(minutes=1)}, id="in the past"),
        pytest.param({"starts_at": at(24, 10, year=2036)}, id="far too far"),
        pytest.param({"minutes": 0}, id="no time at all"),
        pytest.param({"minutes": 24 * 60}, id="a whole day"),
    ],
)
def test_impossible_times_are_malformed(lead, salesperson, fields):
    with pytest.raises(Malformed):
        book_appointment(
            lead,
            **{
                "kind": "showroom",
                "starts_at": at(25, 10),
                "by": salesperson,
                "now": TUESDAY_10,
                **fields,
            },
        )


def test_an_appointment_with_a_stranger_is_malformed(lead, salesperson):
    stranger = create_salesperson(create_dealership())

    with pytest.raises(Malformed):
        book_appointment(
            lead,
            kind="showroom",
            starts_at=at(25, 10),
            by=salesperson,
            now=TUESDAY_10,
            salesperson=stranger,
        )


def test_free_moments_are_really_free(dealership, lead, salesperson):
    first, *_rest = free_moments(dealership, now=TUESDAY_10, count=5)
    book_appointment(lead, kind="showroom", starts_at=first[0], by=salesperson, now=TUESDAY_10)

    again = free_moments(dealership, now=TUESDAY_10, count=5)

    assert len(again) == 5
    assert first not in again
    assert all(person == salesperson for _moment, person in again)


def test_a_quote_is_a_milestone(lead, salesperson):
    quote = ask_quote(lead, by=salesperson, now=TUESDAY_10)

    assert quote.lead.quoted_at == TUESDAY_10
    assert quote.lead.current_round.quoted_at == TUESDAY_10


def test_a_visit_counts_for_the_salesperson_to_whom_the_bdc_gave_the_lead(dealership, salesperson):
    agent = create_agent(dealership)
    lead = receive_passive(dealership)
    booked = book_appointment(lead, kind="showroom", starts_at=at(25, 10), by=agent, now=TUESDAY_10)
    lead = close_lead(booked.lead, reason="BDC-17", facts=Facts(), by=agent, now=TUESDAY_10)

    record_outcome(booked, outcome="showed", by=salesperson, now=at(25, 11))

    of_bdc, of_sales = Lead.objects.get(pk=lead.pk).rounds.all()
    assert (of_bdc.showed_at, of_sales.showed_at) == (at(25, 11), at(25, 11))
    assert (of_bdc.has_appointment, of_sales.has_appointment) == (True, False)
