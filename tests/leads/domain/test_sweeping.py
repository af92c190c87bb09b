"""What time does to leads when nobody does anything; every sweep may run twice or late."""

from datetime import timedelta

import pytest

from leads.domain import sweeping
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import end_call, record_attempt, start_call
from leads.domain.facts import Facts
from leads.domain.handing_over import take
from leads.domain.holding import hold_of, renew_hold
from leads.domain.queue import next_lead
from leads.domain.sweeping import sweep
from leads.domain.timeline import sentence
from leads.models import Call, CloseReason, Hold, Lead
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
    return create_dealership(attempts_passive=1)


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


def twice(now) -> dict[str, int]:
    """Sweep, and show that the second time finds nothing more to do."""
    first = sweep(now)
    second = sweep(now)
    assert {name: count for name, count in second.items() if count} == {}
    return first


def test_with_nothing_due_nothing_happens(dealership, agent):
    receive_passive(dealership)

    assert set(twice(TUESDAY_10).values()) == {0}


def test_the_system_closes_with_bdc_06_when_nobody_does(dealership, agent):
    lead = receive_passive(dealership)
    record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)
    twice(TUESDAY_10 + timedelta(minutes=14))
    assert Lead.objects.get(pk=lead.pk).status == "open"

    twice(TUESDAY_10 + timedelta(minutes=15))

    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.status, lead.close_reason_id) == ("closed", "BDC-06")
    assert lead.current_round.closed_by is None
    assert lead.customer.parked_until == TUESDAY_10 + timedelta(minutes=15, days=90)


def test_the_system_goes_on_with_a_reason_that_is_retired(dealership, agent):
    CloseReason.objects.filter(pk="BDC-06").update(retired_at=TUESDAY_10)
    lead = receive_passive(dealership)
    record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)

    twice(TUESDAY_10 + timedelta(minutes=15))

    assert Lead.objects.get(pk=lead.pk).close_reason_id == "BDC-06"


def test_a_refusal_at_the_maximum_of_sales_goes_to_unreached_when_nobody_closes(dealership):
    dealership.attempts_salesperson = 1
    dealership.save()
    salesperson = create_salesperson(dealership)
    lead = record_attempt(
        receive(dealership), result="refused", by=salesperson, now=TUESDAY_10
    ).lead
    assert lead.owner == salesperson

    twice(TUESDAY_10 + timedelta(minutes=15))

    assert Lead.objects.get(pk=lead.pk).queue == "unreached"


def test_a_call_without_a_result_is_a_no_answer_after_30_minutes(dealership, agent):
    lead = receive_passive(dealership)
    start_call(lead, by=agent, now=TUESDAY_10)
    twice(TUESDAY_10 + timedelta(minutes=29))
    assert not lead.attempts.exists()

    twice(TUESDAY_10 + timedelta(minutes=30))

    attempt = lead.attempts.get()
    assert (attempt.result, attempt.by, attempt.counts) == ("no_answer", agent, True)
    assert Call.objects.get().ended_at is not None


def test_a_call_past_the_maximum_is_kept_and_changes_nothing(dealership, agent):
    lead = receive_passive(dealership)
    first, second = (start_call(lead, by=agent, now=at(24, 11, 50)) for _ in range(2))
    record_attempt(lead, result="no_answer", by=agent, now=at(24, 11, 55), call_id=first.pk)
    rows = Lead.objects.filter(pk=lead.pk).values()
    before = rows.get()

    end_call(second.pk, now=at(24, 12, 20))

    attempt = lead.attempts.get(call=second)
    assert (attempt.result, attempt.by, attempt.is_late) == ("no_answer", agent, True)
    assert (attempt.counts, attempt.why) == (False, "maximum")
    assert "het maximum van deze ronde" in sentence(lead.events.last())
    assert rows.get() == before
    assert lead.current_round.attempts == lead.current_round.maximum == 1


def test_a_hold_that_is_renewed_ends_with_the_call_that_got_no_result(dealership, agent):
    receive_passive(dealership)
    lead = next_lead(agent, now=TUESDAY_10).lead
    start_call(lead, by=agent, now=at(24, 10, 1))
    for minute in (14, 28):
        renew_hold(agent, now=at(24, 10, minute))

    twice(at(24, 10, 30))
    assert hold_of(agent, at(24, 10, 30)) is not None
    twice(at(24, 10, 31))

    assert hold_of(agent, at(24, 10, 31)) is None


def test_a_hold_goes_on_with_a_later_call_to_the_customer(dealership, agent):
    receive_passive(dealership)
    lead = next_lead(agent, now=TUESDAY_10).lead
    start_call(lead, by=agent, now=at(24, 10, 1))
    start_call(lead, by=agent, now=at(24, 10, 14))
    record_attempt(lead, result="spoken", by=agent, now=at(24, 10, 20))
    renew_hold(agent, now=at(24, 10, 21))

    twice(at(24, 10, 31))

    assert hold_of(agent, at(24, 10, 31)) is not None


def test_lapsed_holds_are_removed(dealership, agent):
    receive_passive(dealership)
    next_lead(agent, now=TUESDAY_10)

    assert twice(TUESDAY_10 + timedelta(minutes=15))["holds"] == 1
    assert not Hold.objects.exists()


def test_an_agents_overdue_promise_falls_to_the_team_and_a_salespersons_stays(dealership, agent):
    salesperson = create_salesperson(dealership)
    of_agent, of_sales = receive_passive(dealership), receive(dealership)
    promise_call_back(of_agent, due_at=at(24, 11), by=agent, now=TUESDAY_10)
    promise_call_back(of_sales, due_at=at(24, 11), by=salesperson, now=TUESDAY_10)

    twice(at(24, 11, 15))

    assert of_agent.call_backs.get().owner is None
    assert of_sales.call_backs.get().owner == salesperson


