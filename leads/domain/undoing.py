"""Undo: a compensating action. Owner, due time and status return; what happened stays.

Source: product.md, Undo: "owner, due time and status return, attempts and timeline stay, marked
withdrawn. Objections are not undone but withdrawn by a manager"; Facts are kept: "attempt rows
are append-only, and nobody can lower a count"; ux.md, principle 2 and 474 (10 seconds, and the
rest of the day from Mijn dag).

What can be undone, by who did it: the result of a call, a call-back, an appointment, letting go
of a customer, a close-out of the BDC (conversion to a salesperson included) and a proposal to
close. Not: an objection, a sale, an outcome, and what came too late to change anything.

What returns: owner, queue, kind, status, due time, the call-back that was open, the hold when
the agent has no other customer by now, and how long the customer is kept out of selections.
What stays: attempts, conversations, milestones, the raised maximum, and every entry. So a
withdrawn attempt keeps counting towards the maximum; its corrected result may be recorded even
past the maximum, since it comes in the same part of the day and does not count again. A round at
its maximum has no next call: the system goes on with it when nobody does within 15 minutes.
An undone appointment is cancelled, so MAP does not count it. A round that was ended does not
open again, since a reason stays for ever: the next round goes on where it was, with its counts
and the maximum that was left, and figures count that one in its place.
The window is the rest of the local day, and never less than ten seconds; it ends with the next
thing that happens to the lead, whoever does it: a conversion until its salesperson touches it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.clock import day_began
from bdc.errors import RuleBroken
from bdc.prepared import Given, Prepared
from bdc.transactions import retrying_atomic
from dealers.domain.hours import local, next_callable
from leads.domain.access import require
from leads.domain.booking import count_for_map
from leads.domain.forwarding import take_back
from leads.domain.holding import claim, give_back_untouched, hold_of
from leads.domain.locking import lock_lead
from leads.domain.rounds import go_on_with, leave_time_to_act, refresh_ground
from leads.domain.steps import moment_of, newest_event
from leads.domain.timeline import record
from leads.models import (
    Appointment,
    AppointmentOutcome,
    CallBack,
    Event,
    Hold,
    Lead,
    Proposal,
    Queue,
    Release,
    Status,
    Step,
)
from leads.models.lead import REACH_LATER, reach_given

SHORTEST_WINDOW = timedelta(seconds=10)
MOST_UNDONE = 20  # steps of one lead, one after the other
MOST_IN_SIGHT, MOST_OF_A_DAY = 5, 25


def step_to_undo(lead: Lead, *, by: User) -> Step | None:
    """What `by` did to the lead last and did not undo."""
    step = Step.objects.filter(lead=lead, by=by, undone_at=None).order_by("-pk").first()
    if step is not None:
        step.lead = lead  # with what is loaded of it
    return step


def window_ends(step: Step) -> datetime:
    """Until when it can be undone: midnight on the dealership's clock, or ten seconds."""
    done = local(step.lead.dealership, step.at)
    midnight = datetime.combine(done.date() + timedelta(days=1), time(0), tzinfo=done.tzinfo)
    return max(midnight, step.at + SHORTEST_WINDOW)


def undoing_problem(step: Step | None, *, now: datetime) -> RuleBroken | None:
    """Return why this cannot be undone, or None."""
    if step is None:
        return RuleBroken("nothing_to_undo", _("You did nothing here that can be undone."))
    if now >= window_ends(step):
        return RuleBroken(
            "undo_window_over", _("This was not today, so it cannot be undone any more.")
        )
    newest = newest_event(step.lead)
    is_newest = step.last_event in (newest, _settled_event(step.lead, newest))
    # An objection ends what is open, and would have ended this lead too.
    objected_at = step.lead.customer.objected_at
    if not is_newest or (objected_at is not None and objected_at >= step.at):
        return RuleBroken(
            "changed_since", _("Something happened on this lead since, so it cannot be undone.")
        )
    held = Hold.objects.filter(customer=step.lead.customer_id, until__gt=now)
    if held.exclude(agent=step.by_id).exists():
        return RuleBroken("held_by_other", _("A colleague is with this customer right now."))
    return None


def undoable_step(lead: Lead, *, by: User, now: datetime) -> Step | None:
    """What `by` can undo on the lead now, to offer it on a page."""
    step = step_to_undo(lead, by=by)
    return None if undoing_problem(step, now=now) else step


def undoable_steps_of(agent: User, *, now: datetime) -> list[Step]:
    """What the agent did last today and can still undo, the newest first."""
    return _LAST.all(by=agent.pk, since=day_began(now), **reach_given(agent))


def undoable_steps_of_day(agent: User, *, now: datetime) -> list[Step]:
    """The same for as many as the page of the day shows."""
    return _OF_A_DAY.all(by=agent.pk, since=day_began(now), **reach_given(agent))


def step_just_done(agent: User, *, now: datetime) -> Step | None:
    """What the agent did last in the shortest window, if it can be undone."""
    since = max(day_began(now), now - SHORTEST_WINDOW)
    step = _JUST_DONE.first(by=agent.pk, since=since, **reach_given(agent))
    return step if step is not None and step.at > now - SHORTEST_WINDOW else None


def _still_last() -> QuerySet[Step]:
    """The steps of a person since a moment that are still the last thing on their leads."""
    newest = Event.objects.filter(lead=OuterRef("lead")).order_by("-pk").values("pk")[:1]
    visible = Lead.objects.visible_at(**REACH_LATER)
    steps = Step.objects.filter(
        by=Given("by"), at__gte=Given("since", DateTimeField()), undone_at=None
    )
    return (
        steps.filter(last_event=Subquery(newest), lead__in=visible)
        .exclude(lead__customer__objected_at__gte=F("at"))
        .order_by("-at", "-pk")
    )


