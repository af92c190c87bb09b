"""Calls, attempts, conversations and call-backs."""

from datetime import timedelta

import pytest

from bdc.errors import Malformed, NotAllowed, RuleBroken
from dealers.models import Role
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.correcting import Correction, correct_customer
from leads.domain.facts import Facts
from leads.domain.holding import hold_of
from leads.domain.queue import next_lead
from leads.models import Hold, Lead, Release
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
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def agent(dealership):
    return create_agent(dealership)


def broken(code: str):
    return pytest.raises(RuleBroken, match=rf"^{code}$")


def test_starting_a_call_stops_the_two_minute_clock(dealership, salesperson):
    lead = receive(dealership)
    assert lead.offer_ends_at == TUESDAY_10 + timedelta(minutes=2)

    call = start_call(lead, by=salesperson, now=TUESDAY_10 + timedelta(seconds=40))

    lead = Lead.objects.get(pk=lead.pk)
    assert (call.ground, lead.offer_ends_at) == ("own_request", None)
    assert lead.first_call_at == TUESDAY_10 + timedelta(seconds=40)


def test_without_a_number_no_call_is_started_until_there_is_one(dealership, salesperson):
    lead = receive(dealership, phones=(), emails=("sander@example.com",))

    with broken("no_dialable_number"):
        start_call(lead, by=salesperson, now=TUESDAY_10)

    numbers = Correction(add_phones=("06 12345678",))
    correct_customer(lead.customer, numbers, by=salesperson, now=TUESDAY_10)
    assert start_call(lead, by=salesperson, now=TUESDAY_10).ground == "own_request"


def test_a_call_without_a_number_on_file_that_was_made_is_recorded(dealership, salesperson):
    lead = receive(dealership, phones=(), emails=("sander@example.com",))

    attempt = record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)

    assert (attempt.counts, attempt.is_breach) == (True, False)


@pytest.mark.parametrize(
    ("result", "reached"),
    [
        ("spoken", True),
        ("no_answer", False),
        ("engaged", False),
        ("voicemail", False),
        ("wrong_number", False),
        ("refused", False),
    ],
)
def test_only_a_conversation_makes_a_lead_reached(dealership, salesperson, result, reached):
    attempt = record_attempt(receive(dealership), result=result, by=salesperson, now=TUESDAY_10)

    assert (attempt.lead.reached_at is not None) == reached
    assert attempt.lead.first_attempt_at == TUESDAY_10


def test_five_unanswered_attempts_bring_a_lead_to_the_bdc(dealership, salesperson):
    lead = receive(dealership)
    moments = [TUESDAY_10]
    for _ in range(5):
        lead = record_attempt(lead, result="no_answer", by=salesperson, now=moments[-1]).lead
        moments.append(lead.next_call_at)

    assert (lead.owner, lead.queue, lead.round_number) == (None, "unreached", 2)
    first, second = lead.rounds.all()
    assert (first.attempts, first.ending, first.reason) == (5, "handed_over", None)
    assert (second.side, second.maximum, second.attempts) == ("unreached", 12, 0)
    assert len({moment.date() for moment in moments[:5]}) >= 3
    with broken("not_owner"):
        record_attempt(lead, result="no_answer", by=salesperson, now=moments[-1])


def test_typing_no_answer_five_times_gets_nobody_rid_of_a_lead(dealership, salesperson):
    lead = receive(dealership)
    for minute in range(8):
        lead = record_attempt(
            lead, result="no_answer", by=salesperson, now=TUESDAY_10 + timedelta(minutes=minute)
        ).lead

    assert lead.owner == salesperson
    assert lead.current_round.attempts == 1
    assert lead.attempts.count() == 8


def test_a_conversation_gives_the_maximum_once_more(dealership, salesperson):
    lead = receive(dealership)
    for moment in (at(24, 10), at(24, 14), at(25, 10)):
        lead = record_attempt(lead, result="no_answer", by=salesperson, now=moment).lead

    lead = record_attempt(lead, result="spoken", by=salesperson, now=at(26, 10)).lead

    assert (lead.current_round.attempts, lead.current_round.maximum) == (4, 9)


