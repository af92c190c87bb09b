"""Practice: the work screen with ten invented customers; nobody is called, nothing counts.

Where somebody is stands in the session, and nothing anywhere else. The forms of the work screen
are sent to the addresses of lead 0, which are those of practice (leads/urls.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from bdc import clock
from bdc.http import SignedInRequest, render_part
from leads.forms.booking import AppointmentForm, QuoteForm
from leads.forms.calling import ReleaseForm
from leads.forms.contacting import AttemptForm, CallBackForm
from leads.models import RESULTS_THAT_ASK_A_NEXT_STEP, CloseReason, Release, Result
from leads.practice.customers import CUSTOMERS, FEWEST_PRESSES, Did
from leads.practice.run import Answer, Run
from leads.views.calling import for_agents
from leads.views.calling_answers import after_result
from leads.views.moments import understood_call_back, understood_visit
from leads.views.practice_panels import practice_panel
from leads.views.practice_screen import (
    PracticeScreen,
    key_called,
    practice_dealership,
    practice_lead,
    practice_slots,
)
from leads.views.practice_words import attempt_of, of_a_quote, of_a_visit, said_of
from leads.views.standing import short

TEMPLATE = "leads/practice.html"
KEPT_AS = "practice"
CALL_FIRST = _("Call first: Enter with the name in focus. Then you hear what the customer says.")
Step = Callable[[SignedInRequest, Run], HttpResponse]


def _run_of(request: SignedInRequest) -> Run | None:
    return Run.read(request.session.get(KEPT_AS))


def on_the_line(step: Step) -> Callable[[SignedInRequest], HttpResponse]:
    """A button of the screen; one that was meant for an earlier customer is not heard."""

    @require_POST
    @for_agents
    @wraps(step)
    def pressed(request: SignedInRequest) -> HttpResponse:
        run = _run_of(request)
        if run is None or run.is_over or request.POST.get("seen", "") != str(run.place):
            return _answer(request, run)
        run.presses += 1
        return step(request, run)

    return pressed


def in_a_call(step: Step) -> Callable[[SignedInRequest], HttpResponse]:
    """What follows from a call: it is made first, and counts once. The note goes along."""

    @on_the_line
    @wraps(step)
    def noted(request: SignedInRequest, run: Run) -> HttpResponse:
        if run.line.answer is not None:
            return _answer(request, run)
        if not run.line.is_called:
            messages.warning(request, CALL_FIRST)
            return _draw(request, run, keeps_note=True)
        if request.POST.get("note", "").strip():
            run.line.has_note = True
        return step(request, run)

    return noted


# --- The page ---------------------------------------------------------------------------


@require_safe
@for_agents
def practice(request: SignedInRequest) -> HttpResponse:
    """The screen as it is: before the first customer, with one, or after the last."""
    return _draw(request, _run_of(request), panel=request.GET.get("panel", ""))


@require_POST
@for_agents
def begin(request: SignedInRequest) -> HttpResponse:
    """Begin with the first customer, also once more."""
    return _answer(request, Run(began_at=clock.now()))


@require_safe
@for_agents
def understand(request: SignedInRequest) -> HttpResponse:
    """How a typed moment is understood, as moments.understand() says it of a real lead."""
    place, now = practice_dealership(), clock.now()
    text = request.GET.get("starts_at")
    if text is None:
        understood = understood_call_back(place, request.GET.get("due_at", ""), now=now)
        return render(request, "leads/_understood.html", {"understood": understood})
    context = {
        "understood": understood_visit(place, text, now=now),
        "slots": practice_slots(request.GET.get("kind", ""), now),
        "page": {"lead": practice_lead(CUSTOMERS[0], now)},
        "is_live": "slots" in request.GET,
    }
    return render(request, "leads/_understood_visit.html", context)


# --- The customer -----------------------------------------------------------------------


@on_the_line
def start(request: SignedInRequest, run: Run) -> HttpResponse:
    """Start the call: what the customer says is heard, and nothing is dialled."""
    run.line.is_called = True
    return _draw(request, run, panel=request.POST.get("panel", ""), keeps_note=True)


@on_the_line
def panel(request: SignedInRequest, run: Run) -> HttpResponse:
    """Open, switch or close a panel."""
    name = request.POST.get("open", request.POST.get("panel", ""))
    response = _draw(request, run, part="outcome", panel=name, keeps_note=True)
    return reswap(retarget(response, "#outcome"), "outerHTML") if request.htmx else response


@on_the_line
def undo(request: SignedInRequest, run: Run) -> HttpResponse:
    """Take back what was noted last; the same customer is on the line again."""
    run.take_back()
    return _answer(request, run, said=gettext("Taken back."))


@on_the_line
def take_next(request: SignedInRequest, run: Run) -> HttpResponse:
    """Go on to the next customer once something was noted; after the last one comes the end."""
    if run.line.answer is not None:
        run.go_on(clock.now())
    return _answer(request, run)


# --- What is noted ----------------------------------------------------------------------


@in_a_call
def result(request: SignedInRequest, run: Run) -> HttpResponse:
    """How the call went."""
    form = AttemptForm(request.POST)
    if not form.is_valid():
        return _refuse(request, run, form)
    noted = Result(form.attempt()["result"])
    if noted not in RESULTS_THAT_ASK_A_NEXT_STEP:
        return _note(request, run, Answer(Did(noted)))
    run.line.results.append(noted)
    screen = PracticeScreen(run, request.user, clock.now())
    said = after_result(attempt_of(screen.page, noted, screen.at))
    return _answer(request, run, said=said, panel=request.POST.get("panel", ""))


@in_a_call
def objection(request: SignedInRequest, run: Run) -> HttpResponse:
    """The customer does not want to be called."""
    return _note(request, run, Answer(Did.OBJECTION))


@in_a_call
def note(request: SignedInRequest, run: Run) -> HttpResponse:
    """Keep the note now; in practice only that there was one."""
    said = gettext("Note kept.") if request.POST.get("note", "").strip() else ""
    return _answer(request, run, said=said, panel=request.POST.get("panel", ""))


@in_a_call
def call_back(request: SignedInRequest, run: Run) -> HttpResponse:
    """Promise to call back."""
    form = CallBackForm(request.POST, dealership=practice_dealership(), now=clock.now())
    if not form.is_valid():
        return _refuse(request, run, form, panel="call_back")
    return _note(request, run, Answer(Did.CALL_BACK, at=form.cleaned_data["due_at"]))


@in_a_call
def appointment(request: SignedInRequest, run: Run) -> HttpResponse:
    """Book a visit; then the screen offers to hand the customer over."""
    screen = PracticeScreen(run, request.user, clock.now())
    form = AppointmentForm(request.POST, lead=screen.lead, now=screen.at)
    if not form.is_valid():
        return _refuse(request, run, form, panel="appointment")
    booked = form.cleaned_data
    run.line.visits.append(booked["kind"])
    said = of_a_visit(screen, booked["kind"], booked["starts_at"])
    return _answer(request, run, said=said, panel="to_sales")


@in_a_call
def quote(request: SignedInRequest, run: Run) -> HttpResponse:
    """Note that the customer asks for a quote; then the screen offers to hand over."""
    form = QuoteForm(request.POST)
    if not form.is_valid():
        return _refuse(request, run, form, panel="quote")
    run.line.has_quote = True
    screen = PracticeScreen(run, request.user, clock.now())
    return _answer(request, run, said=of_a_quote(screen), panel="to_sales")


@in_a_call
def close(request: SignedInRequest, run: Run) -> HttpResponse:
    """End the round with a reason of the fixed list; what it lacks is offered by no button."""
    reason = CloseReason.objects.filter(pk=request.POST.get("reason", "")).first()
    if reason is None:
        return _answer(request, run, panel=request.POST.get("panel", ""))
    return _note(request, run, Answer(Did.CLOSED, reason=reason.code))


@in_a_call
def release(request: SignedInRequest, run: Run) -> HttpResponse:
    """Let the customer go."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _refuse(request, run, form)
    return _note(request, run, Answer(Did.LET_GO))