def _undoable() -> QuerySet[Step]:
    """The same, with what a page tells of them."""
    return _still_last().select_related(
        "lead__customer", "attempt", "ended__reason", "proposal__reason"
    )


_JUST_DONE = Prepared(lambda: _still_last().only("lead_id", "at")[:1])
_LAST = Prepared(lambda: _undoable()[:MOST_IN_SIGHT])
_OF_A_DAY = Prepared(lambda: _undoable()[:MOST_OF_A_DAY])


@retrying_atomic
def undo(lead: Lead, *, by: User, now: datetime) -> Step:
    """Undo what `by` did last on the lead; return it, with the lead as it is again."""
    require(by, "undo", lead.dealership_id)
    lead = lock_lead(lead)
    step = Step.objects.select_for_update().filter(lead=lead, by=by, undone_at=None).last()
    if step is not None:
        step.lead = lead
    problem = undoing_problem(step, now=now)
    if problem is not None or step is None:
        raise problem or LookupError("a step was judged to be there and is not")
    _withdraw(step, now=now)
    _return_state(lead, step)
    if step.ended is not None:
        go_on_with(lead, step.ended, now=now)
        take_back(lead, by=by, now=now)
    _return_promise(step)
    leave_time_to_act(lead, now=now)
    _return_selections(lead, step, now=now)
    if step.before["is_held"] and lead.is_at_bdc and hold_of(by, now) is None:
        claim(lead, agent=by, now=now)
    count_for_map(lead)
    refresh_ground(lead, now=now)
    lead.save()
    entry = record(lead, "undone", by=by, now=now, what=step.what, attempt=step.attempt_id)
    step.undone_at, step.undone_event = now, entry.pk
    step.save(update_fields=["undone_at", "undone_event"])
    return step


@retrying_atomic
def undo_and_return(lead: Lead, *, by: User, now: datetime) -> Step:
    """Undo as `undo` does, on a screen where the next customer stands already.

    In the first ten seconds the agent is with the former customer again; the next one, with whom
    nothing was done yet, goes back to the queue (ux.md 2.1: "also after the next lead is open").
    """
    step = step_to_undo(lead, by=by)
    if step is not None and step.before["is_held"] and now < step.at + SHORTEST_WINDOW:
        give_back_untouched(by, now=now)
    return undo(lead, by=by, now=now)


def _settled_event(lead: Lead, settled: int) -> int:
    """The newest entry that still stands: what was undone leaves the lead as it was before."""
    undone = Step.objects.filter(lead=lead, undone_at__isnull=False)
    for step in undone.order_by("-undone_event")[:MOST_UNDONE]:
        if step.undone_event == settled:
            settled = step.first_event
    return settled


def _withdraw(step: Step, *, now: datetime) -> None:
    """Mark or end what the step wrote. An attempt is append-only: its step marks it."""
    if step.call_back_id is not None:
        CallBack.objects.filter(pk=step.call_back_id).update(done_at=now, was_kept=False)
    if step.appointment_id is not None:
        Appointment.objects.filter(pk=step.appointment_id).update(
            outcome=AppointmentOutcome.CANCELLED, outcome_at=now
        )
    if step.proposal_id is not None:
        Proposal.objects.filter(pk=step.proposal_id).update(
            decision=Proposal.Decision.WITHDRAWN, decided_at=now
        )
    if step.release_id is not None:
        Release.objects.filter(pk=step.release_id).update(is_undone=True)


def _return_state(lead: Lead, step: Step) -> None:
    """Owner, due time and status, as they were; the caller saves the lead."""
    waits = Proposal.objects.filter(lead=lead, decided_at=None).exists()
    lead.status = Status.PROPOSED if waits else Status.OPEN
    lead.close_reason = None
    lead.duplicate_of = None
    lead.is_pollution = False
    lead.owner_id = step.before["owner"]
    lead.queue = step.before["queue"]
    lead.kind = step.before["kind"]
    lead.next_call_at = moment_of(step, "next_call_at")
    lead.system_close_at = moment_of(step, "system_close_at")
    # The two-minute clock stops for good with the first call.
    if lead.first_call_at is None:
        lead.offer_ends_at = moment_of(step, "offer_ends_at")


def _return_promise(step: Step) -> None:
    """The call-back that was open, as far as this step itself ended it."""
    CallBack.objects.filter(pk=step.before["promise"], done_at=step.at).update(
        done_at=None, was_kept=None
    )


def _return_selections(lead: Lead, step: Step, *, now: datetime) -> None:
    """Until when the customer is kept out of selections; leads that waited for it are due."""
    parked_until, before = lead.customer.parked_until, moment_of(step, "parked_until")
    if parked_until == before:
        return
    lead.customer.parked_until = before
    lead.customer.save(update_fields=["parked_until"])
    if parked_until is None:
        return
    others = Lead.objects.filter(
        customer=lead.customer_id, queue=Queue.PASSIVE, status=Status.OPEN
    ).exclude(pk=lead.pk)
    for found in others.order_by("pk"):
        other = lock_lead(found)
        if other.next_call_at == next_callable(other.dealership, parked_until):
            other.next_call_at = next_callable(other.dealership, now)
            other.save(update_fields=["next_call_at"])
            record(other, "call_planned", by=None, now=now, at=other.next_call_at.isoformat())