def test_after_the_maximum_of_the_bdc_the_system_closes_in_15_minutes(dealership, agent):
    dealership.attempts_passive = 1
    dealership.save()
    lead = record_attempt(
        receive_passive(dealership), result="no_answer", by=agent, now=TUESDAY_10
    ).lead

    assert (lead.status, lead.next_call_at) == ("open", None)
    assert lead.system_close_at == TUESDAY_10 + timedelta(minutes=15)
    with broken("maximum_attempts_reached"):
        record_attempt(lead, result="no_answer", by=agent, now=at(24, 14))


def test_a_promised_call_back_may_be_made_once_past_the_maximum(dealership, agent):
    dealership.attempts_passive = 1
    dealership.save()
    lead = receive_passive(dealership)
    promise_call_back(lead, due_at=at(24, 14), by=agent, now=at(24, 9, 30))
    lead = record_attempt(lead, result="no_answer", by=agent, now=at(24, 10)).lead
    assert (lead.current_round.attempts, lead.next_call_at) == (1, at(24, 14))

    lead = record_attempt(lead, result="no_answer", by=agent, now=at(24, 14)).lead

    assert (lead.current_round.attempts, lead.current_round.maximum) == (2, 2)
    with broken("maximum_attempts_reached"):
        record_attempt(lead, result="no_answer", by=agent, now=at(25, 10))


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        pytest.param(at(24, 21), "outside_calling_hours", id="at nine in the evening"),
        pytest.param(at(29, 12), "outside_calling_hours", id="on a Sunday"),
        pytest.param(at(25, 12, month=12), "outside_calling_hours", id="at Christmas"),
    ],
)
def test_nobody_is_called_outside_calling_hours(dealership, agent, moment, code):
    lead = receive_passive(dealership)

    with broken(code):
        record_attempt(lead, result="no_answer", by=agent, now=moment)
    with broken(code):
        start_call(lead, by=agent, now=moment)


def test_who_asked_to_be_called_may_be_called_in_opening_hours(dealership, salesperson):
    early = at(24, 8, 45)
    lead = receive(dealership, now=early)

    attempt = record_attempt(lead, result="no_answer", by=salesperson, now=early)

    assert attempt.ground == "own_request"


def test_a_call_without_a_ground_is_refused_unless_it_happened(dealership, agent):
    lead = receive_passive(dealership, consents=())
    with broken("no_ground_to_call"):
        record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)

    attempt = record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10, happened=True)

    assert (attempt.is_breach, attempt.ground) == (True, "")
    assert lead.events.filter(verb="breached", facts__why="no_ground_to_call").exists()


def test_another_salesperson_does_not_work_the_lead(dealership, salesperson):
    lead = receive(dealership)
    colleague = create_salesperson(dealership)

    with broken("not_owner"):
        record_attempt(lead, result="no_answer", by=colleague, now=TUESDAY_10)


@pytest.mark.parametrize("role", [Role.MARKETER, Role.RECEPTIONIST, Role.ADMINISTRATOR])
def test_who_does_not_work_leads_may_not(dealership, salesperson, role):
    lead = receive(dealership)
    somebody = create_member(role, dealership.group)

    with pytest.raises(NotAllowed):
        record_attempt(lead, result="no_answer", by=somebody, now=TUESDAY_10)


def test_an_agents_attempt_holds_the_customer_and_a_colleague_is_refused(dealership, agent):
    lead = receive_passive(dealership)
    colleague = create_agent(dealership)

    record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10)

    assert Hold.objects.get().agent == agent
    with broken("held_by_other"):
        record_attempt(lead, result="no_answer", by=colleague, now=TUESDAY_10)


@pytest.mark.parametrize(
    ("result", "still_held"),
    [
        ("no_answer", False),
        ("engaged", False),
        ("voicemail", False),
        ("spoken", True),
        ("wrong_number", True),
        ("refused", True),
    ],
)
def test_a_hold_ends_with_a_result_that_asks_no_next_step(dealership, agent, result, still_held):
    receive_passive(dealership)
    hold = next_lead(agent, now=TUESDAY_10)

    record_attempt(hold.lead, result=result, by=agent, now=TUESDAY_10)

    assert (hold_of(agent, TUESDAY_10) is not None) == still_held


def test_a_result_after_the_hold_lapsed_is_kept_and_changes_nothing_else(dealership, agent):
    receive_passive(dealership)
    hold = next_lead(agent, now=TUESDAY_10)
    call = start_call(hold.lead, by=agent, now=TUESDAY_10)
    later = TUESDAY_10 + timedelta(minutes=20)
    colleague = create_agent(dealership)
    assert next_lead(colleague, now=later).lead_id == hold.lead_id

    attempt = record_attempt(hold.lead, result="no_answer", by=agent, now=later, call_id=call.pk)

    assert (attempt.is_late, attempt.counts) == (True, True)
    assert attempt.lead.first_attempt_at is None
    assert Hold.objects.get().agent == colleague