# --- How it answers ---------------------------------------------------------------------


def _note(request: SignedInRequest, run: Run, noted: Answer) -> HttpResponse:
    """Note what ends the work on the customer, and say what Spits would do next."""
    run.note(noted, practice_dealership().zone)
    screen = PracticeScreen(run, request.user, clock.now())
    return _answer(request, run, said=said_of(screen))


def _refuse(
    request: SignedInRequest, run: Run, form: forms.Form, *, panel: str = ""
) -> HttpResponse:
    """The panel once more with what is wrong in it; without a panel the bar says it."""
    if not panel:
        messages.error(request, " ".join(str(one[0]) for one in form.errors.values()))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    response = _draw(request, run, panel=panel, form=form, status=status, keeps_note=True)
    return reswap(retarget(response, "#work"), "outerHTML") if request.htmx else response


def _answer(
    request: SignedInRequest, run: Run | None, *, said: str = "", panel: str = ""
) -> HttpResponse:
    """Say in the bar below what was done, and show the screen as it is now."""
    if said:
        messages.success(request, said)
    if request.htmx:
        return _draw(request, run, panel=panel)
    _keep(request, run)
    query = f"?{urlencode({'panel': panel})}" if panel else ""
    return redirect(f"{reverse('leads:practice')}{query}")


def _keep(request: SignedInRequest, run: Run | None) -> None:
    if run is not None and request.method == "POST":
        request.session[KEPT_AS] = run.kept()


def _draw(
    request: SignedInRequest,
    run: Run | None,
    *,
    part: str = "work",
    panel: str = "",
    form: forms.Form | None = None,
    status: int = HTTPStatus.OK,
    keeps_note: bool = False,
) -> HttpResponse:
    _keep(request, run)
    # A page that is refreshed by itself leaves the focus where it is.
    context: dict[str, object] = {"run": run, "takes_focus": True}
    if run is not None and run.is_over:
        context |= _how_it_went(run)
    elif run is not None:
        screen = PracticeScreen(run, request.user, clock.now())
        typed = (request.POST if request.method == "POST" else request.GET).dict()
        is_asked = run.line.answer is None
        opened = practice_panel(panel, screen, typed=typed, form=form) if is_asked else None
        context |= {
            "screen": screen,
            "page": screen.page,
            "panel": opened,
            "form": opened.form if opened else None,
            "releases": Release.Reason.choices,
            "note": request.POST.get("note", "") if keeps_note else "",
            "is_outcome_alone": part == "outcome" and bool(request.htmx),
            "said": said_of(screen),
        }
    return render_part(request, TEMPLATE, part, context, status=status)


def _how_it_went(run: Run) -> dict[str, object]:
    """What the page at the end shows."""
    return {
        "count": len(CUSTOMERS),
        "at_once": len(CUSTOMERS) - len(run.missed),
        "fewest": FEWEST_PRESSES,
        "took": short(run.took),
        "again": [(CUSTOMERS[place], key_called(CUSTOMERS[place].key)) for place in run.missed],
    }
