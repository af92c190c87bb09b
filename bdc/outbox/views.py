"""What stays undone, for who runs Spits: what was tried, why not, and what to do about it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bdc import clock
from bdc.http import SignedInRequest
from bdc.outbox.dead_letters import dead_letters, set_aside, try_again
from bdc.outbox.effects import ENDED, words_of
from bdc.repeating import say_once

MOST_SHOWN = 100


@require_safe
def stays_undone(request: SignedInRequest) -> HttpResponse:
    """The effects that wait for a person, longest first."""
    letters = [
        (one, words_of(one.kind), _(ENDED) if one.last_error == ENDED else one.last_error)
        for one in dead_letters(request.user)[:MOST_SHOWN]
    ]
    context = {"letters": letters, "most_shown": MOST_SHOWN}
    return render(request, "outbox/stays_undone.html", context)


@require_POST
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have one tried again."""

    def act() -> str:
        try_again(pk, by=request.user, now=clock.now())
        return _("It is being tried again. It comes back here if it fails.")

    say_once(request, act, now=clock.now())
    return redirect("outbox:stays-undone")


@require_POST
def aside(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave one undone for good."""

    def act() -> str:
        set_aside(pk, by=request.user, now=clock.now())
        return _("Set aside. It is not tried any more.")

    say_once(request, act, now=clock.now())
    return redirect("outbox:stays-undone")