def test_a_second_result_of_one_call_is_refused(dealership, salesperson):
    lead = receive(dealership)
    call = start_call(lead, by=salesperson, now=TUESDAY_10)
    record_attempt(lead, result="voicemail", by=salesperson, now=TUESDAY_10, call_id=call.pk)

    with pytest.raises(Malformed):
        record_attempt(lead, result="voicemail", by=salesperson, now=TUESDAY_10, call_id=call.pk)

    assert lead.attempts.count() == 1


@pytest.mark.parametrize("channel", ["inbound", "showroom", "chat", "mail"])
def test_a_conversation_by_another_channel_reaches_without_an_attempt(
    dealership, salesperson, channel
):
    lead = receive(dealership)

    lead = record_conversation(lead, channel=channel, by=salesperson, now=TUESDAY_10).lead

    assert lead.reached_at == TUESDAY_10
    assert lead.current_round.attempts == 0
    assert lead.first_attempt_at is None


def test_a_newer_promise_replaces_the_one_before(dealership, salesperson):
    lead = receive(dealership)
    promise_call_back(lead, due_at=at(25, 10), by=salesperson, now=TUESDAY_10)

    promise_call_back(lead, due_at=at(26, 10), by=salesperson, now=TUESDAY_10)

    open_ones = lead.call_backs.filter(done_at=None)
    assert [promise.due_at for promise in open_ones] == [at(26, 10)]
    assert Lead.objects.get(pk=lead.pk).next_call_at == at(26, 10)


def test_a_promise_in_the_past_is_malformed(dealership, salesperson):
    lead = receive(dealership)

    with pytest.raises(Malformed):
        promise_call_back(lead, due_at=TUESDAY_10, by=salesperson, now=TUESDAY_10)

    assert not lead.call_backs.exists()


def test_a_promise_belongs_to_whom_it_is_made_for(dealership, salesperson):
    lead = receive(dealership)
    colleague, stranger = create_salesperson(dealership), create_salesperson(create_dealership())
    promise = promise_call_back(
        lead, due_at=at(25, 10), by=salesperson, now=TUESDAY_10, owner=colleague
    )

    assert promise.owner == colleague
    with pytest.raises(Malformed):
        promise_call_back(lead, due_at=at(25, 10), by=salesperson, now=TUESDAY_10, owner=stranger)
    assert not Release.objects.exists()


def test_a_conversation_after_the_last_attempt_plans_the_next_call(dealership, agent):
    dealership.attempts_passive = 1
    dealership.save()
    lead = receive_passive(dealership)
    record_attempt(lead, result="no_answer", by=agent, now=TUESDAY_10)
    lead.refresh_from_db()
    assert (lead.next_call_at, lead.system_close_at is None) == (None, False)

    record_conversation(lead, channel="mail", by=agent, now=at(24, 10, 5))

    lead.refresh_from_db()
    assert lead.system_close_at is None
    assert lead.next_call_at == at(24, 14)


def test_a_proposal_ends_when_the_last_attempt_sends_the_lead_to_the_long_term_queue(
    dealership, salesperson
):
    dealership.attempts_salesperson = 1
    dealership.save()
    lead = receive(dealership)
    close_lead(lead, reason="BDC-01", facts=Facts(), by=salesperson, now=TUESDAY_10)

    record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)

    lead.refresh_from_db()
    assert (lead.status, lead.queue) == ("open", "unreached")
    assert [proposal.decision for proposal in lead.proposals.all()] == ["withdrawn"]


def test_a_late_result_that_fills_the_round_lets_the_system_end_it(dealership, agent):
    dealership.attempts_passive = 1
    dealership.save()
    lead = receive_passive(dealership)
    call = start_call(lead, by=agent, now=TUESDAY_10)
    colleague = create_agent(dealership)
    assert next_lead(colleague, now=at(24, 10, 16)) is not None

    attempt = record_attempt(
        lead, result="no_answer", by=agent, now=at(24, 10, 17), call_id=call.pk
    )

    lead.refresh_from_db()
    assert (attempt.is_late, attempt.counts) == (True, True)
    assert lead.system_close_at == at(24, 10, 32)
