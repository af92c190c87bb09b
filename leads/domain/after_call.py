"""What follows from a call says how the call went, so that its result asks no key of its own.

Who notes that the customer "has already bought another car" has heard it in a conversation; who
notes "refused" was refused. On the work screen the result of the call is recorded along with
the next step, in the same transaction and by the same rules as a result by itself, and both are
undone as one. The evidence of a reason is thereby never less than before: an attempt, with who,
when and on which ground.
Source: ux.md 2.1 (two keys for a reason); product.md, Close-out and Attempts and conversations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bdc.accounts.models import User
from bdc.transactions import retrying_atomic
from leads.domain.closing import ReasonOffer, close_lead, fixed_reason, reasons_for
from leads.domain.contacting import record_attempt
from leads.domain.evidence import CHECKS, Evidence
from leads.domain.facts import Facts
from leads.domain.locking import lock_lead
from leads.domain.rounds import round_of
from leads.domain.steps import join_steps, newest_event
from leads.models import Call, CloseReason, Lead, Result

T = TypeVar("T")

RESULT_SAID_BY = {
    "spoken": Result.SPOKEN,
    "refused_attempt": Result.REFUSED,
    "wrong_details_attempt": Result.WRONG_NUMBER,
}
CODES_MET_BY_A_RESULT = frozenset({"not_spoken", "not_refused", "no_wrong_details_attempt"})


@dataclass(frozen=True)
class OfferAfterCall(ReasonOffer):
    """A reason as the work screen offers it; `records` is the result that goes along, if any."""

    records: Result | None = None


def reasons_after_call(
    lead: Lead, *, by: User, now: datetime, may_record: bool
) -> list[OfferAfterCall]:
    """Every reason of the list; one that lacks the result alone that it says itself is open.

    `may_record` says whether a result can be recorded now: a call is open, or may be made.
    """
    return [_offer(offer, may_record=may_record) for offer in reasons_for(lead, by=by, now=now)]


def _offer(offer: ReasonOffer, *, may_record: bool) -> OfferAfterCall:
    said = _said_by(offer.reason)
    lacks = {one.code for one in offer.problem.problems} if offer.problem is not None else set()
    if said is not None and may_record and lacks and lacks <= CODES_MET_BY_A_RESULT:
        return OfferAfterCall(offer.reason, None, records=said[1])
    return OfferAfterCall(offer.reason, offer.problem)


@retrying_atomic
def close_after_call(
    lead: Lead, *, reason: str, facts: Facts, by: User, now: datetime, phone: str = ""
) -> Lead:
    """Close as `close_lead` does, and record first the result of the call that `reason` says.

    It is recorded when a call of `by` is open, or when the reason lacks it. Raises what
    `record_attempt` and `close_lead` raise; then nothing is recorded.
    """
    lead = lock_lead(lead)
    chosen = fixed_reason(reason)
    since, said = newest_event(lead), _said_by(chosen)
    if said is not None:
        need, result = said
        lacks = CHECKS[need](Evidence(lead, round_of(lead), by), facts) is not None
        if lacks or _has_open_call(lead, by):
            record_attempt(lead, result=result, by=by, now=now, phone=phone)
    closed = close_lead(lead, reason=reason, facts=facts, by=by, now=now)
    join_steps(lead, by=by, since=since)
    return closed


@retrying_atomic
def agree_in_call(lead: Lead, agree: Callable[[], T], *, by: User, now: datetime) -> T:
    """Do what was agreed with the customer; the call of `by` that is open was a conversation."""
    lead = lock_lead(lead)
    if not _has_open_call(lead, by):
        return agree()
    since = newest_event(lead)
    record_attempt(lead, result=Result.SPOKEN, by=by, now=now)
    agreed = agree()
    join_steps(lead, by=by, since=since)
    return agreed


def _said_by(reason: CloseReason) -> tuple[str, Result] | None:
    """The need of a reason that is a result of a call, with that result."""
    need = next((need for need in reason.needs if need in RESULT_SAID_BY), None)
    return (need, RESULT_SAID_BY[need]) if need is not None else None


def _has_open_call(lead: Lead, by: User) -> bool:
    return Call.objects.filter(lead=lead, by=by, ended_at=None).exists()