def test_without_a_ground_for_30_days_the_system_closes_with_sys_01(dealership):
    lead = receive_passive(dealership, consents=())
    twice(TUESDAY_10 + timedelta(days=29))
    assert Lead.objects.get(pk=lead.pk).status == "open"

    twice(TUESDAY_10 + timedelta(days=30))

    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.close_reason_id, lead.current_round.without_ground_days) == ("SYS-01", 30)


def test_an_own_request_that_ends_leaves_no_ground_and_later_closes(dealership):
    dealership.routing = "bdc_first"
    dealership.save()
    lead = receive(dealership)
    ended = TUESDAY_10 + timedelta(days=30)
    twice(ended)
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.callable_until, lead.without_ground_since) == (None, ended)

    twice(ended + timedelta(days=30))

    assert Lead.objects.get(pk=lead.pk).close_reason_id == "SYS-01"


def test_an_agreed_follow_up_date_keeps_a_lead_from_sys_01(dealership, agent):
    passive = receive_passive(dealership, consents=(), company="Proef B.V.")
    passive = record_attempt(passive, result="spoken", by=agent, now=TUESDAY_10).lead
    follow_up = TUESDAY_10 + timedelta(days=120)
    close_lead(
        passive, reason="BDC-16", facts=Facts(follow_up_at=follow_up), by=agent, now=TUESDAY_10
    )

    twice(TUESDAY_10 + timedelta(days=100))

    assert Lead.objects.get(pk=passive.pk).status == "open"


def test_on_the_agreed_date_months_later_the_lead_is_called_and_not_closed(dealership, agent):
    dealership.routing = "bdc_first"
    dealership.save()
    lead = receive(dealership)
    record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10)
    agreed = at(9, 10, month=3, year=2027)
    close_lead(lead, reason="BDC-16", facts=Facts(follow_up_at=agreed), by=agent, now=TUESDAY_10)
    twice(TUESDAY_10 + timedelta(days=31))  # the own request is a ground no more

    twice(agreed)
    assert Lead.objects.get(pk=lead.pk).status == "open"

    # The date was a ground for that call alone.
    called = record_attempt(lead, result="no_answer", by=agent, now=agreed).lead
    twice(called.next_call_at)
    assert Lead.objects.get(pk=lead.pk).close_reason_id == "SYS-01"


def test_one_row_that_fails_does_not_stop_the_others(dealership, agent, caplog):
    broken, whole = receive_passive(dealership), receive_passive(dealership)
    for lead in (broken, whole):
        record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)
    # With attempts left BDC-06 is refused, so the first row cannot be closed.
    broken.rounds.update(maximum=5)

    done = sweep(TUESDAY_10 + timedelta(minutes=15))

    assert done["maximum_made"] == 1
    assert Lead.objects.get(pk=whole.pk).status == "closed"
    assert Lead.objects.get(pk=broken.pk).status == "open"
    assert "failed on row" in caplog.text


@pytest.mark.parametrize("is_somebody_there", [True, False])
def test_an_alarm_of_an_earlier_stay_keeps_no_lead_waiting(dealership, is_somebody_there):
    one, other = create_salesperson(dealership), create_salesperson(dealership)
    lead = receive(dealership)
    for minutes in (2, 4):
        sweep(TUESDAY_10 + timedelta(minutes=minutes))
    take(lead, by=one, now=TUESDAY_10 + timedelta(minutes=6))
    one.is_active, other.is_active = False, is_somebody_there
    one.save()
    other.save()
    twice(at(24, 20))

    morning = at(25, 8, 31)
    twice(morning)

    lead = Lead.objects.get(pk=lead.pk)
    expected = (other, "", None) if is_somebody_there else (None, "catch_all", morning)
    assert (lead.owner, lead.queue, lead.alarm_at) == expected


def test_leads_that_wait_to_be_taken_keep_no_new_one_waiting(dealership, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 1)
    for _ in range(3):
        create_salesperson(dealership)
    asked = receive(dealership)
    for minutes in (2, 4, 6):
        sweep(TUESDAY_10 + timedelta(minutes=minutes))
    asked.refresh_from_db()
    assert (asked.queue, asked.alarm_at is None) == ("catch_all", False)
    of_the_night = receive(dealership, now=at(24, 22))

    twice(at(25, 8, 30))

    of_the_night.refresh_from_db()
    assert of_the_night.owner is not None


def test_a_sweep_without_time_left_leaves_rows_to_the_next(dealership, agent, monkeypatch, caplog):
    lead = receive_passive(dealership)
    record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)
    now = TUESDAY_10 + timedelta(minutes=15)
    with monkeypatch.context() as hurried:
        hurried.setattr(sweeping, "LONGEST", -1.0)
        assert sweep(now)["maximum_made"] == 0
    assert "leaves rows to the next tick" in caplog.text

    assert sweep(now)["maximum_made"] == 1


def test_a_promise_of_who_left_goes_with_the_lead(dealership):
    first, second = create_salesperson(dealership), create_salesperson(dealership)
    lead = receive(dealership)
    assert lead.owner == first
    due_at = TUESDAY_10 + timedelta(days=1)
    promise = promise_call_back(lead, due_at=due_at, by=first, now=TUESDAY_10)
    first.is_active = False
    first.save()

    twice(TUESDAY_10 + timedelta(minutes=1))

    promise.refresh_from_db()
    lead.refresh_from_db()
    assert (promise.owner, promise.done_at, promise.due_at) == (second, None, due_at)
    assert (lead.owner, lead.next_call_at) == (second, due_at)
