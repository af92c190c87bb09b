"""The work screen of an agent: one customer at a time, one key for each outcome.

One form carries all of it, so that a note goes along with every button, and what is typed stays
when a rule says no; each button says itself where the form goes. Works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from bdc import clock
from bdc.errors import Malformed, NotAllowed, RuleBroken
from bdc.http import SignedInRequest, render_part
from leads.domain.booking import ask_quote, book_appointment
from leads.domain.closing import close_lead
from leads.domain.contacting import add_note, promise_call_back, record_attempt, start_call
from leads.domain.holding import release_hold, renew_hold
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead, require_agent
from leads.domain.repeating import done_before
from leads.forms.booking import AppointmentForm, QuoteForm
from leads.forms.calling import NoteBesideForm, ReleaseForm
from leads.forms.contacting import AttemptForm, CallBackForm
from leads.models import RESULTS_THAT_ASK_A_NEXT_STEP, Attempt, CloseReason, Lead, Release
from leads.views.answering import act_once, seen_by
from leads.views.calling_panels import close_form, open_panel
from leads.views.calling_screen import RENEWED_AFTER, WorkScreen
from leads.views.saying import after_attempt, after_booking, after_closing, at_moment, who

TEMPLATE = "leads/calling.html"
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
                _lead(request, pk)
            raise
        return view(request, *args, **kwargs)

    return checked


@require_safe
@for_agents
def calling(request: SignedInRequest) -> HttpResponse:
    """The screen as it is: with the held customer, or ready for the next one."""
    return _screen(request, panel=request.GET.get("panel", ""))


@require_safe
@for_agents
def queue(request: SignedInRequest) -> HttpResponse:
    """Who comes next, drawn anew every few seconds."""
    return _screen(request, part="queue")


@require_POST
@for_agents
def panel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open, switch or close a panel; nothing is saved and nothing typed is lost."""
    _lead(request, pk)
    screen = WorkScreen(request.user, clock.now())
    if screen.page is None:
        messages.error(request, _("You do not hold this customer any more."))
        return _screen(request, screen=screen, keeps_note=True)
    name = request.POST.get("open", request.POST.get("panel", ""))
    response = _screen(request, screen=screen, part="outcome", panel=name, keeps_note=True)
    return reswap(retarget(response, "#outcome"), "outerHTML") if request.htmx else response


def _lead(request: SignedInRequest, pk: int) -> Lead:
    """The lead that a button was pressed for; what the page shows of it is loaded with the page."""
    leads = Lead.objects.visible_to(request.user).select_related("customer", "dealership__group")
    return get_object_or_404(leads, pk=pk)


# --- Whom we are with -------------------------------------------------------------------


@require_POST
@for_agents
def take_next(request: SignedInRequest) -> HttpResponse:
    """Next call."""
    hold = next_lead(request.user, now=clock.now())
    if hold is None:
        messages.info(request, _("Nobody is due now. The next one shows up here by itself."))
    return _answer(request, "")


@require_POST
@for_agents
def renew(request: SignedInRequest) -> HttpResponse:
    """The screen is still open: hold on; or say that the customer is not held any more."""
    try:
        hold = renew_hold(request.user, now=clock.now())
    except RuleBroken:
        hold = None
    if not request.htmx:
        return redirect("leads:calling")
    status = HTTPStatus.OK if hold else HTTPStatus.CONFLICT
    context = {"hold": hold, "is_lost": hold is None, "renews_in": RENEWED_AFTER}
    response = render_part(request, TEMPLATE, "hold", context, status=status)
    return response if hold else reswap(retarget(response, "#hold"), "outerHTML")


@require_POST
@for_agents
def release(request: SignedInRequest) -> HttpResponse:
    """Let the held customer go, with a reason of the fixed list."""
    form = ReleaseForm(request.POST)
    held = WorkScreen(request.user, clock.now()).page

    def act() -> str:
        release_hold(request.user, reason=form.cleaned_data["release"], now=clock.now())
        if held is not None:
            _keep_note(request, held.lead)
        return _("Let go. For half an hour this customer is not offered to you.")

    return _carry_out(request, form, act, then=_answer)


# --- The call ---------------------------------------------------------------------------


@require_POST
@for_agents
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """Start the call; the browser dials the number that the answer names."""
    lead = _lead(request, pk)
    number = request.POST.get("phone", "")

    def act() -> str:
        act_once(
            request,
            lead,
            lambda: start_call(lead, by=request.user, now=clock.now(), phone=number),
            verbs=("call_started",),
        )
        return ""

    response = _carry_out(request, forms.Form(request.POST), act, then=_stay_and_type_on)
    if request.htmx and response.status_code == HTTPStatus.OK:
        trigger_client_event(response, "dial", {"number": number}, after="settle")
    return response


