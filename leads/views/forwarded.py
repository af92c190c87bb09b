"""Tasks: leads that were meant for another department, until somebody there did them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bdc import clock
from bdc.http import SignedInRequest
from bdc.repeating import say_once
from leads.domain.access import require_anywhere
from leads.domain.forwarding import finish_task, open_tasks, tasks_visible_to

MOST_SHOWN = 100


@require_safe
def tasks(request: SignedInRequest) -> HttpResponse:
    """What waits for a department, the oldest first."""
    require_anywhere(request.user, "do_tasks")
    context = {"tasks": open_tasks(request.user)[:MOST_SHOWN], "most_shown": MOST_SHOWN}
    return render(request, "leads/tasks.html", context)


@require_POST
def finish(request: SignedInRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(
        tasks_visible_to(request.user).select_related("lead__customer", "lead__dealership"), pk=pk
    )

    def act() -> str:
        finished = finish_task(task, by=request.user, now=clock.now())
        return _("Done: %(name)s.") % {"name": finished.lead.customer.name}

    say_once(request, act, now=clock.now())
    return redirect("leads:tasks")
