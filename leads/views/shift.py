"""The own shift, in the bar of every page: begin it, pause with a reason, go on, end it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from bdc import clock
from bdc.errors import FieldProblem, Malformed
from bdc.http import SignedInRequest
from dealers.domain.presence import Door, Shift, set_presence
from dealers.models import Presence
from leads.domain.access import require_anywhere
from leads.domain.holding import hold_of
from leads.forms.shift import CHOOSE, ShiftForm


@require_POST
def shift(request: SignedInRequest) -> HttpResponse:
    """Tell what one does now; the answer is the bar alone, so that nothing typed is lost."""
    require_anywhere(request.user, "keep_shift")
    form, now = ShiftForm(request.POST), clock.now()
    if not form.is_valid():
        raise Malformed(FieldProblem("say", "invalid", CHOOSE))
    is_begun = Shift(request.user, now).is_begun
    told = set_presence(request.user, **form.told(), now=now, door=Door.PAGE)
    messages.success(request, _what_follows(request, told, now, was_begun=is_begun))
    if not request.htmx:
        return redirect(_page_before(request))
    response = render(request, "parts/_shift.html", {"is_answer": True})
    return trigger_client_event(response, "shift-changed", after="settle")


def _what_follows(
    request: SignedInRequest, told: Presence, now: datetime, *, was_begun: bool
) -> str:
    """What was done, and what comes next."""
    if told.state == Presence.State.AVAILABLE:
        return _("You are at work again.") if was_begun else _("Your shift has begun.")
    is_held = hold_of(request.user, now) is not None
    if told.state == Presence.State.AWAY:
        if is_held:
            return _("Finish this customer first. Then your shift has ended.")
        return _("Your shift has ended.")
    if is_held:
        return _("Finish this customer first. Then your pause begins.")
    return _("You are on a pause. Nobody new comes until you go on.")


def _page_before(request: SignedInRequest) -> str:
    """The page on which the button stood; never one of another site."""
    url = request.POST.get("back", "")
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else "/"
