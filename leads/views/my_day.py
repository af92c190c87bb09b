"""An agent's own day, for nobody else: how far, what was done, what was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bdc import clock
from bdc.http import SignedInRequest
from leads.domain.agents_day import (
    REACHED_IN_A_GOOD_DAY,
    actions_of,
    day_of,
    has_called,
    hours_of,
    promises_of,
)
from leads.models import CallBack
from leads.views.calling import for_agents

CONVERSION_SCALE = 0.3  # where its bar ends
REACHED_SCALE = 1.2


@dataclass(frozen=True)
class Promise:
    """A call-back of today on the time line."""

    call_back: CallBack
    at: datetime

    @property
    def is_late(self) -> bool:
        return self.call_back.done_at is None and self.call_back.due_at < self.at

    @property
    def tone(self) -> str:
        if self.call_back.done_at is not None:
            return "goal"
        return "late" if self.is_late else "plan"


@require_safe
@for_agents
def my_day(request: SignedInRequest) -> HttpResponse:
    """Show the reader's own day."""
    now = clock.now()
    day = day_of(request.user, now=now)
    hours = hours_of(request.user, now=now)
    actions = actions_of(request.user, now=now)
    context = {
        "day": day,
        "good_day": REACHED_IN_A_GOOD_DAY,
        "share": day.reached / REACHED_IN_A_GOOD_DAY,
        "reached_scale": REACHED_SCALE,
        "conversion_scale": CONVERSION_SCALE,
        "hours": hours,
        "most_calls": max((hour.calls for hour in hours), default=0),
        "actions": actions,
        "is_first_day": not actions and not has_called(request.user),
        "promises": [Promise(promise, now) for promise in promises_of(request.user, now=now)],
    }
    return render(request, "leads/my_day.html", context)
