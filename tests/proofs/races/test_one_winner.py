"""What only one can have: of all who ask at once one gets it, and the others are told so."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from leads.domain.booking import book_appointment
from leads.domain.handing_over import take
from leads.domain.intake import LeadIn, receive_lead
from leads.domain.queue import next_lead
from leads.models import Appointment, Customer, Event, Hold, Lead
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_salesperson,
    phone_number,
    receive,
    receive_passive,
)
from tests.proofs.races.at_once import at_once
from tests.proofs.size import size

pytestmark = pytest.mark.django_db(transaction=True)

REPEATS = {"ci": 3, "full": 200}
TOMORROW_10 = TUESDAY_10 + timedelta(days=1)


def codes(answers) -> Counter[str]:
    return Counter(answer.code for answer in answers)


def test_of_fifty_takers_one_wins(tally):
    tally.what = "one lead of catch_all, taken by 50 at once"
    dealership = create_dealership()
    waiting = [receive(dealership) for _ in range(size(**REPEATS))]
    people = [create_salesperson(dealership) for _ in range(50)]

    for lead in waiting:
        answers = at_once(*[partial(take, lead, by=who, now=TUESDAY_10) for who in people])

        won = [who for who, answer in zip(people, answers, strict=True) if answer.problem is None]
        owner = Lead.objects.get(pk=lead.pk).owner
        taken = Event.objects.filter(lead=lead, verb="taken").count()
        right = codes(answers) == {"ok": 1, "already_taken": 49} and (taken, [owner]) == (1, won)
        tally.count(violations=not right)
    assert tally.violations == 0


def hour_of(number):
    """An hour within opening hours, another for each number."""
    return TOMORROW_10 + timedelta(days=7 * (number // 7), hours=number % 7)


def booked_at_once(leads, starts_at, *, by):
    """What each of `leads` gets, when all ask for a visit to the showroom at the same hour."""
    asked = {"kind": "showroom", "starts_at": starts_at, "by": by, "now": TUESDAY_10}
    return at_once(*[partial(book_appointment, lead, **asked) for lead in leads])


@pytest.fixture
def nobody_begins_anew(monkeypatch):
    """Whoever is the victim of a deadlock is told so, and the proof sees it."""
    monkeypatch.setattr("bdc.transactions.TRIES", 1)


@pytest.mark.usefixtures("nobody_begins_anew")
def test_of_ten_who_book_a_salesperson_one_wins(tally):
    tally.what = "one hour of a salesperson, booked by 10 at once"
    dealership = create_dealership()
    salesperson = create_salesperson(dealership)

    for number in range(size(**REPEATS)):
        leads = [receive(dealership) for _ in range(10)]
        starts_at = hour_of(number)

        answers = booked_at_once(leads, starts_at, by=salesperson)

        booked = Appointment.objects.filter(salesperson=salesperson, starts_at=starts_at).count()
        tally.count(violations=codes(answers) != {"ok": 1, "slot_taken": 9} or booked != 1)
    assert tally.violations == 0


@pytest.mark.usefixtures("nobody_begins_anew")
def test_of_ten_who_book_a_car_one_wins(tally):
    tally.what = "one car for a test drive, booked by 10 at once"
    dealership = create_dealership()

    for number in range(size(**REPEATS)):
        sellers = [create_salesperson(dealership) for _ in range(10)]
        leads = [receive(dealership) for _ in sellers]

        answers = at_once(
            *[
                partial(
                    book_appointment,
                    lead,
                    kind="test_drive",
                    starts_at=TOMORROW_10,
                    vehicle=f"AB-12{number:02d}-C",
                    by=lead.owner,
                    salesperson=None,
                    now=TUESDAY_10,
                )
                for lead in leads
            ]
        )

        drives = Appointment.objects.filter(vehicle=f"AB-12{number:02d}-C").count()
        tally.count(violations=codes(answers) != {"ok": 1, "slot_taken": 9} or drives != 1)
        Appointment.objects.filter(outcome="").update(outcome="cancelled", outcome_at=TUESDAY_10)
    assert tally.violations == 0


def test_of_ten_who_book_whoever_is_free_each_finds_somebody(tally):
    tally.what = "an hour with whoever is free, booked by 10 at once"
    dealership = create_dealership()
    waiting = [receive(dealership) for _ in range(10)]
    free = {create_salesperson(dealership) for _ in waiting}

    for number in range(size(**REPEATS)):
        starts_at = hour_of(number)

        answers = booked_at_once(waiting, starts_at, by=None)

        found = [answer.value.salesperson for answer in answers if answer.problem is None]
        tally.count(violations=codes(answers) != {"ok": 10} or set(found) != free)
    assert tally.violations == 0


@pytest.mark.parametrize("kind", ["active", "passive"])
def test_one_person_who_arrives_ten_times_at_once_is_one_customer(tally, kind):
    tally.what = f"one person, received by 10 doors at once ({kind})"
    dealership = create_dealership()
    create_salesperson(dealership)

    for number in range(size(**REPEATS)):
        phone, email = phone_number(), f"een{number}@voorbeeld.example"
        asked = [
            LeadIn(
                kind=kind,
                channel="online" if kind == "active" else "data_mining",
                dealership=dealership,
                name="Sanne de Proef",
                # Some know the number, some the address, some both.
                phones=(phone,) if position % 3 != 1 else (),
                emails=(email,) if position % 3 != 0 else (),
                interest="new",
            )
            for position in range(9)
        ]
        both = LeadIn(
            kind=kind,
            channel="online" if kind == "active" else "data_mining",
            dealership=dealership,
            name="Sanne de Proef",
            phones=(phone,),
            emails=(email,),
            interest="new",
        )
        known = receive_lead(both, raw=None, by=None, now=TUESDAY_10).customer

        answers = at_once(
            *[partial(receive_lead, one, raw=None, by=None, now=TUESDAY_10) for one in asked]
        )

        leads = 1 if kind == "active" else 10
        right = codes(answers) == {"ok": 9} and known.leads.count() == leads
        tally.count(violations=not right)
    assert (tally.violations, Customer.objects.count()) == (0, tally.tried)


def test_an_unknown_person_who_arrives_ten_times_at_once_is_one_customer(tally):
    tally.what = "one unknown person, received by 10 doors at once"
    dealership = create_dealership()
    create_salesperson(dealership)

    for _ in range(size(**REPEATS)):
        phone = phone_number()
        answers = at_once(*[partial(receive, dealership, phones=(phone,))] * 10)

        leads = {answer.value.pk for answer in answers if answer.value is not None}
        tally.count(violations=codes(answers) != {"ok": 10} or len(leads) != 1)
    assert (tally.violations, Customer.objects.count()) == (0, tally.tried)


def test_one_document_sent_ten_times_at_once_is_one_lead(tally):
    tally.what = "one document with its id, received 10 times at once"
    dealership = create_dealership()

    for number in range(size(**REPEATS)):
        answers = at_once(
            *[partial(receive_passive, dealership, source="lijst", external_id=str(number))] * 10
        )

        leads = {answer.value.pk for answer in answers if answer.value is not None}
        tally.count(violations=codes(answers) != {"ok": 10} or len(leads) != 1)
    assert (tally.violations, Lead.objects.count()) == (0, tally.tried)


def test_last_customers_go_to_as_many_agents_and_the_others_hear_that_nothing_is_due(tally):
    tally.what = "the last 5 due customers, asked for by 20 agents at once"
    dealership = create_dealership()
    agents = [create_agent(dealership) for _ in range(20)]

    for _ in range(size(**REPEATS)):
        for _ in range(5):
            receive_passive(dealership)

        answers = at_once(*[partial(next_lead, who, now=TUESDAY_10) for who in agents])

        held = [answer.value.customer_id for answer in answers if answer.value is not None]
        right = codes(answers) == {"ok": 20} and len(set(held)) == len(held) == 5
        tally.count(violations=not right)
        Lead.objects.update(next_call_at=None)
        Hold.objects.all().delete()
    assert tally.violations == 0


def test_an_agent_who_asks_ten_times_at_once_is_given_the_only_customer_each_time(tally):
    tally.what = "the only due customer, asked for ten times at once by one agent"
    dealership = create_dealership()
    agent = create_agent(dealership)

    for _ in range(size(**REPEATS)):
        lead = receive_passive(dealership)

        answers = at_once(*[partial(next_lead, agent, now=TUESDAY_10)] * 10)

        held = [answer.value and answer.value.lead_id for answer in answers]
        tally.count(violations=held != [lead.pk] * 10)
        Lead.objects.update(next_call_at=None)
        Hold.objects.all().delete()
    assert tally.violations == 0
