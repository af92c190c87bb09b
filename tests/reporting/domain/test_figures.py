"""MAP, the 60 % steps, conversion to sale and speed, counted by hand beside the query."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from bdc.accounts.models import User
from dealers.models import Dealership, Role
from leads.domain.approving import approve
from leads.domain.booking import book_appointment, record_outcome
from leads.domain.closing import Facts, close_lead
from leads.domain.contacting import record_attempt, start_call
from leads.models import Kind, Lead, Queue, Round
from reporting.domain.asking import By, Question
from reporting.domain.figures import Speed, Tally, map_figures, people_figures
from reporting.domain.periods import Period, week_of
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.reporting.histories import HOUR, lead_that

WEEK = week_of(TUESDAY_10.date())
NOTHING = Tally(leads=0, reached=0, appointments=0, showed=0, sold=0)


def question(*dealerships: Dealership, **fields) -> Question:
    places = frozenset(dealership.pk for dealership in dealerships)
    return Question(**{"period": WEEK, "dealerships": places, **fields})


def several(number: int, came_to: str, dealership: Dealership, **fields) -> None:
    for _ in range(number):
        lead_that(came_to, dealership, **fields)


def converted(lead: Lead, agent: User, seller: User) -> Lead:
    """A queue's lead that the BDC spoke with, booked for `seller`, and closed with BDC-17."""
    call = start_call(lead, by=agent, now=TUESDAY_10)
    record_attempt(lead, result="spoken", call_id=call.pk, by=agent, now=TUESDAY_10)
    book_appointment(
        lead,
        kind="showroom",
        starts_at=at(26, 14),
        salesperson=seller,
        by=agent,
        now=TUESDAY_10,
    )
    return close_lead(lead, reason="BDC-17", facts=Facts(), by=agent, now=TUESDAY_10)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def seller(dealership):
    return create_salesperson(dealership, name="Sem")


# --- Leads ------------------------------------------------------------------------------


def test_each_lead_counts_as_far_as_it_came(dealership):
    several(4, "received", dealership)
    several(2, "reached", dealership)
    several(2, "appointment", dealership)
    several(1, "showed", dealership)
    several(1, "sold", dealership)

    figures = map_figures(question(dealership))

    assert figures.tally == Tally(leads=10, reached=6, appointments=4, showed=2, sold=1)
    assert figures.map == Decimal("0.4")
    assert [(step.name, step.count, step.of, step.share) for step in figures.steps] == [
        ("reached", 6, 10, Decimal("0.6")),
        ("appointment", 4, 6, Decimal(4) / 6),
        ("showed", 2, 4, Decimal("0.5")),
        ("sold", 1, 2, Decimal("0.5")),
    ]


def test_without_leads_there_is_nothing_to_divide_by(dealership):
    figures = map_figures(question(dealership))

    assert figures.tally == NOTHING
    assert figures.map is None
    assert [step.share for step in figures.steps] == [None] * 4


def test_leads_of_another_group_never_count(dealership):
    elsewhere = create_dealership()
    several(2, "sold", elsewhere)

    assert map_figures(question(elsewhere)).tally.leads == 2
    assert map_figures(question(dealership)).tally == NOTHING


def test_what_is_known_at_the_end_of_the_transaction_counts(dealership):
    lead = lead_that("reached", dealership)
    before = map_figures(question(dealership)).tally.appointments

    Lead.objects.filter(pk=lead.pk).update(
        appointment_at=lead.received_at + HOUR, has_appointment=True
    )

    assert before == 0
    assert map_figures(question(dealership)).tally.appointments == 1


def test_a_cancelled_appointment_leaves_map(dealership, seller):
    lead = receive(dealership)
    appointment = book_appointment(
        lead, kind="showroom", starts_at=at(26, 14), by=seller, now=TUESDAY_10
    )
    before = map_figures(question(dealership)).tally.appointments

    record_outcome(appointment, outcome="cancelled", by=seller, now=TUESDAY_10 + HOUR)

    assert before == 1
    assert map_figures(question(dealership)).tally == Tally(1, 0, 0, 0, 0)


def test_a_missed_appointment_counts_and_a_workshop_visit_does_not(dealership, seller):
    missed = receive(dealership)
    appointment = book_appointment(
        missed, kind="test_drive", starts_at=at(24, 11), by=seller, now=TUESDAY_10
    )
    record_outcome(appointment, outcome="no_show", by=seller, now=TUESDAY_10 + 2 * HOUR)
    serviced = receive(dealership, interest="service")
    book_appointment(serviced, kind="workshop", starts_at=at(26, 14), by=seller, now=TUESDAY_10)

    figures = map_figures(question(dealership))

    assert (figures.tally.leads, figures.tally.appointments, figures.tally.showed) == (2, 1, 0)


