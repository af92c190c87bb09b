"""The team at work, for who leads it; drawn anew every ten seconds."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bdc import clock
from bdc.http import SignedInRequest, render_part
from bdc.repeating import say_once
from leads.domain.due import MOST_COUNTED
from leads.domain.team import MOST_PEOPLE, Doing, give_back, take_over_hold, team_of
from leads.models import Queue
from leads.views.answering import pressed_lead
from leads.views.saying import who

# How each state looks, here alone.
LOOKS = {
    Doing.CALLING: ("goal", "phone-call"),
    Doing.WITH_CUSTOMER: ("goal", "user"),
    Doing.PAUSING: ("wait", "player-pause"),
    Doing.IDLE: ("info", "clock"),
    Doing.AWAY: ("closed", "user-off"),
}


@require_safe
def team(request: SignedInRequest) -> HttpResponse:
    """Who does what, who is with whom, and what waits."""
    found = team_of(request.user, now=clock.now())
    context = {
        "team": found,
        "members": [(member, *LOOKS[member.doing]) for member in found.members],
        "counts": [
            (f"{count} {doing.label}", *LOOKS[doing])
            for doing in Doing
            if (count := found.count(doing))
        ],
        "queues": [
            (Queue(one.queue).label if one.queue else _("Call-backs"), one) for one in found.queues
        ],
        "most_people": MOST_PEOPLE,
        "most_counted": MOST_COUNTED,
    }
    return render_part(request, "leads/team.html", "now", context)


@require_POST
def return_customer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the customer that a colleague is with back to the queue."""
    lead = pressed_lead(request, pk)

    def act() -> str:
        give_back(lead, by=request.user, now=clock.now())
        return _("%(who)s: back in the queue.") % {"who": who(lead)}

    say_once(request, act, now=clock.now())
    return redirect("leads:team")


@require_POST
def take_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Be with this customer oneself, and go on where agents call."""
    lead = pressed_lead(request, pk)

    def act() -> str:
        take_over_hold(lead, by=request.user, now=clock.now())
        return ""  # the customer stands there

    say_once(request, act, now=clock.now())
    return redirect("leads:calling")
