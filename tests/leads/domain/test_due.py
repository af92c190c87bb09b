"""Next call judges by SQL: the same rules as the policy functions, at every moment and for every
lead (product.md, The queue)."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bdc.prepared import fetch_prepared
from dealers.domain.hours import is_open, local, may_call_at
from dealers.domain.presence import set_presence
from dealers.models import ClosingDay, Dealership, OpeningBlock
from leads.domain import due
from leads.domain.agents_work import Scope
from leads.domain.booking import book_appointment
from leads.domain.cadence import day_part
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.due import Search
from leads.domain.facts import Facts
from leads.domain.objecting import record_objection
from leads.domain.permission import may_call
from leads.domain.queue import next_lead_problem
from leads.domain.undoing import undo
from leads.models import Lead, Round
from tests.factories import (
    TUESDAY_10,
    consent,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)

YEAR = timedelta(days=366)
# Both changes of summer time, feasts, early evenings and ordinary weeks.
MOMENTS = st.integers(0, int(2 * YEAR / timedelta(minutes=1))).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def places_at(dealership: Dealership, now: datetime) -> tuple:
    search = Search(agent_id=0, scopes=(Scope(frozenset({dealership.pk})),), now=now)
    sql = f"WITH {due._PLACES} SELECT day, day_part, in_calling_hours, is_open FROM places"
    [row] = fetch_prepared(sql, search._params())
    return row


@pytest.mark.parametrize(
    ("calls_from", "calls_until"),
    [
        pytest.param(None, None, id="the legal hours"),
        pytest.param(time(10, 30), time(17), id="narrowed by the dealership"),
        pytest.param(time(6), time(23), id="never widened"),
    ],
)
def test_hours_are_those_of_the_policy(db, calls_from, calls_until):
    dealership = create_dealership()
    dealership.opening_blocks.all().delete()
    for weekday in range(6):
        OpeningBlock.objects.create(
            dealership=dealership, weekday=weekday, opens=time(8, 30), closes=time(12)
        )
        OpeningBlock.objects.create(
            dealership=dealership, weekday=weekday, opens=time(13), closes=time(18)
        )
    ClosingDay.objects.create(dealership=dealership, on=TUESDAY_10.date(), reason="stocktaking")
    Dealership.objects.filter(pk=dealership.pk).update(
        calls_from=calls_from, calls_until=calls_until
    )
    dealership = Dealership.objects.with_hours().get(pk=dealership.pk)

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(now=MOMENTS)
    def agree(now: datetime) -> None:
        assert places_at(dealership, now) == (
            local(dealership, now).date(),
            day_part(dealership, now),
            may_call_at(dealership, now, requested=False),
            is_open(dealership, now),
        )

    agree()
    closed, feast = TUESDAY_10, datetime(2026, 12, 25, 12, tzinfo=UTC)
    assert not places_at(dealership, closed)[3]
    assert places_at(dealership, feast)[2:] == (False, False)


def ground_of(lead: Lead, now: datetime) -> bool:
    search = Search(agent_id=0, scopes=(Scope(frozenset({lead.dealership_id})),), now=now)
    sql = (
        f"WITH {due._PLACES} SELECT {due._GROUND} FROM leads_lead l"
        " JOIN leads_customer c ON c.id = l.customer_id JOIN places p ON p.id = l.dealership_id"
        " WHERE l.id = %(lead)s::bigint"
    )
    [(has_ground,)] = fetch_prepared(sql, search._params(lead=lead.pk))
    return bool(has_ground)


def asked_himself(dealership: Dealership) -> Lead:
    create_salesperson(dealership)
    return receive(dealership)


def asked_and_objected(dealership: Dealership) -> Lead:
    lead = asked_himself(dealership)
    record_objection(lead.customer, by=None, now=TUESDAY_10 + timedelta(days=1))
    return lead


def objected_and_asked_again(dealership: Dealership) -> Lead:
    create_salesperson(dealership)
    before = receive_passive(dealership, phones=("06-12345001",))
    record_objection(before.customer, by=None, now=TUESDAY_10)
    return receive(dealership, phones=("06-12345001",), now=TUESDAY_10 + timedelta(days=1))


def promised(dealership: Dealership) -> Lead:
    lead = receive_passive(dealership, consents=())
    agent = create_agent(dealership)
    due_at = TUESDAY_10 + timedelta(days=60)
    promise_call_back(lead, due_at=due_at, by=agent, now=TUESDAY_10)
    return lead


def agreed_on_a_date(dealership: Dealership) -> Lead:
    dealership.routing = "bdc_first"
    dealership.save()
    agent, lead = create_agent(dealership), receive(dealership)
    record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10)
    facts = Facts(follow_up_at=TUESDAY_10 + timedelta(days=60))
    close_lead(lead, reason="BDC-16", facts=facts, by=agent, now=TUESDAY_10)
    return lead


def agreed_on_a_date_and_undone_since(dealership: Dealership) -> Lead:
    lead, agent = agreed_on_a_date(dealership), create_agent(dealership)
    facts = Facts(destination="parts")
    close_lead(lead, reason="BDC-04", facts=facts, by=agent, now=TUESDAY_10)
    undo(lead, by=agent, now=TUESDAY_10)
    return lead


def a_date_that_was_undone(dealership: Dealership) -> Lead:
    lead = agreed_on_a_date(dealership)
    undo(lead, by=Round.objects.get(reason="BDC-16").closed_by, now=TUESDAY_10)
    return lead


def awaited_in_the_workshop(dealership: Dealership) -> Lead:
    lead = receive_passive(dealership, consents=(), interest="service")
    starts_at = TUESDAY_10 + timedelta(days=8)
    book_appointment(
        lead, kind="workshop", starts_at=starts_at, by=create_agent(dealership), now=TUESDAY_10
    )
    return lead


def consented(**fields: object) -> Callable[[Dealership], Lead]:
    return lambda dealership: receive_passive(dealership, consents=(consent(**fields),))


CASES = {
    "an own request": asked_himself,
    "an own request, and an objection since": asked_and_objected,
    "an objection, and an own request since": objected_and_asked_again,
    "a promise": promised,
    "a follow-up date": agreed_on_a_date,
    "a follow-up date, and a close-out undone since": agreed_on_a_date_and_undone_since,
    "a follow-up date that was undone": a_date_that_was_undone,
    "a visit to the workshop ahead": awaited_in_the_workshop,
    "consent": consented(),
    "consent to what is sold": consented(purpose="sales"),
    "consent to service": consented(purpose="service"),
    "consent without words": consented(words=""),
    "consent that begins later": consented(given_at=TUESDAY_10 + timedelta(days=20)),
    "a company": lambda place: receive_passive(place, consents=(), company="Proef B.V."),
    "a company of a person": lambda place: receive_passive(
        place, consents=(), company="Proef v.o.f."
    ),
    "nothing": lambda place: receive_passive(place, consents=()),
}


@pytest.mark.parametrize("case", CASES)
def test_a_ground_is_one_for_both(db, case):
    lead = CASES[case](create_dealership())
    days = (0, 1, 5, 9, 25, 30, 31, 59, 60, 61, 400)
    moments = [TUESDAY_10 + timedelta(days=count) for count in days]
    moments += [moment - timedelta(minutes=30) for moment in moments]

    by_policy = [may_call(Lead.objects.get(pk=lead.pk), now=moment).allowed for moment in moments]
    by_sql = [ground_of(lead, moment) for moment in moments]

    assert by_sql == by_policy
    assert any(by_policy) == (case not in WITHOUT_GROUND)
    assert by_policy[days.index(400)] == (case in ON_A_DATE_FAR_AWAY or case in WITHOUT_END)


# 60 days ahead, when what was asked before is a ground no more.
ON_A_DATE_FAR_AWAY = {
    "a promise",
    "a follow-up date",
    "a follow-up date, and a close-out undone since",
}
WITHOUT_END = {
    "consent",
    "consent to what is sold",
    "consent that begins later",
    "a company",
}
WITHOUT_GROUND = {
    "an own request, and an objection since",
    "consent to service",
    "consent without words",
    "a company of a person",
    "nothing",
}


def test_a_withdrawn_consent_is_a_ground_for_neither(db):
    lead = receive_passive(create_dealership())
    lead.customer.consents.update(withdrawn_at=TUESDAY_10)

    assert not may_call(Lead.objects.get(pk=lead.pk), now=TUESDAY_10).allowed
    assert not ground_of(lead, TUESDAY_10)


@pytest.mark.parametrize("told", [None, "available", "pause", "away"])
def test_who_is_not_available_is_one_for_both(db, told):
    dealership = create_dealership()
    receive_passive(dealership)
    agent = create_agent(dealership)
    if told is not None:
        set_presence(agent, state=told, now=TUESDAY_10)
    search = Search(agent_id=agent.pk, scopes=(Scope(frozenset({dealership.pk})),), now=TUESDAY_10)

    assert (search.lock_best() is None) == (next_lead_problem(agent) is not None)
