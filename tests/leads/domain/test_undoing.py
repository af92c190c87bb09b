"""Undo: what returns, what stays, until when, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from bdc.errors import NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.approving import approve
from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.facts import Facts
from leads.domain.holding import hold_for, hold_of, release_hold
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.domain.sweeping import forget_steps, sweep
from leads.domain.undoing import undo, undo_and_return, undoable_step, undoable_steps_of
from leads.models import (
    Appointment,
    Attempt,
    CallBack,
    Customer,
    Event,
    Lead,
    Release,
    Round,
    Status,
    Step,
)
from reporting.domain.asking import Question
from reporting.domain.counting import counting_of
from reporting.domain.periods import month_of
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

OTHER_BRAND = Facts(purchase_make="Toyota")
PARTS = Facts(destination="parts")
STATE = (
    "owner_id",
    "queue",
    "kind",
    "status",
    "next_call_at",
    "system_close_at",
    "close_reason_id",
    "has_appointment",
    "is_pollution",
    "callable_until",
)
FIVE_PARTS = [at(24, 10), at(24, 14), at(25, 10), at(25, 14), at(26, 10)]


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


@pytest.fixture
def lead(dealership, salesperson):
    return receive(dealership)


@pytest.fixture
def queued(dealership):
    return receive_passive(dealership)


def state_of(lead):
    return Lead.objects.filter(pk=lead.pk).values(*STATE).get()


def refused(code):
    return pytest.raises(RuleBroken, match=rf"^{code}$")


def make(lead, result, by, now=TUESDAY_10, **fields):
    return record_attempt(lead, result=result, by=by, now=now, **fields)


def spoken_and_closed(lead, reason, by, now=TUESDAY_10, facts=OTHER_BRAND):
    make(lead, "spoken", by, now)
    before = state_of(lead)
    return before, close_lead(lead, reason=reason, facts=facts, by=by, now=now)


# --- What returns -----------------------------------------------------------------------------


def by_call_back(lead, by):
    return promise_call_back(lead, due_at=at(26, 11), by=by, now=TUESDAY_10)


def by_appointment(lead, by):
    book_appointment(lead, kind="showroom", starts_at=at(26, 11), by=by, now=TUESDAY_10)


def by_no_answer(lead, by):
    make(lead, "no_answer", by)


def by_close(lead, by):
    close_lead(lead, reason="BDC-04", facts=Facts(destination="service"), by=by, now=TUESDAY_10)


ACTIONS = pytest.mark.parametrize(
    "act", [by_no_answer, by_call_back, by_appointment, by_close], ids=lambda act: act.__name__
)


@ACTIONS
@pytest.mark.parametrize("whose", ["salesperson's", "the queue's"])
def test_owner_due_time_and_status_return(request, lead, queued, salesperson, agent, act, whose):
    lead, by = (lead, salesperson) if whose == "salesperson's" else (queued, agent)
    before = state_of(lead)
    act(lead, by)
    assert state_of(lead) != before

    step = undo(lead, by=by, now=TUESDAY_10 + timedelta(seconds=9))

    assert state_of(lead) == before
    assert step.lead.events.filter(verb="undone", by=by).count() == 1


@ACTIONS
def test_what_happened_stays_on_the_timeline(queued, salesperson, agent, act):
    act(queued, agent)
    entries = list(Event.objects.filter(lead=queued).values_list("pk", flat=True))

    undo(queued, by=agent, now=TUESDAY_10)

    kept = Event.objects.filter(pk__in=entries).count()
    assert (kept, Event.objects.filter(lead=queued).count()) == (len(entries), len(entries) + 1)


def test_an_attempt_stays_and_counts_and_is_marked(lead, salesperson):
    attempt = make(lead, "no_answer", salesperson)

    undo(lead, by=salesperson, now=TUESDAY_10)

    attempt = Attempt.objects.get(pk=attempt.pk)
    assert attempt.is_withdrawn
    assert (attempt.result, Lead.objects.get(pk=lead.pk).current_round.attempts) == (
        "no_answer",
        1,
    )


def test_the_corrected_result_does_not_count_again(lead, salesperson):
    make(lead, "no_answer", salesperson)
    undo(lead, by=salesperson, now=TUESDAY_10)

    again = make(lead, "spoken", salesperson, TUESDAY_10 + timedelta(minutes=1))

    assert (again.counts, again.lead.current_round.attempts) == (False, 1)
    assert again.lead.reached_at is not None


def test_a_promise_that_the_result_kept_is_open_again(lead, salesperson):
    promise = promise_call_back(lead, due_at=at(24, 11), by=salesperson, now=TUESDAY_10)
    make(lead, "no_answer", salesperson, at(24, 11))
    assert CallBack.objects.get(pk=promise.pk).was_kept

    undo(lead, by=salesperson, now=at(24, 11, 1))

    promise.refresh_from_db()
    assert (promise.done_at, promise.was_kept) == (None, None)
    assert Lead.objects.get(pk=lead.pk).next_call_at == at(24, 11)


def test_a_promise_that_was_replaced_stands_again(lead, salesperson):
    first = promise_call_back(lead, due_at=at(24, 15), by=salesperson, now=TUESDAY_10)
    second = promise_call_back(lead, due_at=at(26, 11), by=salesperson, now=at(24, 11))

    undo(lead, by=salesperson, now=at(24, 11))

    open_now = CallBack.objects.get(lead=lead, done_at=None)
    second.refresh_from_db()
    assert (open_now, second.was_kept) == (first, False)


def test_an_undone_appointment_is_cancelled_and_leaves_map_and_its_milestone_stays(
    lead, salesperson
):
    by_appointment(lead, salesperson)

    undo(lead, by=salesperson, now=TUESDAY_10)

    lead = Lead.objects.get(pk=lead.pk)
    assert Appointment.objects.get().outcome == "cancelled"
    assert (lead.has_appointment, lead.current_round.has_appointment) == (False, False)
    assert lead.appointment_at == TUESDAY_10
    assert figures(lead.dealership)["appointments"] == 0


def test_an_undone_proposal_is_withdrawn(lead, salesperson):
    before, proposed = spoken_and_closed(lead, "VK-04", salesperson)
    assert proposed.status == Status.PROPOSED

    undo(lead, by=salesperson, now=TUESDAY_10)

    assert state_of(lead) == before
    assert lead.proposals.get().decision == "withdrawn"


def test_a_proposal_waits_on_after_a_later_result_was_undone(lead, salesperson):
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=at(24, 10, 1))
    record_attempt(lead, result="voicemail", by=salesperson, now=at(24, 10, 2))

    undo(lead, by=salesperson, now=at(24, 10, 3))

    lead.refresh_from_db()
    assert lead.status == Status.PROPOSED
    assert lead.proposals.get().decided_at is None


def test_the_hold_returns_when_the_agent_has_nobody_else(queued, agent):
    hold_for(queued, agent=agent, now=TUESDAY_10)
    make(queued, "no_answer", agent)
    assert hold_of(agent, TUESDAY_10) is None

    undo(queued, by=agent, now=TUESDAY_10)

    assert hold_of(agent, TUESDAY_10).lead == queued


def test_the_next_customer_stays_with_the_agent(dealership, queued, agent):
    hold_for(queued, agent=agent, now=TUESDAY_10)
    make(queued, "no_answer", agent)
    other = receive_passive(dealership)
    hold_for(other, agent=agent, now=TUESDAY_10)

    undo(queued, by=agent, now=TUESDAY_10)

    assert hold_of(agent, TUESDAY_10).lead == other


def test_right_after_it_the_former_customer_is_back_and_the_untouched_one_goes_back(
    dealership, queued, agent
):
    hold_for(queued, agent=agent, now=TUESDAY_10)
    make(queued, "no_answer", agent)
    other = receive_passive(dealership)
    hold_for(other, agent=agent, now=TUESDAY_10)

    undo_and_return(queued, by=agent, now=TUESDAY_10 + timedelta(seconds=9))

    assert hold_of(agent, TUESDAY_10).lead == queued


def _calls(other, agent):
    start_call(other, by=agent, now=TUESDAY_10)
    return timedelta(seconds=9)


def _waits(other, agent):
    return timedelta(seconds=10)


@pytest.mark.parametrize("meanwhile", [_calls, _waits])
def test_who_is_called_already_or_stands_there_for_long_stays(dealership, queued, agent, meanwhile):
    hold_for(queued, agent=agent, now=TUESDAY_10)
    make(queued, "no_answer", agent)
    other = receive_passive(dealership)
    hold_for(other, agent=agent, now=TUESDAY_10)
    later = meanwhile(other, agent)

    undo_and_return(queued, by=agent, now=TUESDAY_10 + later)

    assert hold_of(agent, TUESDAY_10).lead == other
    queued.refresh_from_db()
    assert queued.next_call_at <= TUESDAY_10


def test_a_customer_who_was_let_go_is_with_the_agent_again(queued, agent):
    hold_for(queued, agent=agent, now=TUESDAY_10)
    release_hold(agent, reason="not_now", now=TUESDAY_10)
    assert next_lead(agent, now=TUESDAY_10) is None

    undo(queued, by=agent, now=TUESDAY_10)

    assert hold_of(agent, TUESDAY_10).lead == queued
    assert Release.objects.get().is_undone


# --- A close-out ------------------------------------------------------------------------------


def test_an_undone_close_out_goes_on_in_a_round_with_what_was_left(queued, agent):
    before, closed = spoken_and_closed(queued, "BDC-10", agent)
    assert closed.is_closed

    undo(queued, by=agent, now=TUESDAY_10)

    lead = Lead.objects.get(pk=queued.pk)
    ended, goes_on = lead.rounds.all()
    assert state_of(lead) == before
    assert (ended.reason_id, ended.is_undone, goes_on.continues) == ("BDC-10", True, ended)
    assert (goes_on.side, goes_on.maximum, goes_on.attempts) == ("passive", ended.maximum, 1)
    assert lead.closed_at is not None


def test_the_task_of_another_department_is_taken_back(queued, agent):
    by_close(queued, agent)
    assert queued.tasks.get().done_at is None

    undo(queued, by=agent, now=TUESDAY_10)

    assert queued.tasks.get().done_by == agent


def test_the_right_reason_needs_no_second_conversation(queued, agent):
    spoken_and_closed(queued, "BDC-10", agent)
    undo(queued, by=agent, now=TUESDAY_10)

    closed = close_lead(queued, reason="BDC-12", facts=OTHER_BRAND, by=agent, now=TUESDAY_10)

    assert (closed.status, closed.close_reason_id) == (Status.CLOSED, "BDC-12")


def test_a_conversion_returns_until_its_salesperson_touches_it(queued, salesperson, agent):
    by_appointment(queued, agent)
    before = state_of(queued)
    close_lead(queued, reason="BDC-17", facts=Facts(), by=agent, now=TUESDAY_10)
    assert Lead.objects.get(pk=queued.pk).owner == salesperson

    undo(queued, by=agent, now=at(24, 16))

    lead = Lead.objects.get(pk=queued.pk)
    of_bdc, of_sales, goes_on = lead.rounds.all()
    assert state_of(lead) == before
    assert (of_sales.ending, of_sales.is_undone, goes_on.continues) == ("handed_over", True, of_bdc)
    assert Appointment.objects.get().round == goes_on


def test_a_conversion_that_its_salesperson_touched_stays(queued, salesperson, agent):
    by_appointment(queued, agent)
    close_lead(queued, reason="BDC-17", facts=Facts(), by=agent, now=TUESDAY_10)
    start_call(queued_lead(queued), by=salesperson, now=at(24, 11))

    with refused("changed_since"):
        undo(queued, by=agent, now=at(24, 11))


def queued_lead(lead):
    return Lead.objects.get(pk=lead.pk)


def test_the_last_unreached_attempt_returns_to_its_salesperson(lead, salesperson):
    for now in FIVE_PARTS:
        make(queued_lead(lead), "no_answer", salesperson, now)
    assert Lead.objects.get(pk=lead.pk).queue == "unreached"

    undo(lead, by=salesperson, now=at(26, 10, 1))

    lead = Lead.objects.get(pk=lead.pk)
    assert lead.owner == salesperson
    assert (lead.current_round.attempts, lead.current_round.maximum) == (5, 5)
    assert (lead.next_call_at, lead.system_close_at) == (None, at(26, 10, 16))
    spoken = make(lead, "spoken", salesperson, at(26, 10, 2))
    assert (spoken.lead.owner, spoken.lead.current_round.maximum) == (salesperson, 10)


def test_a_withdrawn_last_attempt_that_nobody_corrects_goes_on_unreached(lead, salesperson):
    for now in FIVE_PARTS:
        make(queued_lead(lead), "no_answer", salesperson, now)
    undo(lead, by=salesperson, now=at(26, 10, 1))

    sweep(at(26, 10, 16))

    assert Lead.objects.get(pk=lead.pk).queue == "unreached"


def test_past_the_maximum_only_the_corrected_result_is_taken(lead, salesperson):
    for now in FIVE_PARTS:
        make(queued_lead(lead), "no_answer", salesperson, now)
    undo(lead, by=salesperson, now=at(26, 10, 1))

    with refused("maximum_attempts_reached"):
        make(queued_lead(lead), "no_answer", salesperson, at(26, 14))
    again = make(queued_lead(lead), "voicemail", salesperson, at(26, 10, 2))

    assert (again.counts, again.lead.queue) == (False, "unreached")


def test_a_parked_customer_may_be_selected_again(db):
    place = create_dealership(attempts_passive=1)
    agent, queued = create_agent(place), receive_passive(place)
    other = receive_passive(
        queued.dealership, phones=(queued.customer.phones.get().number,), interest="service"
    )
    assert other.customer == queued.customer
    make(queued, "no_answer", agent)
    close_lead(queued, reason="BDC-06", facts=Facts(), by=agent, now=at(24, 10, 5))
    assert Lead.objects.get(pk=other.pk).next_call_at > at(1, 1, month=2, year=2027)

    undo(queued, by=agent, now=at(24, 10, 6))

    assert Customer.objects.get(pk=queued.customer_id).parked_until is None
    assert Lead.objects.get(pk=other.pk).next_call_at == at(24, 10, 6)


# --- Figures ----------------------------------------------------------------------------------


def figures(dealership, **asked):
    question = Question(
        dealerships=frozenset({dealership.pk}), period=month_of(at(24, 10).date()), **asked
    )
    counting = counting_of(question)
    rows = counting.rows_in_period()
    return {
        "leads": rows.filter(counting.is_lead()).count(),
        "taken over": rows.filter(counting.is_taken_over()).count(),
        "reached": rows.filter(counting.has("reached")).count(),
        "appointments": rows.filter(counting.has("appointments")).count(),
    }


def test_figures_of_a_queue_count_an_undone_close_out_once(queued, agent):
    spoken_and_closed(queued, "BDC-10", agent)
    before = figures(queued.dealership, queue="passive", kind="passive")

    undo(queued, by=agent, now=TUESDAY_10)

    after = figures(queued.dealership, queue="passive", kind="passive")
    assert after == before == {"leads": 1, "taken over": 0, "reached": 1, "appointments": 0}


def test_figures_of_a_salesperson_leave_out_an_undone_conversion(queued, salesperson, agent):
    by_appointment(queued, agent)
    close_lead(queued, reason="BDC-17", facts=Facts(), by=agent, now=TUESDAY_10)
    of_sales = {"salesperson": salesperson, "kind": "passive"}
    assert figures(queued.dealership, **of_sales)["taken over"] == 1

    undo(queued, by=agent, now=TUESDAY_10)

    assert figures(queued.dealership, **of_sales)["taken over"] == 0
    of_queue = figures(queued.dealership, queue="passive", kind="passive")
    assert (of_queue["leads"], of_queue["appointments"]) == (1, 1)


# --- Until when, and for whom -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "undone", "code"),
    [
        pytest.param(at(24, 10), at(24, 10), "", id="at once"),
        pytest.param(at(24, 10), at(24, 23, 59), "", id="the rest of the day"),
        pytest.param(at(24, 10), at(25, 0), "undo_window_over", id="the next day"),
        pytest.param(at(28, 15, 59), at(28, 16, 1), "", id="a Saturday"),
    ],
)
def test_it_can_be_undone_today(lead, salesperson, done, undone, code):
    promise_call_back(lead, due_at=at(30, 11), by=salesperson, now=done)

    if code:
        with refused(code):
            undo(lead, by=salesperson, now=undone)
    else:
        undo(lead, by=salesperson, now=undone)


def test_ten_seconds_reach_over_midnight(lead, salesperson):
    just_before = at(24, 23, 59) + timedelta(seconds=58)
    promise_call_back(lead, due_at=at(26, 11), by=salesperson, now=just_before)

    with refused("undo_window_over"):
        undo(lead, by=salesperson, now=just_before + timedelta(seconds=10))
    undo(lead, by=salesperson, now=just_before + timedelta(seconds=9))


def test_what_was_undone_is_not_undone_again(lead, salesperson):
    make(lead, "no_answer", salesperson)
    undo(lead, by=salesperson, now=TUESDAY_10)

    with refused("nothing_to_undo"):
        undo(lead, by=salesperson, now=TUESDAY_10)


def test_one_thing_after_the_other_is_undone(lead, salesperson):
    before = state_of(lead)
    promise_call_back(lead, due_at=at(25, 11), by=salesperson, now=TUESDAY_10)
    by_appointment(lead, salesperson)

    steps = [undo(lead, by=salesperson, now=TUESDAY_10) for _ in range(2)]

    assert [step.what for step in steps] == ["appointment", "call_back"]
    assert state_of(lead) == before


def test_only_who_did_it_undoes_it(lead, salesperson):
    make(lead, "no_answer", salesperson)
    manager = create_member(Role.SALES_MANAGER, lead.dealership)

    with refused("nothing_to_undo"):
        undo(lead, by=manager, now=TUESDAY_10)


def test_a_marketer_undoes_nothing(lead):
    with pytest.raises(NotAllowed):
        undo(lead, by=create_member(Role.MARKETER, lead.dealership), now=TUESDAY_10)


def test_nothing_is_undone_after_somebody_decided(lead, salesperson):
    spoken_and_closed(lead, "VK-04", salesperson)
    approve(lead, by=create_member(Role.SALES_MANAGER, lead.dealership), now=TUESDAY_10)

    with refused("changed_since"):
        undo(lead, by=salesperson, now=TUESDAY_10)


def test_nothing_is_undone_under_the_hands_of_a_colleague(queued, agent):
    make(queued, "no_answer", agent)
    colleague = create_agent(queued.dealership)
    hold_for(queued_lead(queued), agent=colleague, now=TUESDAY_10)

    with refused("held_by_other"):
        undo(queued, by=agent, now=TUESDAY_10)


def test_nothing_is_undone_while_a_colleague_speaks_about_another_lead(queued, agent):
    make(queued, "no_answer", agent)
    other = receive_passive(
        queued.dealership, phones=(queued.customer.phones.get().number,), interest="service"
    )
    hold_for(queued_lead(other), agent=create_agent(queued.dealership), now=TUESDAY_10)

    with refused("held_by_other"):
        undo(queued, by=agent, now=TUESDAY_10)


@pytest.mark.parametrize("how", ["recorded", "with a result", "as the reason"])
def test_an_objection_is_not_undone(queued, agent, how):
    if how == "recorded":
        by_call_back(queued, agent)
        record_objection(queued.customer, by=agent, now=TUESDAY_10)
    elif how == "with a result":
        make(queued, "spoken", agent, objection=True)
    else:
        close_lead(queued, reason="BDC-08", facts=Facts(objection=True), by=agent, now=TUESDAY_10)

    with pytest.raises(RuleBroken, match=r"^(nothing_to_undo|changed_since)$"):
        undo(queued, by=agent, now=TUESDAY_10)
    assert Customer.objects.get(pk=queued.customer_id).objected_at is not None


def test_no_close_out_is_undone_for_who_objected_since(dealership, queued, agent):
    close_lead(queued, reason="BDC-04", facts=PARTS, by=agent, now=TUESDAY_10)
    other = receive_passive(
        dealership, phones=(queued.customer.phones.get().number,), interest="service"
    )
    record_objection(other.customer, by=agent, now=at(24, 10, 1))

    queued = Lead.objects.get(pk=queued.pk)
    assert undoable_step(queued, by=agent, now=at(24, 10, 2)) is None
    assert undoable_steps_of(agent, now=at(24, 10, 2)) == []
    with refused("changed_since"):
        undo(queued, by=agent, now=at(24, 10, 2))
    queued.refresh_from_db()
    assert queued.is_closed


def test_what_is_not_a_step_cannot_be_undone(lead, salesperson):
    record_conversation(lead, channel="chat", by=salesperson, now=TUESDAY_10)

    with refused("nothing_to_undo"):
        undo(lead, by=salesperson, now=TUESDAY_10)


def test_the_page_offers_only_what_can_be_undone(lead, queued, salesperson, agent):
    make(lead, "no_answer", salesperson)
    make(queued, "no_answer", agent)

    assert undoable_step(lead, by=salesperson, now=TUESDAY_10).what == "attempt"
    assert undoable_step(lead, by=agent, now=TUESDAY_10) is None
    assert [step.lead for step in undoable_steps_of(agent, now=TUESDAY_10)] == [queued]
    assert undoable_steps_of(agent, now=at(25, 10)) == []

    undo(queued, by=agent, now=TUESDAY_10)
    assert undoable_steps_of(agent, now=TUESDAY_10) == []


def test_steps_are_forgotten_and_what_was_undone_stays(lead, queued, salesperson, agent):
    make(lead, "no_answer", salesperson)
    make(queued, "no_answer", agent)
    undo(queued, by=agent, now=TUESDAY_10)

    assert (forget_steps(at(26, 9)), forget_steps(at(26, 11))) == (0, 1)

    assert Step.objects.get().lead == queued


# --- What the database refuses ----------------------------------------------------------------


def refused_by(rule):
    return pytest.raises(DatabaseError, match=rule)


def test_the_database_undoes_once_and_keeps_it(queued, agent):
    make(queued, "no_answer", agent)
    undo(queued, by=agent, now=TUESDAY_10)

    with refused_by("step_is_undone_once"), transaction.atomic():
        Step.objects.update(undone_at=None, undone_event=None)
    with refused_by("step_is_undone_once"), transaction.atomic():
        Step.objects.all().delete()


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"attempts": 0}, id="a count is lowered"),
        pytest.param({"conversations": 0}, id="another count"),
        pytest.param({"maximum": 25}, id="the maximum is raised"),
        pytest.param({"continues": None}, id="it goes on with nothing"),
    ],
)
def test_the_database_lets_no_round_go_on_with_other_counts(queued, agent, fields):
    spoken_and_closed(queued, "BDC-10", agent)
    ended = Round.objects.get(lead=queued)
    exact = {
        "attempts": ended.attempts,
        "conversations": ended.conversations,
        "maximum": ended.maximum,
        "continues": ended,
    }

    with refused_by("round_counts_come_from_the_rows"), transaction.atomic():
        Round.objects.create(
            lead=queued,
            dealership=queued.dealership,
            number=2,
            side=ended.side,
            began_at=TUESDAY_10,
            policy_maximum=ended.policy_maximum,
            group_limit=ended.group_limit,
            **{**exact, **fields},
        )


def test_the_database_keeps_a_step_with_its_lead(queued, agent, lead):
    make(queued, "no_answer", agent)
    Step.objects.update(lead=receive(create_dealership()))

    with (
        refused_by("step_in_the_dealership_of_its_lead"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
