"""Contact with a customer: calls start, and attempts and conversations are recorded.

Source: product.md, Attempts and conversations; contract.md, Who may.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, RuleBroken
from bdc.prepared import Given, Prepared, add_prepared
from bdc.transactions import retrying_atomic
from dealers.domain.hours import local
from dealers.models import Side
from leads.domain.access import require
from leads.domain.binding import open_promise, read_once
from leads.domain.cadence import counting_of, day_part, next_call
from leads.domain.calling import (
    calling_problem,
    dialing_problem,
    due_promise,
    may_pass_maximum,
    working_problem,
)
from leads.domain.holding import end_hold_of, hold_for, let_customer_go
from leads.domain.intake import note_conversation
from leads.domain.locking import lock_lead
from leads.domain.permission import may_call
from leads.domain.rounds import end_when_full, hand_over, let_go, round_of, visit_ahead
from leads.domain.routing import Destination, place_new
from leads.domain.steps import keep_step, state_before
from leads.domain.timeline import record
from leads.domain.withdrawing import withdraw_proposal
from leads.domain.writing_off import object_to_calls
from leads.formats.text import clean_lines, clean_text
from leads.models import (
    RESULTS_THAT_ASK_A_NEXT_STEP,
    Attempt,
    Call,
    CallBack,
    Conversation,
    ConversationChannel,
    Lead,
    Note,
    Queue,
    Result,
    Round,
    Status,
    Step,
)

LONGEST_CALL = timedelta(minutes=30)


@retrying_atomic
def start_call(lead: Lead, *, by: User, now: datetime, phone: str = "") -> Call:
    """Start a call: "call" is pressed. It stops the two-minute clock; its result follows."""
    require(by, "work", lead.dealership_id)
    lead = lock_lead(lead)
    round_ = round_of(lead)
    permission = may_call(lead, now=now)
    problem = (
        working_problem(lead, by=by, now=now)
        or calling_problem(lead, round_, permission=permission, now=now)
        or dialing_problem(lead)
    )
    if problem is not None:
        raise problem
    if lead.is_at_bdc:
        hold_for(lead, agent=by, now=now)
    call = Call.objects.create(
        lead=lead,
        dealership_id=lead.dealership_id,
        round=round_,
        by=by,
        phone=clean_text(phone, limit=20),
        started_at=now,
        ground=permission.ground,
    )
    lead.first_call_at = lead.first_call_at or now
    lead.offer_ends_at = None
    lead.save(update_fields=["first_call_at", "offer_ends_at"])
    record(lead, "call_started", by=by, now=now, ground=permission.ground)
    return call


@retrying_atomic
def record_attempt(
    lead: Lead,
    *,
    result: str,
    by: User | None,
    now: datetime,
    call_id: int | None = None,
    phone: str = "",
    note: str = "",
    seconds: int | None = None,
    objection: bool = False,
    happened: bool = False,
) -> Attempt:
    """Record an outbound call that took place, and plan what follows from it.

    An attempt that came too soon is kept and does not count. `happened` records a call that
    was made although it was not allowed, as a breach. Raises RuleBroken past the maximum,
    without a ground, outside calling hours, and for who does not work the lead. Without
    `seconds` the attempt lasted as long as a telephone exchange told of its call, if one did.
    """
    require(by, "work", lead.dealership_id)
    lead = lock_lead(lead)
    read_once(lead)
    round_ = round_of(lead)
    call = _call_to_answer(lead, call_id, by=by)
    problem = working_problem(lead, by=by, now=now)
    is_late = problem is not None and call is not None and problem.code in _LOST_SINCE_THE_CALL
    if problem is not None and not is_late:
        raise problem
    if is_late and call is not None:
        round_ = call.round
        if round_.attempts_left == 0:
            raise RuleBroken(
                "maximum_attempts_reached",
                _("The maximum number of attempts of this round has been made."),
            )
    ground, breach = (call.ground, "") if call is not None else ("", "")
    if call is None:
        ground, breach = _ground_or_breach(lead, round_, now=now, happened=happened)
    elif not is_late and round_.attempts_left == 0 and not may_pass_maximum(lead, now):
        raise RuleBroken(
            "maximum_attempts_reached",
            _("The maximum number of attempts of this round has been made."),
        )
    before = None if is_late or objection else state_before(lead, by=by, now=now)
    if by is not None and lead.is_at_bdc and not is_late:
        hold_for(lead, agent=by, now=now)

    attempt = _write_attempt(
        lead,
        round_,
        result=result,
        by=by,
        now=now,
        call=call,
        phone=clean_text(phone, limit=20) or (call.phone if call else ""),
        seconds=seconds,
        ground=ground,
        is_breach=bool(breach),
        is_late=is_late,
    )
    if breach:
        record(lead, "breached", by=by, now=now, why=breach)
    keep_note(lead, note, by=by, now=now)
    if is_late:
        record(lead, "late_result", by=by, now=now)
        if not lead.is_closed:
            end_when_full(lead, now=now)
            lead.save(update_fields=["next_call_at", "system_close_at"])
    else:
        _follow_from(lead, attempt, by=by, now=now)
    if objection:
        object_to_calls(lead.customer_id, by=by, now=now)
        lead = lock_lead(lead)
    keep_step(lead, before, Step.What.ATTEMPT, attempt=attempt)
    attempt.lead = lead
    return attempt


_OPEN_CALLS = Prepared(
    lambda: (
        Call.objects.select_for_update()
        .filter(lead=Given("lead"), by=Given("by"), ended_at=None)
        .order_by("-started_at")
    )
)
# What may have happened to a lead between the start of a call and its result.
_LOST_SINCE_THE_CALL = ("not_owner", "held_by_other", "already_closed")


def _call_to_answer(lead: Lead, call_id: int | None, *, by: User | None) -> Call | None:
    """The started call that this result belongs to: the one named, else the last of `by`."""
    calls = _OPEN_CALLS.all(lead=lead.pk, by=by.pk if by is not None else None)
    if call_id is None:
        return calls[0] if calls else None
    call = next((one for one in calls if one.pk == call_id), None)
    if call is None:
        raise Malformed(
            FieldProblem("call", "unknown_call", _("This call is not yours, or has a result."))
        )
    return call


def _ground_or_breach(
    lead: Lead, round_: Round, *, now: datetime, happened: bool
) -> tuple[str, str]:
    """The ground of a call without a start; or why it was a breach, where it happened anyway."""
    permission = may_call(lead, now=now)
    problem = calling_problem(lead, round_, permission=permission, now=now)
    if problem is None:
        return permission.ground, ""
    if not happened or problem.code == "maximum_attempts_reached":
        raise problem
    return permission.ground, problem.code


def _write_attempt(
    lead: Lead,
    round_: Round,
    *,
    result: str,
    by: User | None,
    now: datetime,
    call: Call | None,
    phone: str,
    seconds: int | None,
    ground: str,
    is_breach: bool,
    is_late: bool,
    is_past_maximum: bool = False,
) -> Attempt:
    nth, uncounted = counting_of(lead.customer, lead.dealership, now)
    if nth is not None and is_past_maximum:
        nth, uncounted = None, "maximum"
    if nth is not None and round_.attempts_left == 0:
        # Only a promised call-back comes here; the promise makes room for itself.
        Round.objects.filter(pk=round_.pk).update(maximum=round_.maximum + 1)
    attempt = Attempt(
        lead=lead,
        dealership_id=lead.dealership_id,
        customer_id=lead.customer_id,
        round=round_,
        call=call,
        by=by,
        at=now,
        result=result,
        phone=phone,
        seconds=call.seconds if seconds is None and call is not None else seconds,
        ground=ground,
        is_breach=is_breach or not ground,
        is_late=is_late,
        local_date=local(lead.dealership, now).date(),
        day_part=day_part(lead.dealership, now),
        counts=nth is not None,
        nth_of_day=nth,
        why=uncounted,
    )
    add_prepared(attempt)
    if call is not None:
        call.ended_at = now
        call.save(update_fields=["ended_at"])
    record(
        lead,
        "attempted",
        by=by,
        now=now,
        result=result,
        uncounted=uncounted,
        attempt=attempt.pk,
        seconds=attempt.seconds,
    )
    return attempt


def _follow_from(lead: Lead, attempt: Attempt, *, by: User | None, now: datetime) -> None:
    """Plan the next call, or hand the lead over, as the result says.

    Who has a visit ahead was reached: after the last attempt the visit is the next step.
    """
    lead.set_once("first_attempt_at", now)
    lead.first_call_at = lead.first_call_at or now
    lead.offer_ends_at = None
    made = due_promise(lead, now)
    if made is not None:
        made.done_at, made.was_kept = now, True
        made.save(update_fields=["done_at", "was_kept"])
    if attempt.result == Result.SPOKEN:
        note_conversation(lead, channel=ConversationChannel.OUTBOUND, by=by, now=now)
    if attempt.result not in RESULTS_THAT_ASK_A_NEXT_STEP:
        let_customer_go(lead, by=by)
    # Read anew, since the database has counted the attempt in it.
    round_ = attempt.round = round_of(lead)
    promise = open_promise(lead)
    if attempt.result == Result.SPOKEN or round_.attempts_left > 0 or promise is not None:
        _plan_next_call(lead, round_, attempt, promise=promise, now=now)
    elif (visit := visit_ahead(lead, now=now)) is not None:
        lead.next_call_at = visit.starts_at
        lead.save()
    elif goes_on_unreached(round_) and attempt.result not in RESULTS_THAT_ASK_A_NEXT_STEP:
        to_unreached(lead, now=now)
    else:
        end_when_full(lead, now=now)
        lead.save()


def _plan_next_call(
    lead: Lead, round_: Round, attempt: Attempt, *, promise: CallBack | None, now: datetime
) -> None:
    """Plan by the cadence; a promise goes first, and a call that came too soon moves nothing."""
    if promise is not None:
        lead.next_call_at = promise.due_at
    elif attempt.counts or lead.next_call_at is None or lead.next_call_at <= now:
        lead.next_call_at = next_call(lead.dealership, attempts=round_.attempts, last_at=now)
    lead.save(update_fields=["first_attempt_at", "first_call_at", "offer_ends_at", "next_call_at"])
    record(lead, "call_planned", by=None, now=now, at=lead.next_call_at.isoformat())


def goes_on_unreached(round_: Round) -> bool:
    """Rounds of salespeople and of `inbound` go over to `unreached` after their maximum."""
    return round_.side in (Side.SALESPERSON, Side.INBOUND)


def to_unreached(lead: Lead, *, now: datetime) -> None:
    """Hand a lead over to the long-term queue, with all its history."""
    let_go(lead, now=now)
    withdraw_proposal(lead, why="unreached", now=now)
    hand_over(lead, by=None, now=now)
    place_new(lead, Destination(why="unreached", queue=Queue.UNREACHED), by=None, now=now)
    lead.next_call_at = next_call(lead.dealership, attempts=2, last_at=now)
    lead.save(update_fields=["next_call_at"])


@retrying_atomic
def record_conversation(
    lead: Lead, *, channel: str, by: User | None, now: datetime, note: str = ""
) -> Conversation:
    """Record a conversation by another channel: reached without an attempt."""
    require(by, "work", lead.dealership_id)
    lead = lock_lead(lead)
    problem = working_problem(lead, by=by, now=now)
    if problem is not None:
        raise problem
    lead.first_call_at = lead.first_call_at or now
    lead.offer_ends_at = None
    lead.save(update_fields=["first_call_at", "offer_ends_at"])
    conversation = note_conversation(lead, channel=channel, by=by, now=now)
    keep_note(lead, note, by=by, now=now)
    conversation.lead = lead
    return conversation


@retrying_atomic
def add_note(lead: Lead, *, body: str, by: User, now: datetime) -> Note:
    """Write a note beside the timeline; whoever works leads here may."""
    require(by, "work", lead.dealership_id)
    text = clean_lines(body, limit=10_000)
    if not text:
        raise Malformed(FieldProblem("body", "required", _("Write the note first.")))
    return Note.objects.create(
        lead=lead, dealership_id=lead.dealership_id, at=now, by=by, body=text
    )


def keep_note(lead: Lead, note: str, *, by: User | None, now: datetime) -> None:
    """Keep what was written along with something else; nothing was, often."""
    text = clean_lines(note, limit=10_000)
    if text:
        Note.objects.create(lead=lead, dealership_id=lead.dealership_id, at=now, by=by, body=text)


def end_calls_without_result(now: datetime) -> list[int]:
    """The ids of calls that have had no result for 30 minutes: each is a no answer."""
    return list(
        Call.objects.filter(ended_at=None, started_at__lte=now - LONGEST_CALL)
        .order_by("started_at")
        .values_list("pk", flat=True)[:500]
    )


@retrying_atomic
def end_call(call_id: int, *, now: datetime) -> None:
    """Record the missing result of a call as no answer, by the system.

    Past the maximum it is kept, does not count and changes nothing: a call that was made is
    never lost. Whoever began it is not with the customer any more.
    """
    call = Call.objects.select_related("lead", "by").get(pk=call_id)
    lead = lock_lead(call.lead)
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.ended_at is not None:
        return
    round_ = Round.objects.select_for_update().get(pk=call.round_id)
    is_current = round_.number == lead.round_number and lead.status != Status.CLOSED
    is_past_maximum = round_.attempts_left == 0 and not due_promise(lead, now)
    attempt = _write_attempt(
        lead,
        round_,
        result=Result.NO_ANSWER,
        by=call.by,
        now=now,
        call=call,
        phone=call.phone,
        seconds=None,
        ground=call.ground,
        is_breach=False,
        is_late=is_past_maximum or not is_current,
        is_past_maximum=is_past_maximum,
    )
    end_hold_of(call)
    if not attempt.is_late:
        _follow_from(lead, attempt, by=None, now=now)
