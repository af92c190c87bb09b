"""Closing a lead from its page, deciding on that, and taking back what one did last."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bdc import clock
from bdc.http import SignedInRequest
from bdc.repeating import done_once, said_before
from leads.domain.approving import approve, reopen, send_back
from leads.domain.closing import close_lead
from leads.domain.repeating import done_before
from leads.domain.undoing import undo
from leads.forms.closing import CloseForm
from leads.forms.handing_over import SendBackForm
from leads.models import CloseReason
from leads.views.answering import answer, done, posted, pressed, seen_by, show, visible_lead
from leads.views.saying import after_closing, after_undoing, already_saved, who

OWN_SCREENS = {"calling": "leads:calling", "my-day": "leads:my-day"}
CLOSED = ("closed", "close_proposed")  # the entries of a close-out


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """First the reason, then the facts that it needs."""
    lead = visible_lead(request, pk)
    code = request.POST.get("reason") or request.GET.get("reason") or ""
    reason = CloseReason.objects.filter(pk=code).first()
    if reason is None:
        is_sent = request.method == "POST"
        return show(request, lead, panel="close", no_reason=is_sent, status=422 if is_sent else 200)
    said = said_before(request)
    seen = seen_by(request)
    if said is None and done_before(
        lead, verbs=CLOSED, by=request.user, seen=seen, reason=reason.code
    ):
        said = already_saved(lead)
    if said is not None:
        return done(request, lead, said)
    form = CloseForm(
        posted(request),
        lead=lead,
        reason=reason,
        by=request.user,
        now=clock.now(),
    )

    def act() -> str:
        closed = close_lead(
            lead, reason=reason.code, facts=form.facts(), by=request.user, now=clock.now()
        )
        return after_closing(closed, lead.round_number)

    return answer(request, lead, "close", form, act, reason=reason)


@require_POST
def approve_close(request: SignedInRequest, pk: int) -> HttpResponse:
    """A manager agrees with the close-out."""
    lead = visible_lead(request, pk)

    def act() -> str:
        override = request.POST.get("override", "")
        approve(lead, by=request.user, now=clock.now(), override=override, asks_override=True)
        return _("%(who)s: approved.") % {"who": who(lead)}

    return pressed(request, lead, act)


@require_POST
def send_close_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """A manager says what has to happen first."""
    lead = visible_lead(request, pk)
    form = SendBackForm(request.POST)

    def act() -> str:
        instruction = form.cleaned_data["instruction"]
        send_back(lead, instruction=instruction, by=request.user, now=clock.now())
        return _("%(who)s: sent back.") % {"who": who(lead)}

    return answer(request, lead, "", form, act)


@require_POST
def reopen_lead(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open a closed lead again; its earlier reasons stay."""
    lead = visible_lead(request, pk)

    def act() -> str:
        reopen(lead, by=request.user, now=clock.now())
        return _("%(who)s: reopened.") % {"who": who(lead)}

    return pressed(request, lead, act)


@require_POST
def undo_last(request: SignedInRequest, pk: int) -> HttpResponse:
    """Undo what the reader did last on this lead; from his own screens he goes back there."""
    lead = visible_lead(request, pk)

    def act() -> str:
        step = undo(lead, by=request.user, now=clock.now())
        return after_undoing(step, lead)

    if came_from := OWN_SCREENS.get(request.POST.get("from", "")):
        messages.success(request, done_once(request, act, now=clock.now()) or "")
        return redirect(came_from)
    return pressed(request, lead, act)
