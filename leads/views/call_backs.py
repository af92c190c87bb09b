"""Call-backs: one's own and the team's, the overdue ones first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bdc import clock
from bdc.accounts.models import User
from bdc.http import SignedInRequest, render_part
from bdc.paging import page_of
from bdc.repeating import say_once
from leads.domain.access import may, require, require_anywhere
from leads.domain.call_backs import (
    calling_now_problem,
    falls_to_team_at,
    hold_for_call_back,
    notes_beside,
    own_call_backs,
    take_over_call_back,
    taking_over_problem,
    team_call_backs,
)
from leads.domain.permission import PROMISE_MAY_BE_EARLY
from leads.models import CallBack, Lead
from leads.views.answering import pressed_lead
from leads.views.saying import who

MINE, TEAM = "mine", "team"


@dataclass(frozen=True)
class CallBackRow:
    """A call-back in the list, at a moment, for a reader."""

    promise: CallBack
    at: datetime
    reader: User
    note: str

    @property
    def lead(self) -> Lead:
        return self.promise.lead

    @property
    def is_own(self) -> bool:
        return self.promise.owner_id == self.reader.pk

    @property
    def is_overdue(self) -> bool:
        return self.promise.due_at <= self.at

    @property
    def falls_at(self) -> datetime | None:
        """When the team gets it, once its time has come."""
        return falls_to_team_at(self.promise) if self.is_overdue else None

    @property
    def may_take_over(self) -> bool:
        if self.is_own:
            return False
        return taking_over_problem(self.lead, self.promise, by=self.reader, now=self.at) is None

    @property
    def may_call_now(self) -> bool:
        """Whether this reader may be with the customer now; hours and holds are asked then."""
        is_near = self.promise.due_at <= self.at + PROMISE_MAY_BE_EARLY
        return (
            is_near
            and calling_now_problem(self.promise, by=self.reader, now=self.at) is None
            and self.lead.is_at_bdc
            and may(self.reader, "call_queue", self.lead.dealership_id)
        )


@require_safe
def call_backs(request: SignedInRequest) -> HttpResponse:
    """What was promised, the longest overdue first."""
    require_anywhere(request.user, "work")
    user, now = request.user, clock.now()
    whose = TEAM if request.GET.get("whose") == TEAM else MINE
    lists = {MINE: own_call_backs(user), TEAM: team_call_backs(user)}
    found = lists[whose].select_related("lead__customer", "lead__dealership", "owner", "made_by")
    page = page_of(found, request, moment="due_at", oldest_first=True)
    notes = notes_beside(page.rows)
    context = {
        "page": page,
        "rows": [
            CallBackRow(one, now, user, notes.get((one.lead_id, one.made_at), ""))
            for one in page.rows
        ],
        "whose": whose,
        "tabs": [
            {
                "label": label,
                "url": f"{reverse('leads:call-backs')}?whose={name}",
                "is_current": name == whose,
            }
            for name, label in ((MINE, _("Mine")), (TEAM, _("The team's")))
        ],
        "poll_url": request.get_full_path() if page.is_first else "",
    }
    return render_part(request, "leads/call_backs.html", "rows", context)


@require_POST
def take_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make a call-back of a colleague or the team one's own."""
    lead = pressed_lead(request, pk)

    def act() -> str:
        take_over_call_back(lead, by=request.user, now=clock.now())
        return _("%(who)s: the call-back is yours now.") % {"who": who(lead)}

    say_once(request, act, now=clock.now())
    return redirect("leads:call-backs")


@require_POST
def call_now(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hold exactly this customer, and go on where agents call."""
    lead = pressed_lead(request, pk)
    require(request.user, "call_queue", lead.dealership_id)

    def act() -> str:
        hold_for_call_back(lead, by=request.user, now=clock.now())
        return ""  # the customer stands there

    say_once(request, act, now=clock.now())
    return redirect("leads:calling")