def test_tests_and_duplicates_leave_the_denominator(dealership, seller):
    several(3, "appointment", dealership)
    original = receive(dealership)
    duplicate = receive(dealership)
    manager = create_member(Role.SALES_MANAGER, dealership)
    close_lead(
        duplicate,
        reason="BDC-02",
        facts=Facts(original=original.pk),
        by=seller,
        now=TUESDAY_10,
    )
    proposed = map_figures(question(dealership))

    approve(Lead.objects.get(pk=duplicate.pk), by=manager, now=TUESDAY_10 + HOUR)

    net = map_figures(question(dealership))
    gross = map_figures(question(dealership, net=False))
    assert (proposed.tally.leads, proposed.pollution) == (5, 0)
    assert (net.tally.leads, net.pollution, net.map) == (4, 1, Decimal("0.75"))
    assert (gross.tally.leads, gross.pollution, gross.map) == (5, 1, Decimal("0.6"))
    assert (net.gross, net.net) == (gross.gross, gross.net)


def test_what_was_reached_of_a_duplicate_counts_gross_only(dealership):
    lead_that("sold", dealership)
    lead_that("sold", dealership, is_pollution=True)

    figures = map_figures(question(dealership))

    assert figures.net == Tally(leads=1, reached=1, appointments=1, showed=1, sold=1)
    assert figures.gross == Tally(leads=2, reached=2, appointments=2, showed=2, sold=2)


def test_a_passive_lead_stays_beside_the_active_ones_when_the_bdc_converts_it(dealership, seller):
    agent = create_agent(dealership)
    lead = converted(receive_passive(dealership), agent, seller)
    lead_that("reached", dealership)

    active = map_figures(question(dealership))
    passive = map_figures(question(dealership, kind=Kind.PASSIVE))

    assert lead.kind == Kind.ACTIVE
    assert active.tally == Tally(1, 1, 0, 0, 0)
    assert passive.tally == Tally(1, 1, 1, 0, 0)
    assert [step.target for step in passive.steps] == [None] * 4


def test_a_campaign_counts_its_own_leads(dealership):
    campaign = create_campaign(dealership)
    lead_that("appointment", dealership, campaign=campaign)
    lead_that("reached", dealership)

    assert map_figures(question(dealership)).tally.leads == 2
    assert map_figures(question(dealership, campaigns=(campaign,))).tally == Tally(1, 1, 1, 0, 0)


# --- Periods ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "in_the_week"),
    [
        pytest.param(at(22, 23, 59), False, id="last minute of the week before"),
        pytest.param(at(23, 0), True, id="first minute"),
        pytest.param(at(29, 23, 59), True, id="last minute"),
        pytest.param(at(30, 0), False, id="first minute of the week after"),
    ],
)
def test_a_lead_counts_in_the_local_week_in_which_it_was_received(
    dealership, received, in_the_week
):
    lead_that("received", dealership, now=received)

    assert map_figures(question(dealership)).tally.leads == in_the_week


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        pytest.param(date(2026, 3, 29), "00:00+01:00", "23:59+02:00", id="23 hours, in spring"),
        pytest.param(date(2026, 10, 25), "00:00+02:00", "23:59+01:00", id="25 hours, in autumn"),
    ],
)
def test_the_day_of_a_clock_change_is_whole(dealership, day, first, last):
    for moment in (first, last):
        lead_that("received", dealership, now=datetime.fromisoformat(f"{day}T{moment}"))
    around = Period(day - timedelta(days=1), day + timedelta(days=1))

    counted = map_figures(question(dealership, period=Period(day, day))).tally.leads

    assert counted == map_figures(question(dealership, period=around)).tally.leads == 2


def test_events_count_on_their_own_day(dealership):
    before, after = WEEK.before(), Period(WEEK.last, WEEK.last)
    lead_that("appointment", dealership, now=at(22, 22, 30))  # reached that night, made at 0:30
    lead_that("reached", dealership)

    by_receipt = map_figures(question(dealership))
    by_event = map_figures(question(dealership, by=By.EVENT))

    assert by_receipt.tally == Tally(leads=1, reached=1, appointments=0, showed=0, sold=0)
    assert by_event.tally == Tally(leads=1, reached=1, appointments=1, showed=0, sold=0)
    assert map_figures(question(dealership, by=By.EVENT, period=before)).tally == Tally(
        leads=1, reached=1, appointments=0, showed=0, sold=0
    )
    assert map_figures(question(dealership, by=By.EVENT, period=after)).tally == NOTHING


# --- Targets and speed --------------------------------------------------------------------


def test_each_kind_of_lead_has_its_own_target_and_potential(dealership):
    several(2, "sold", dealership, channel="online", interest="new")
    several(3, "received", dealership, channel="online", interest="used")
    lead_that("sold", dealership, channel="online", interest="used")
    lead_that("received", dealership, channel="phone", interest="new")
    lead_that("sold", dealership, channel="walk_in")

    conversions = map_figures(question(dealership)).conversions

    assert [
        (one.segment.name, one.gained, one.leads, one.segment.target, one.potential)
        for one in conversions
    ] == [
        ("all", 4, 8, Decimal("0.13"), Decimal("1.04")),
        ("online_new", 2, 2, Decimal("0.13"), Decimal("0.26")),
        ("online_used", 1, 4, Decimal("0.20"), Decimal("0.80")),
        ("phone", 0, 1, Decimal("0.22"), Decimal("0.22")),
    ]


