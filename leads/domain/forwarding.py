"""Leads for another department become tasks there, which somebody finishes.

Source: product.md, Close-out (BDC-04 makes a task at its destination).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from bdc.outbox.effects import enqueue
from bdc.transactions import retrying_atomic
from leads.domain.access import everywhere, require
from leads.domain.locking import lock_lead
from leads.domain.timeline import record
from leads.models import Lead, Round, Task


def forward(lead: Lead, round_: Round, *, now: datetime) -> Task:
    """Make the task of a round that was closed for another department, and tell them."""
    task = Task.objects.create(
        lead=lead,
        dealership_id=lead.dealership_id,
        round=round_,
        destination=round_.destination,
        made_at=now,
    )
    record(lead, "forwarded", by=None, now=now, destination=round_.destination)
    enqueue(
        "forward_lead",
        key=f"forward:{lead.pk}:{round_.number}",
        payload={"lead": lead.pk, "destination": round_.destination},
        now=now,
    )
    return task


def tasks_visible_to(user: User) -> QuerySet[Task]:
    """The tasks about leads that the user may see."""
    return Task.objects.filter(lead__in=Lead.objects.visible_to(user))


def open_tasks(user: User) -> QuerySet[Task]:
    """What still waits where the user sees to tasks, the oldest first."""
    return (
        Task.objects.filter(dealership__in=everywhere(user, "do_tasks"), done_at=None)
        .select_related("lead__customer", "dealership")
        .prefetch_related("lead__customer__phones", "lead__customer__emails")
        .order_by("made_at", "pk")
    )


@retrying_atomic
def finish_task(task: Task, *, by: User, now: datetime) -> Task:
    """The department has done it. Raises task_done when somebody said so before."""
    require(by, "do_tasks", task.dealership_id)
    lead = lock_lead(task.lead)
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.done_at is not None:
        raise RuleBroken("task_done", _("Somebody already did this task."))
    _end(task, by=by, now=now)
    record(lead, "task_done", by=by, now=now, destination=task.destination)
    task.lead = lead
    return task


def take_back(lead: Lead, *, by: User, now: datetime) -> None:
    """A reopened lead is worked here again: nobody elsewhere has to do it any more."""
    for task in Task.objects.select_for_update(of=("self",)).filter(lead=lead, done_at=None):
        _end(task, by=by, now=now)


def _end(task: Task, *, by: User, now: datetime) -> None:
    task.done_at, task.done_by = now, by
    task.save(update_fields=["done_at", "done_by"])
