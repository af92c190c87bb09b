"""Leads change hands: taken from catch_all, assigned by a manager, owners who left.

Source: product.md, Routing; contract.md, take and assign.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.access import people_at
from dealers.domain.hours import next_callable
from dealers.models import Role, Side
from leads.domain.access import require
from leads.domain.locking import lock_lead
from leads.domain.rounds import begin_round, end_when_full, give_to, hand_over, let_go, round_of
from leads.domain.timeline import record
from leads.domain.withdrawing import withdraw_proposal
from leads.models import QUEUE_ORDER, Kind, Lead, Queue


@retrying_atomic
def take(lead: Lead, *, by: User, now: datetime) -> Lead:
    """Take a lead from catch_all; the first one wins. Raises already_taken for the others."""
    require(by, "take", lead.dealership_id)
    lead = lock_lead(lead)
    if lead.queue != Queue.CATCH_ALL:
        raise RuleBroken("already_taken", _("Somebody already took this lead."))
    give_to(lead, owner=by, queue="", next_call_at=now if lead.has_dialable_number else None)
    record(lead, "taken", by=by, now=now, owner=by.email, owner_name=str(by))
    return lead


@retrying_atomic
def assign(
    lead: Lead, *, by: User, now: datetime, user: User | None = None, queue: str = ""
) -> Lead:
    """Give an open lead to a salesperson or to a queue, by hand.

    A passive lead goes to no salesperson, not even by hand, until the BDC has made it active.
    """
    require(by, "assign", lead.dealership_id)
    _check_target(lead, user, queue)
    lead = lock_lead(lead)
    problem = assigning_problem(lead, user=user, queue=queue)
    if problem is not None:
        raise problem
    let_go(lead, now=now)
    withdraw_proposal(lead, why="by_hand", now=now)
    stays_in_sales = round_of(lead).side == Side.SALESPERSON and (
        user is not None or queue == Queue.CATCH_ALL
    )
    next_call_at = _next_call_at(lead, user, now)
    end_when_full(lead, now=now)
    if stays_in_sales:
        give_to(lead, owner=user, queue=queue, next_call_at=next_call_at)
    elif lead.queue != queue or user is not None:
        hand_over(lead, by=by, now=now)
        begin_round(lead, by=by, now=now, owner=user, queue=queue, next_call_at=next_call_at)
    else:
        lead.save()
    if user is not None:
        record(
            lead,
            "assigned_to_salesperson",
            by=by,
            now=now,
            owner=user.email,
            owner_name=str(user),
        )
    else:
        record(lead, "assigned_to_queue", by=by, now=now, queue=queue)
    return lead


def assigning_problem(lead: Lead, *, user: User | None, queue: str) -> RuleBroken | None:
    """Return why an open lead may not go there, or None."""
    if lead.is_closed:
        return RuleBroken("already_closed", _("This lead is closed."))
    if lead.kind == Kind.PASSIVE and (user is not None or queue != Queue.PASSIVE):
        return RuleBroken(
            "passive_lead_to_salesperson",
            _("A passive lead stays with the BDC until the BDC has made it active."),
        )
    return None


def _check_target(lead: Lead, user: User | None, queue: str) -> None:
    if (user is None) == (not queue):
        raise Malformed(FieldProblem("user", "one_of", _("Say either a salesperson or a queue.")))
    if queue and queue not in (*QUEUE_ORDER, Queue.CATCH_ALL):
        raise Malformed(FieldProblem("queue", "unknown_queue", _("There is no such queue.")))
    if queue == Queue.PASSIVE and lead.kind == Kind.ACTIVE:
        raise Malformed(
            FieldProblem("queue", "active_lead", _("An active lead is not put among passive ones."))
        )
    if user is not None and user not in people_at(
        lead.dealership, Role.SALESPERSON, Role.SALES_MANAGER
    ):
        raise Malformed(
            FieldProblem("user", "unknown_person", _("This person does not sell here."))
        )


def _next_call_at(lead: Lead, user: User | None, now: datetime) -> datetime | None:
    if not lead.has_dialable_number:
        return None
    return now if user is not None else next_callable(lead.dealership, now)
