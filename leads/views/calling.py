"""The work screen of an agent: one customer at a time, one key for each outcome.

One form carries all of it, so that a note goes along with every button, and what is typed stays
when a rule says no; each button says itself where the form goes. Works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from bdc import clock
from bdc.errors import NotAllowed, RuleBroken
from bdc.http import SignedInRequest, render_part
from bdc.repeating import said_before
from leads.domain.after_call import agree_in_call, close_after_call
from leads.domain.booking import ask_quote, book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import add_note, record_attempt, start_call
from leads.domain.holding import leave_hold, release_hold, renew_hold
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead, require_agent
from leads.domain.repeating import done_before
from leads.domain.undoing import undo_and_return
from leads.forms.booking import AppointmentForm, QuoteForm
from leads.forms.calling import NoteBesideForm, ReleaseForm
from leads.forms.contacting import AttemptForm, CallBackForm
from leads.models import RESULTS_THAT_ASK_A_NEXT_STEP, Attempt, CloseReason
from leads.views.answering import act_once, pressed_lead, seen_by
from leads.views.calling_answers import (
    TEMPLATE,
    after_result,
    answer,
    carry_out,
    go_on,
    keep_note,
    offer_to_hand_over,
    screen_answer,
    stay,
    stay_and_type_on,
)
from leads.views.calling_panels import close_form
from leads.views.calling_screen import RENEWED_AFTER, WorkScreen
from leads.views.lost import Lost, lead_on_screen
from leads.views.saying import (
    LET_GO,
    after_booking,
    after_closing,
    after_objection,
    after_promise,
    after_quote,
    after_undoing,
    already_saved,
)

CLOSED = ("closed", "close_proposed")  # what the timeline says of a close-out
Arguments = ParamSpec("Arguments")


def for_agents(
    view: Callable[Concatenate[SignedInRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, Arguments], HttpResponse]:
    """Only who works the call queue comes here; the domain says 403 to everybody else.

    A lead that one may not see is not there at all, whatever one's role: 404 goes first.
    """

    @wraps(view)
    def checked(
        request: SignedInRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        try:
            require_agent(request.user)
        except NotAllowed:
            if isinstance(pk := kwargs.get("pk"), int):
                pressed_lead(request, pk)
            raise
        return view(request, *args, **kwargs)

    return checked


@require_safe
@for_agents
def calling(request: SignedInRequest) -> HttpResponse:
    """The screen as it is: with the held customer, or ready for the next one."""
    return screen_answer(request, panel=request.GET.get("panel", ""))


@require_safe
@for_agents
def queue(request: SignedInRequest) -> HttpResponse:
    """Who comes next, drawn anew every few seconds."""
    return screen_answer(request, part="queue")


@require_safe
@for_agents
def beside(request: SignedInRequest, pk: int) -> HttpResponse:
    """What stands at both sides of a customer, who is shown before it is known."""
    lead = pressed_lead(request, pk)
    screen = WorkScreen(request.user, clock.now())
    if not screen.is_with(lead.pk):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return screen_answer(request, screen=screen, part="beside")


@require_POST
@for_agents
def panel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open, switch or close a panel; nothing is saved and nothing typed is lost."""
    pressed_lead(request, pk)
    screen = WorkScreen(request.user, clock.now())
    if screen.page is None:
        messages.error(request, _("You do not hold this customer any more."))
        return screen_answer(request, screen=screen, keeps_note=True)
    name = request.POST.get("open", request.POST.get("panel", ""))
    response = screen_answer(request, screen=screen, part="outcome", panel=name, keeps_note=True)
    return reswap(retarget(response, "#outcome"), "outerHTML") if request.htmx else response


# --- Whom we are with -------------------------------------------------------------------


@require_POST
@for_agents
def take_next(request: SignedInRequest) -> HttpResponse:
    """Next call."""
    hold = next_lead(request.user, now=clock.now())
    if hold is None:
        messages.info(request, _("Nobody is due now. The next one shows up here by itself."))
    return answer(request, "")


@require_POST
@for_agents
def renew(request: SignedInRequest) -> HttpResponse:
    """The screen is still open: hold on; or say that the customer is not held any more.

    `?lead=` is the one that the screen shows: who has that customer now is said by name.
    """
    try:
        hold = renew_hold(request.user, now=clock.now())
    except RuleBroken:
        hold = None
    if not request.htmx:
        return redirect("leads:calling")
    shown = lead_on_screen(request)
    if hold is not None and (shown is None or shown.customer_id == hold.customer_id):
        context = {"hold": hold, "renews_in": RENEWED_AFTER}
        return render_part(request, TEMPLATE, "hold", context)
    context = {"is_lost": True, "lost": Lost.of(shown, request.user) if shown else None}
    response = render_part(request, TEMPLATE, "hold", context, status=HTTPStatus.CONFLICT)
    return reswap(retarget(response, "#hold"), "outerHTML")


