"""What Spits says and does next after what was noted in practice, as the real bar says it."""

from __future__ import annotations

from datetime import datetime

from bdc.accounts.models import User
from leads.domain.cadence import day_part, next_call
from leads.domain.closing import needs_approval
from leads.models import Appointment, Attempt, CloseReason, Result, Status
from leads.practice.customers import Did
from leads.practice.run import Answer
from leads.views.practice_screen import SELLER, PracticePage, PracticeScreen
from leads.views.saying import (
    LET_GO,
    after_attempt,
    after_booking,
    after_closing,
    after_objection,
    after_promise,
    after_quote,
)


def said_of(screen: PracticeScreen) -> str:
    """The sentence for what was noted last; empty while nothing is."""
    answer, lead = screen.run.line.answer, screen.lead
    if answer is None:
        return ""
    if answer.did == Did.CALL_BACK and answer.at is not None:
        return after_promise(lead, answer.at)
    if answer.did == Did.CLOSED:
        return _of_a_close_out(answer, screen)
    if answer.did == Did.OBJECTION:
        return after_objection(lead)
    if answer.did == Did.LET_GO:
        return str(LET_GO)
    return after_attempt(attempt_of(screen.page, Result(answer.did), screen.at))


def of_a_visit(screen: PracticeScreen, kind: str, at: datetime) -> str:
    return after_booking(Appointment(lead=screen.lead, kind=kind, starts_at=at))


def of_a_quote(screen: PracticeScreen) -> str:
    return after_quote(screen.lead)


def attempt_of(page: PracticePage, result: Result, now: datetime) -> Attempt:
    """The attempt as it would be counted, and its lead with the next call planned."""
    lead, round_ = page.lead, page.round
    lead.next_call_at = next_call(lead.dealership, attempts=round_.attempts, last_at=now)
    return Attempt(
        lead=lead, round=round_, result=result, day_part=day_part(lead.dealership, now), at=now
    )


def _of_a_close_out(answer: Answer, screen: PracticeScreen) -> str:
    lead, round_ = screen.lead, screen.page.round
    reason = CloseReason.objects.get(pk=answer.reason)
    if needs_approval(reason, lead, round_):
        lead.status = Status.PROPOSED
    elif reason.effect == "to_sales":
        lead.owner, lead.round_number = User(name=SELLER), round_.number + 1
    elif reason.effect == "follow_up":
        lead.round_number = round_.number + 1
    else:
        lead.status = Status.CLOSED
    return after_closing(lead, round_.number)
