"""Appointments and quotes, and what they do to a lead."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils.translation import override

from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.agenda import due_at, late_leads, late_since
from leads.domain.agents_day import day_of
from leads.domain.booking import (
    ask_quote,
    book_appointment,
    free_moments,
    move_appointment,
    record_outcome,
)
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.sweeping import sweep
from leads.domain.timeline import sentence
from leads.models import Appointment, Lead
from leads.views.saying import after_attempt
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


# --- Moving, and how a salesperson's lead waits for a visit -----------------------------------


def booked_at(lead, starts_at, by, **fields):
    return book_appointment(
        lead, **{"kind": "showroom", "starts_at": starts_at, "by": by, "now": TUESDAY_10, **fields}
    )


def test_a_moved_appointment_ends_as_moved_and_a_new_one_stands(lead, salesperson):
    old = booked_at(lead, at(25, 10), salesperson, kind="test_drive", vehicle="ID3-007", minutes=45)

    new = move_appointment(old, starts_at=at(26, 14), by=salesperson, now=at(24, 12))

    old.refresh_from_db()
    assert (old.outcome, old.outcome_at) == ("moved", at(24, 12))
    assert (new.moved_from, new.outcome, new.starts_at) == (old, "", at(26, 14))
    assert (new.kind, new.vehicle, new.salesperson) == ("test_drive", "ID3-007", salesperson)
    assert new.ends_at - new.starts_at == timedelta(minutes=45)
    moved = new.lead.events.get(verb="appointment_moved")
    with override("en"):
        assert sentence(moved) == "Appointment of Wed 25 Nov 10:00 moved to Thu 26 Nov 14:00."


def test_map_counts_a_moved_appointment_once_and_its_milestone_stays(dealership, salesperson):
    agent = create_agent(dealership)
    lead = receive_passive(dealership)
    old = booked_at(lead, at(25, 10), agent)
    lead = close_lead(old.lead, reason="BDC-17", facts=Facts(), by=agent, now=TUESDAY_10)

    new = move_appointment(old, starts_at=at(26, 14), by=salesperson, now=at(24, 12))

    lead = Lead.objects.get(pk=lead.pk)
    of_bdc, of_sales = lead.rounds.all()
    assert (lead.has_appointment, lead.appointment_at) == (True, TUESDAY_10)
    assert (of_bdc.has_appointment, of_sales.has_appointment) == (True, False)
    assert (new.round, new.booked_by, new.booked_at) == (of_bdc, agent, TUESDAY_10)
    assert day_of(agent, now=at(24, 12)).appointments == 1
    assert day_of(salesperson, now=at(24, 12)).appointments == 0


def test_an_appointment_moves_over_its_own_time(lead, salesperson):
    old = booked_at(lead, at(25, 10), salesperson)

    new = move_appointment(old, starts_at=at(25, 10, 30), by=salesperson, now=TUESDAY_10)

    assert new.salesperson == salesperson


def test_what_cannot_be_moved_stands_as_it_was(dealership, lead, salesperson):
    old = booked_at(lead, at(25, 10), salesperson)
    booked_at(receive(dealership), at(26, 14), salesperson)

    with slot_taken():
        move_appointment(old, starts_at=at(26, 14, 30), by=salesperson, now=TUESDAY_10)

    old.refresh_from_db()
    assert (old.outcome, Appointment.objects.count()) == ("", 2)


def test_the_workshop_slot_of_a_moved_appointment_is_free_again(lead, salesperson):
    visits = [booked_at(lead, at(25, 10), salesperson, kind="workshop") for _ in range(2)]

    moved = move_appointment(visits[0], starts_at=at(26, 9), by=salesperson, now=TUESDAY_10)

    assert moved.slot == 1
    assert booked_at(lead, at(25, 11), salesperson, kind="workshop").slot == 1


@pytest.mark.parametrize("outcome", ["showed", "no_show", "cancelled"])
def test_what_has_an_outcome_is_not_moved(lead, salesperson, outcome):
    visit = booked_at(lead, at(25, 10), salesperson)
    record_outcome(visit, outcome=outcome, by=salesperson, now=at(25, 11))

    with pytest.raises(RuleBroken, match=r"^already_closed$"):
        move_appointment(visit, starts_at=at(26, 14), by=salesperson, now=at(25, 11))


def test_an_appointment_is_moved_once(lead, salesperson):
    visit = booked_at(lead, at(25, 10), salesperson)
    move_appointment(visit, starts_at=at(26, 14), by=salesperson, now=TUESDAY_10)

    with pytest.raises(RuleBroken, match=r"^already_closed$"):
        move_appointment(visit, starts_at=at(27, 14), by=salesperson, now=TUESDAY_10)


def test_who_left_the_dealership_does_not_receive_a_moved_visit(dealership, lead, salesperson):
    lisa = create_salesperson(dealership)
    visit = booked_at(lead, at(25, 10), salesperson, salesperson=lisa)
    lisa.memberships.all().delete()

    moved = move_appointment(visit, starts_at=at(26, 14), by=salesperson, now=TUESDAY_10)

    assert moved.salesperson == salesperson


def test_a_marketer_moves_no_appointment(dealership, lead, salesperson):
    visit = booked_at(lead, at(25, 10), salesperson)
    marketer = create_member(Role.MARKETER, dealership)

    with pytest.raises(NotAllowed):
        move_appointment(visit, starts_at=at(26, 14), by=marketer, now=TUESDAY_10)


def test_the_database_moves_no_appointment_to_another_lead(dealership, lead, salesperson):
    visit = booked_at(lead, at(25, 10), salesperson)
    other = booked_at(receive(dealership), at(25, 14), salesperson)

    Appointment.objects.filter(pk=other.pk).update(moved_from=visit)
    with (
        pytest.raises(IntegrityError, match="appointment_moved_within_its_lead"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("promised", "next_call_at"),
    [
        pytest.param(None, at(25, 10), id="not before the visit"),
        pytest.param(at(24, 16), at(24, 16), id="a promise before the visit goes first"),
        pytest.param(at(26, 9), at(26, 9), id="a promise after the visit too"),
    ],
)
def test_a_salespersons_lead_waits_for_its_visit(lead, salesperson, promised, next_call_at):
    if promised:
        promise_call_back(lead, due_at=promised, by=salesperson, now=TUESDAY_10)

    visit = booked_at(lead, at(25, 10), salesperson)

    assert visit.lead.next_call_at == next_call_at


def test_a_visit_holds_off_the_end_of_unanswered_calls(lead, salesperson):
    Lead.objects.filter(pk=lead.pk).update(system_close_at=at(24, 10, 15))

    assert booked_at(lead, at(25, 10), salesperson).lead.system_close_at is None


@pytest.mark.parametrize(
    ("act", "next_call_at"),
    [
        pytest.param("moved", at(26, 14), id="moved: it waits for the new time"),
        pytest.param("no_show", at(24, 12), id="no-show: due again"),
        pytest.param("cancelled", at(24, 12), id="cancelled: due again"),
    ],
)
def test_what_becomes_of_the_visit_says_when_the_lead_is_due(lead, salesperson, act, next_call_at):
    visit = booked_at(lead, at(25, 10), salesperson)

    if act == "moved":
        move_appointment(visit, starts_at=at(26, 14), by=salesperson, now=at(24, 12))
    else:
        record_outcome(visit, outcome=act, by=salesperson, now=at(24, 12))

    lead = Lead.objects.for_rows().get(pk=lead.pk)
    assert (lead.owner, lead.next_call_at) == (salesperson, next_call_at)
    assert due_at(lead, now=at(24, 12)) == next_call_at
    assert late_since(lead, now=at(24, 12)) is None
    assert not Lead.objects.filter(late_leads(at(24, 12))).exists()


def test_a_cancelled_visit_leaves_the_lead_waiting_for_the_next_one(lead, salesperson):
    visit = booked_at(lead, at(25, 10), salesperson)
    booked_at(lead, at(27, 10), salesperson)

    record_outcome(visit, outcome="cancelled", by=salesperson, now=at(24, 12))

    assert Lead.objects.get(pk=lead.pk).next_call_at == at(27, 10)


@pytest.mark.parametrize("result", ["no_answer", "refused"])
def test_with_a_visit_ahead_nobody_is_unreached_after_the_last_attempt(dealership, result):
    dealership.attempts_salesperson = 1
    dealership.save()
    seller, lead = create_salesperson(dealership), receive(dealership)
    visit = booked_at(lead, at(25, 10), seller)

    attempt = record_attempt(lead, result=result, by=seller, now=TUESDAY_10)

    lead.refresh_from_db()
    assert (lead.owner, lead.queue, lead.round_number) == (seller, "", 1)
    assert (lead.next_call_at, lead.system_close_at) == (at(25, 10), None)
    assert "de afspraak van" in after_attempt(attempt)
    sweep(at(25, 9))
    record_outcome(visit, outcome="no_show", by=seller, now=at(25, 11))
    sweep(at(25, 11, 15))
    lead.refresh_from_db()
    assert (lead.owner, lead.queue) == (None, "unreached")


def test_a_missed_visit_after_the_last_attempt_leaves_the_lead_to_the_system(dealership):
    dealership.attempts_salesperson = 1
    dealership.save()
    seller, lead = create_salesperson(dealership), receive(dealership)
    record_attempt(lead, result="refused", by=seller, now=TUESDAY_10)
    visit = book_appointment(lead, kind="showroom", starts_at=at(24, 14), by=seller, now=TUESDAY_10)
    lead.refresh_from_db()
    assert lead.system_close_at is None

    record_outcome(visit, outcome="no_show", by=seller, now=at(24, 15))

    lead.refresh_from_db()
    assert lead.system_close_at == at(24, 15, 15)