@require_POST
@for_agents
def leave(request: SignedInRequest) -> HttpResponse:
    """The browser left the screen for somewhere else; nobody reads this answer."""
    leave_hold(request.user, now=clock.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@for_agents
def release(request: SignedInRequest) -> HttpResponse:
    """Let the held customer go, with a reason of the fixed list."""
    form = ReleaseForm(request.POST)
    held = WorkScreen(request.user, clock.now()).page

    def act() -> str:
        release_hold(request.user, reason=form.cleaned_data["release"], now=clock.now())
        if held is not None:
            keep_note(request, held.lead)
        return str(LET_GO)

    return carry_out(request, form, act, then=answer)


# --- The call ---------------------------------------------------------------------------


@require_POST
@for_agents
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """Start the call; the browser dials the number that the answer names."""
    lead = pressed_lead(request, pk)
    number = request.POST.get("phone", "")

    def act() -> str:
        act_once(
            request,
            lead,
            lambda: start_call(lead, by=request.user, now=clock.now(), phone=number),
            verbs=("call_started",),
        )
        return ""

    response = carry_out(request, forms.Form(request.POST), act, then=stay_and_type_on, lead=lead)
    if request.htmx and response.status_code == HTTPStatus.OK:
        trigger_client_event(response, "dial", {"number": number}, after="settle")
    return response


@require_POST
@for_agents
def result(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the call went. Unreached: the next customer comes at once; else a next step follows."""
    lead = pressed_lead(request, pk)
    form = AttemptForm(request.POST)

    def act() -> str:
        asked = form.attempt()
        attempt: Attempt | None = act_once(
            request,
            lead,
            lambda: record_attempt(lead, by=request.user, now=clock.now(), **asked),
            verbs=("attempted",),
            result=asked["result"],
        )
        return after_result(attempt) if attempt is not None else already_saved(lead)

    stays = request.POST.get("result") in RESULTS_THAT_ASK_A_NEXT_STEP
    return carry_out(request, form, act, then=stay if stays else go_on, lead=lead)


@require_POST
@for_agents
def objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer does not want to be called: at once, for all leads."""
    lead = pressed_lead(request, pk)

    def act() -> str:
        record_objection(lead.customer, by=request.user, now=clock.now())
        keep_note(request, lead)
        return after_objection(lead)

    return carry_out(request, forms.Form(request.POST), act, then=go_on, lead=lead)


@require_POST
@for_agents
def note(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep the note now, before anything else."""
    lead = pressed_lead(request, pk)

    def act() -> str:
        add_note(lead, body=request.POST.get("note", ""), by=request.user, now=clock.now())
        return _("Note kept.")

    return carry_out(request, NoteBesideForm(request.POST), act, then=stay, lead=lead)


@require_POST
@for_agents
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Undo what was done last, from the bar below: the same customer stands there again."""
    lead = pressed_lead(request, pk)

    def act() -> str:
        step = undo_and_return(lead, by=request.user, now=clock.now())
        return after_undoing(step, lead)

    return carry_out(request, forms.Form(request.POST), act, then=answer, lead=lead)


# --- The next step ----------------------------------------------------------------------


@require_POST
@for_agents
def call_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Promise to call back."""
    lead = pressed_lead(request, pk)
    form = CallBackForm(request.POST, dealership=lead.dealership, now=clock.now())

    def act() -> str:
        due_at, text = form.cleaned_data["due_at"], form.cleaned_data["note"]
        act_once(
            request,
            lead,
            lambda: agree_in_call(
                lead,
                lambda: promise_call_back(
                    lead, due_at=due_at, by=request.user, now=clock.now(), note=text
                ),
                by=request.user,
                now=clock.now(),
            ),
            verbs=("call_back_promised",),
            at=due_at.isoformat(),
        )
        return after_promise(lead, due_at)

    return carry_out(request, form, act, then=go_on, lead=lead, panel="call_back")


@require_POST
@for_agents
def appointment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Book a visit; then the screen offers to hand the customer over."""
    lead = pressed_lead(request, pk)
    form = AppointmentForm(request.POST, lead=lead, now=clock.now())

    def act() -> str:
        asked = form.appointment()
        booked = act_once(
            request,
            lead,
            lambda: agree_in_call(
                lead,
                lambda: book_appointment(lead, by=request.user, now=clock.now(), **asked),
                by=request.user,
                now=clock.now(),
            ),
            verbs=("appointment_booked",),
            kind=asked["kind"],
            at=asked["starts_at"].isoformat(),
        )
        if booked is None:
            return already_saved(lead)
        keep_note(request, lead)
        return after_booking(booked)

    return carry_out(request, form, act, then=offer_to_hand_over, lead=lead, panel="appointment")


@require_POST
@for_agents
def quote(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note that the customer asks for a quote; then the screen offers to hand over."""
    lead = pressed_lead(request, pk)
    form = QuoteForm(request.POST)

    def act() -> str:
        amount = form.cleaned_data["amount"]
        asked = act_once(
            request,
            lead,
            lambda: agree_in_call(
                lead,
                lambda: ask_quote(lead, by=request.user, now=clock.now(), amount=amount),
                by=request.user,
                now=clock.now(),
            ),
            verbs=("quote_asked",),
        )
        if asked is None:
            return already_saved(lead)
        keep_note(request, lead)
        return after_quote(lead)

    return carry_out(request, form, act, then=offer_to_hand_over, lead=lead, panel="quote")


@require_POST
@for_agents
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """End the round with a reason of the fixed list; the next customer comes at once."""
    lead = pressed_lead(request, pk)
    reason = get_object_or_404(CloseReason, pk=request.POST.get("reason", ""))
    said, seen = said_before(request), seen_by(request)
    if said is None and done_before(
        lead, verbs=CLOSED, by=request.user, seen=seen, reason=reason.code
    ):
        said = already_saved(lead)
    if said is not None:
        return go_on(request, said)
    form = close_form(WorkScreen(request.user, clock.now()), lead, reason, request.POST)

    def act() -> str:
        closed = act_once(
            request,
            lead,
            lambda: close_after_call(
                lead,
                reason=reason.code,
                facts=form.facts(),
                by=request.user,
                now=clock.now(),
                phone=request.POST.get("phone", ""),
            ),
            verbs=CLOSED,
            reason=reason.code,
        )
        if closed is None:
            return already_saved(lead)
        keep_note(request, lead)
        return after_closing(closed, lead.round_number)

    panel = request.POST.get("panel") or "all_reasons"
    return carry_out(request, form, act, then=go_on, lead=lead, panel=panel)
