"""Rounds begin and end; a lead's owner changes only here, so that lead and round agree."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import PositiveSmallIntegerField, Q

from bdc.accounts.models import User
from bdc.prepared import Given, Prepared
from dealers.models import Side
from leads.domain.binding import forget_holder
from leads.domain.permission import lasting_ground_until
from leads.domain.timeline import record
from leads.models import Appointment, CallBack, Hold, Kind, Lead, Queue, Round, Status

# After the last attempt of a round the system acts itself when nobody has.
SYSTEM_ACTS_AFTER = timedelta(minutes=15)
# What a round keeps when it goes on under a new number.
GOES_ON = (
    "side",
    "owner",
    "began_at",
    "began_with_appointment",
    "policy_maximum",
    "group_limit",
    "maximum",
    "attempts",
    "refusals",
    "wrong_numbers",
    "conversations",
    "reached_at",
    "appointment_at",
    "quoted_at",
    "showed_at",
    "has_appointment",
)

_ROUND = Prepared(
    lambda: Round.objects.filter(
        lead=Given("lead"), number=Given("number", PositiveSmallIntegerField())
    )
)


def round_of(lead: Lead) -> Round:
    """The round that is worked, or the last one of a closed lead, read anew."""
    return _ROUND.get(lead=lead.pk, number=lead.round_number)


def side_of(*, owner: User | None, queue: str) -> Side:
    """The side that works a lead with this owner; catch_all waits for a salesperson."""
    if owner is not None or queue == Queue.CATCH_ALL:
        return Side.SALESPERSON
    return Side(queue)


def begin_round(
    lead: Lead,
    *,
    by: User | None,
    now: datetime,
    owner: User | None = None,
    queue: str = "",
    next_call_at: datetime | None = None,
    began_with_appointment: bool = False,
) -> Round:
    """Begin the next round of an open or reopened lead; the one before has ended.

    The maximum and the group's limit are copied, so that a later policy changes no round.
    """
    side = side_of(owner=owner, queue=queue)
    number = lead.round_number + 1
    allowed = lead.dealership.attempts_allowed(side)
    round_ = Round.objects.create(
        lead=lead,
        dealership_id=lead.dealership_id,
        number=number,
        side=side,
        owner=owner,
        began_at=now,
        began_with_appointment=began_with_appointment,
        policy_maximum=allowed,
        maximum=allowed,
        group_limit=lead.dealership.group.limit(side),
    )
    lead.round_number = number
    lead.status = Status.OPEN
    lead.close_reason = None
    lead.owner = owner
    lead.queue = queue
    lead.next_call_at = next_call_at
    lead.system_close_at = None
    lead.offer_ends_at = None
    _end_alarm(lead)
    lead.save()
    record(lead, "round_began", by=by, now=now, number=number, maximum=allowed)
    return round_


def hand_over(lead: Lead, *, by: User | None, now: datetime) -> None:
    """End the lead's round without a reason: somebody else works it from here."""
    round_ = round_of(lead)
    round_.ended_at = now
    round_.ending = Round.Ending.HANDED_OVER
    round_.save(update_fields=["ended_at", "ending"])
    record(
        lead, "round_handed_over", by=by, now=now, number=round_.number, attempts=round_.attempts
    )


def go_on_with(lead: Lead, ended: Round, *, now: datetime) -> Round:
    """Begin the round in which an ended one goes on, since its end was undone.

    What began in between ends. The new round takes the place of the ended one: its counts and
    the maximum that was left, what was reached in it, and its beginning, so that figures count
    it once. Changes the lead's round number only; the caller saves the lead.
    """
    if lead.round_number != ended.number:
        Round.objects.filter(lead=lead, number=lead.round_number).update(
            ended_at=now, ending=Round.Ending.HANDED_OVER, is_undone=True
        )
    Round.objects.filter(pk=ended.pk).update(is_undone=True)
    goes_on = Round.objects.create(
        lead=lead,
        dealership_id=lead.dealership_id,
        number=lead.round_number + 1,
        continues=ended,
        **{name: getattr(ended, name) for name in GOES_ON},
    )
    ended.appointment_rows.update(round=goes_on)
    ended.quote_rows.update(round=goes_on)
    lead.round_number = goes_on.number
    return goes_on


def give_to(lead: Lead, *, owner: User | None, queue: str, next_call_at: datetime | None) -> None:
    """Change the owner within sales: the round and its count stay (product.md, Routing).

    A call-back that the owner before had promised is kept by who has the lead now.
    """
    promises = CallBack.objects.filter(lead=lead, done_at=None)
    promises.filter(Q(owner=lead.owner_id) | Q(owner=None)).update(owner=owner)
    lead.owner = owner
    lead.queue = queue
    lead.next_call_at = next_call_at
    lead.offer_ends_at = None
    _end_alarm(lead)
    lead.save()
    Round.objects.filter(lead=lead, number=lead.round_number, owner=None).update(owner=owner)


def _end_alarm(lead: Lead) -> None:
    """An alarm belongs to one stay in catch_all; the next stay is routed and alarmed anew."""
    if lead.queue != Queue.CATCH_ALL:
        lead.alarm_at = None


def let_go(lead: Lead, *, now: datetime, kept: bool = False) -> None:
    """End what binds people to the lead: its hold and its open call-back."""
    forget_holder(lead.customer)
    Hold.objects.filter(lead=lead).delete()
    CallBack.objects.filter(lead=lead, done_at=None).update(done_at=now, was_kept=kept)


def visit_ahead(lead: Lead, *, now: datetime) -> Appointment | None:
    """The next visit that a salesperson's lead waits for; the BDC gives a lead with one away."""
    if lead.owner_id is None:
        return None
    return lead.appointments.filter(outcome="", starts_at__gt=now).order_by("starts_at").first()


def end_when_full(lead: Lead, *, now: datetime) -> None:
    """Let the system end a round at its maximum that waits for no promise and no visit.

    Whoever has the lead may close it first. Changes the object only; the caller saves it.
    """
    if lead.system_close_at is not None or round_of(lead).attempts_left > 0:
        return
    is_promised = CallBack.objects.filter(lead=lead, done_at=None).exists()
    if not is_promised and visit_ahead(lead, now=now) is None:
        lead.next_call_at = None
        lead.system_close_at = now + SYSTEM_ACTS_AFTER


def leave_time_to_act(lead: Lead, *, now: datetime) -> None:
    """A round at its maximum ends by the system, and not before there was time to correct it."""
    if lead.system_close_at is not None:
        lead.system_close_at = max(lead.system_close_at, now + SYSTEM_ACTS_AFTER)
    end_when_full(lead, now=now)


def refresh_ground(lead: Lead, *, now: datetime) -> None:
    """Write down until when the lead has a ground to call, as the queue reads it.

    Changes the object only; the caller saves it.
    """
    lead.callable_until = lasting_ground_until(lead, now=now)
    if lead.callable_until is not None:
        lead.without_ground_since = None
    elif lead.without_ground_since is None:
        lead.without_ground_since = now


def become_active(lead: Lead, *, by: User | None, now: datetime) -> None:
    """A passive lead becomes active; kind and owner change in the same UPDATE of the caller."""
    if lead.kind == Kind.PASSIVE:
        lead.kind = Kind.ACTIVE
        record(lead, "became_active", by=by, now=now)