def test_passive_leads_gain_appointments_in_showroom_or_workshop(dealership, seller):
    agent = create_agent(dealership)
    converted(receive_passive(dealership, interest="used"), agent, seller)
    receive_passive(dealership, interest="new")
    serviced = receive_passive(dealership, interest="service")
    visit = book_appointment(
        serviced, kind="workshop", starts_at=at(26, 14), by=None, now=TUESDAY_10
    )

    booked = map_figures(question(dealership, kind=Kind.PASSIVE)).conversions
    record_outcome(visit, outcome="cancelled", by=None, now=TUESDAY_10 + HOUR)
    cancelled = map_figures(question(dealership, kind=Kind.PASSIVE)).conversions

    assert [(one.segment.name, one.gained, one.leads) for one in booked] == [
        ("passive_sales", 1, 2),
        ("passive_service", 1, 1),
    ]
    assert [one.gained for one in cancelled] == [1, 0]


def test_speed_is_over_the_leads_on_the_clock(dealership, seller):
    for seconds in (30, 120, 121):
        lead = receive(dealership)
        start_call(lead, by=seller, now=TUESDAY_10 + timedelta(seconds=seconds))
    receive(dealership)  # nobody has called yet
    receive(dealership, channel="walk_in")  # no clock

    speed = map_figures(question(dealership)).speed

    assert speed == Speed(
        timed=4,
        in_time=2,
        median=timedelta(seconds=120),
        p90=timedelta(seconds=120, milliseconds=800),
    )
    assert speed.share == Decimal("0.5")


@pytest.mark.parametrize(
    ("leads", "appointments", "to_go"), [(92, 31, 3), (100, 36, 0), (100, 40, 0), (1, 0, 1)]
)
def test_what_is_still_needed_for_the_target(leads, appointments, to_go):
    assert Tally(leads, 0, appointments, 0, 0).appointments_to_go == to_go


@pytest.mark.parametrize(("leads", "is_judged"), [(19, False), (20, True)])
def test_nobody_is_judged_on_fewer_than_twenty(leads, is_judged):
    assert Tally(leads, 0, 0, 0, 0).is_judged == is_judged


# --- People and queues --------------------------------------------------------------------


def test_a_person_is_judged_on_the_rounds_that_began_with_him(dealership, seller):
    several(2, "sold", dealership)
    colleague = create_salesperson(dealership, name="Lisa")
    handed = receive(dealership)
    Round.objects.filter(lead=handed).update(owner=colleague)

    whole = map_figures(question(dealership))
    of_seller = map_figures(question(dealership, salesperson=seller))
    of_colleague = map_figures(question(dealership, salesperson=colleague))

    assert whole.tally == Tally(3, 2, 2, 2, 2)
    assert of_seller.tally == Tally(2, 2, 2, 2, 2)
    assert of_colleague.tally == Tally(1, 0, 0, 0, 0)


def test_a_round_that_began_with_an_appointment_counts_for_show_and_sale(dealership, seller):
    dealership.routing = Dealership.Routing.BDC_FIRST
    dealership.save()
    lead = converted(receive(dealership), create_agent(dealership), seller)
    visit = lead.appointments.get()

    record_outcome(visit, outcome="showed", by=seller, now=at(26, 15))

    of_seller = map_figures(question(dealership, salesperson=seller))
    of_queue = map_figures(question(dealership, queue=Queue.INBOUND))
    assert of_seller.tally == Tally(0, 0, 0, showed=1, sold=0, taken_over=1)
    assert [(step.count, step.of) for step in of_seller.steps] == [(0, 0), (0, 0), (1, 1), (0, 1)]
    assert [(one.gained, one.leads) for one in of_seller.conversions] == [
        (0, 1),
        (0, 1),
        (0, 0),
        (0, 0),
    ]
    assert of_queue.tally == Tally(1, 1, 1, showed=1, sold=0)


def test_a_lead_that_waits_for_a_salesperson_is_in_the_catch_all(dealership):
    receive(dealership)

    assert map_figures(question(dealership, queue=Queue.CATCH_ALL)).tally.leads == 1


def test_people_stand_side_by_side_with_most_leads_first(dealership):
    lisa = create_salesperson(dealership, name="Lisa")
    lead_that("received", dealership)
    lisa.memberships.all().delete()
    create_salesperson(dealership, name="Sem")
    several(2, "appointment", dealership)

    people = people_figures(question(dealership))

    assert [(person.name, person.tally) for person in people] == [
        ("Sem", Tally(2, 2, 2, 0, 0)),
        ("Lisa", Tally(1, 0, 0, 0, 0)),
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_every_answer_is_one_query_however_many_salespeople(
    dealership, django_assert_num_queries, number
):
    for _ in range(number):
        create_salesperson(dealership)
    several(number, "sold", dealership)

    with django_assert_num_queries(1):
        people = people_figures(question(dealership))
    with django_assert_num_queries(1):
        map_figures(question(dealership))

    assert len(people) == number