@require_POST
@for_agents
def result(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the call went. Unreached: the next customer comes at once; else a next step follows."""
    lead = _lead(request, pk)
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
        return _after_result(attempt) if attempt is not None else _already_saved(lead)

    stays = request.POST.get("result") in RESULTS_THAT_ASK_A_NEXT_STEP
    return _carry_out(request, form, act, then=_stay if stays else _go_on)


@require_POST
@for_agents
def objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer does not want to be called: at once, for all leads."""
    lead = _lead(request, pk)

    def act() -> str:
        record_objection(lead.customer, by=request.user, now=clock.now())
        _keep_note(request, lead)
        return _("%(who)s: noted, do not call any more. Every campaign skips this customer.") % {
            "who": who(lead)
        }

    return _carry_out(request, forms.Form(request.POST), act, then=_go_on)


@require_POST
@for_agents
def note(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep the note now, before anything else."""
    lead = _lead(request, pk)

    def act() -> str:
        add_note(lead, body=request.POST.get("note", ""), by=request.user, now=clock.now())
        return _("Note kept.")

    return _carry_out(request, NoteBesideForm(request.POST), act, then=_stay)


# --- The next step ----------------------------------------------------------------------


@require_POST
@for_agents
def call_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Promise to call back."""
    lead = _lead(request, pk)
    form = CallBackForm(request.POST, now=clock.now())

    def act() -> str:
        due_at, text = form.cleaned_data["due_at"], form.cleaned_data["note"]
        act_once(
            request,
            lead,
            lambda: promise_call_back(
                lead, due_at=due_at, by=request.user, now=clock.now(), note=text
            ),
            verbs=("call_back_promised",),
            at=due_at.isoformat(),
        )
        return _("%(who)s: call back %(at)s. It comes by itself then.") % {
            "who": who(lead),
            "at": at_moment(due_at),
        }

    return _carry_out(request, form, act, then=_go_on, panel="call_back")


@require_POST
@for_agents
def appointment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Book a visit; then the screen offers to hand the customer over."""
    lead = _lead(request, pk)
    form = AppointmentForm(request.POST, lead=lead, now=clock.now())

    def act() -> str:
        asked = form.appointment()
        booked = act_once(
            request,
            lead,
            lambda: book_appointment(lead, by=request.user, now=clock.now(), **asked),
            verbs=("appointment_booked",),
            kind=asked["kind"],
            at=asked["starts_at"].isoformat(),
        )
        if booked is None:
            return _already_saved(lead)
        _keep_note(request, lead)
        return after_booking(booked)

    return _carry_out(request, form, act, then=_offer_to_hand_over, panel="appointment")


@require_POST
@for_agents
def quote(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note that the customer asks for a quote; then the screen offers to hand over."""
    lead = _lead(request, pk)
    form = QuoteForm(request.POST)

    def act() -> str:
        amount = form.cleaned_data["amount"]
        asked = act_once(
            request,
            lead,
            lambda: ask_quote(lead, by=request.user, now=clock.now(), amount=amount),
            verbs=("quote_asked",),
        )
        if asked is None:
            return _already_saved(lead)
        _keep_note(request, lead)
        return _("%(who)s: quote requested.") % {"who": who(lead)}

    return _carry_out(request, form, act, then=_offer_to_hand_over, panel="quote")


@require_POST
@for_agents
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """End the round with a reason of the fixed list; the next customer comes at once."""
    lead = _lead(request, pk)
    reason = get_object_or_404(CloseReason, pk=request.POST.get("reason", ""))
    seen = seen_by(request)
    if done_before(lead, verbs=CLOSED, by=request.user, seen=seen, reason=reason.code):
        return _go_on(request, _already_saved(lead))
    form = close_form(WorkScreen(request.user, clock.now()), lead, reason, request.POST)

    def act() -> str:
        closed = act_once(
            request,
            lead,
            lambda: close_lead(
                lead, reason=reason.code, facts=form.facts(), by=request.user, now=clock.now()
            ),
            verbs=CLOSED,
            reason=reason.code,
        )
        if closed is None:
            return _already_saved(lead)
        _keep_note(request, lead)
        return after_closing(closed, lead.round_number)

    panel = request.POST.get("panel") or "all_reasons"
    return _carry_out(request, form, act, then=_go_on, panel=panel)


# --- Answers ----------------------------------------------------------------------------


def _carry_out(
    request: SignedInRequest,
    form: forms.Form,
    act: Callable[[], str],
    *,
    then: Callable[[SignedInRequest, str], HttpResponse],
    panel: str = "",
) -> HttpResponse:
    """Do what `form` asks and go on; a refusal keeps the panel and everything that was typed.

    `panel` is the panel that `form` belongs to, if any: what is wrong is said there.
    """
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            return then(request, act())
        except Malformed as wrong:
            for problem in wrong.problems:
                name = problem.field if problem.field in form.fields else None
                form.add_error(name, str(problem.message))
        except RuleBroken as refusal:
            status = HTTPStatus.CONFLICT
            form.add_error(None, str(refusal.message))
    return _refuse(request, form, panel, status)


def _refuse(
    request: SignedInRequest, form: forms.Form, panel: str, status: HTTPStatus
) -> HttpResponse:
    screen = WorkScreen(request.user, clock.now())
    if not panel or screen.page is None:
        messages.error(request, " ".join(_errors(form)))
    response = _screen(
        request,
        screen=screen,
        panel=panel or request.POST.get("panel", ""),
        form=form if panel else None,
        status=status,
        keeps_note=True,
    )
    if request.htmx:
        reswap(retarget(response, "#work"), "outerHTML")
    return response


def _errors(form: forms.Form) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _go_on(request: SignedInRequest, said: str) -> HttpResponse:
    """The customer is done with: the next one comes at once."""
    next_lead(request.user, now=clock.now())
    return _answer(request, said)


def _stay(request: SignedInRequest, said: str) -> HttpResponse:
    """The same customer, with the panel that was open."""
    return _answer(request, said, panel=request.POST.get("panel", ""))


def _offer_to_hand_over(request: SignedInRequest, said: str) -> HttpResponse:
    return _answer(request, said, panel="to_sales")


def _stay_and_type_on(request: SignedInRequest, said: str) -> HttpResponse:
    """The same customer, while the note is still being written; nothing is said."""
    return _screen(request, panel=request.POST.get("panel", ""), keeps_note=True)


def _answer(request: SignedInRequest, said: str, *, panel: str = "") -> HttpResponse:
    """Say in the bar below what was done, and show the screen as it is now."""
    if said:
        messages.success(request, said)
    if request.htmx:
        return _screen(request, panel=panel)
    asked = {"panel": panel, "reason": request.POST.get("reason", "") if panel else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return redirect(f"{reverse('leads:calling')}?{query}" if query else "leads:calling")


def _screen(
    request: SignedInRequest,
    *,
    part: str = "work",
    screen: WorkScreen | None = None,
    panel: str = "",
    form: forms.Form | None = None,
    status: int = HTTPStatus.OK,
    keeps_note: bool = False,
) -> HttpResponse:
    screen = screen or WorkScreen(request.user, clock.now())
    typed = (request.POST if request.method == "POST" else request.GET).dict()
    opened = open_panel(panel, screen, typed=typed, form=form)
    context = {
        "screen": screen,
        "page": screen.page if part != "queue" else None,
        "hold": screen.hold,
        "renews_in": screen.renews_in,
        "panel": opened,
        "form": opened.form if opened else None,
        "releases": Release.Reason.choices,
        "note": request.POST.get("note", "") if keeps_note else "",
        "is_outcome_alone": part == "outcome" and bool(request.htmx),
        # A page that is refreshed by itself leaves the focus where it is.
        "takes_focus": request.method == "POST" or not request.htmx,
    }
    return render_part(request, TEMPLATE, part, context, status=status)


# --- What is said, and what is kept -----------------------------------------------------


def _after_result(attempt: Attempt) -> str:
    if attempt.is_late:
        return _("%(who)s: kept. It came after the hold had ended, so nothing else changes.") % {
            "who": who(attempt.lead)
        }
    if attempt.result in RESULTS_THAT_ASK_A_NEXT_STEP:
        return _("%(who)s: %(result)s. Now choose the next step.") % {
            "who": who(attempt.lead),
            "result": attempt.get_result_display(),
        }
    return after_attempt(attempt)


def _already_saved(lead: Lead) -> str:
    return _("%(who)s: this was saved already, and counts once.") % {"who": who(lead)}


def _keep_note(request: SignedInRequest, lead: Lead) -> None:
    """Keep the note that goes along with an action whose own record has no room for one."""
    form = NoteBesideForm(request.POST)
    if form.is_valid() and form.cleaned_data["note"].strip():
        add_note(lead, body=form.cleaned_data["note"], by=request.user, now=clock.now())
