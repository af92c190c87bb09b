"""How the work screen answers: the screen as it is then, or once more with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import replace_url, reswap, retarget

from bdc import clock
from bdc.errors import Malformed, RuleBroken
from bdc.http import SignedInRequest, render_part
from bdc.repeating import done_once
from leads.domain.contacting import add_note
from leads.domain.queue import next_lead
from leads.formats.text import clean_lines
from leads.forms.calling import NoteBesideForm
from leads.forms.fields import LONGEST_NOTE
from leads.models import RESULTS_THAT_ASK_A_NEXT_STEP, Attempt, Hold, Lead, Release
from leads.views.calling_panels import open_panel
from leads.views.calling_prepared import prepared_panels
from leads.views.calling_screen import WorkScreen
from leads.views.lost import Lost
from leads.views.saying import after_attempt, who

TEMPLATE = "leads/calling.html"
CUSTOMER = "call"  # the id of the form that is the held customer


def carry_out(
    request: SignedInRequest,
    form: forms.Form,
    act: Callable[[], str],
    *,
    then: Callable[[SignedInRequest, str], HttpResponse],
    lead: Lead | None = None,
    panel: str = "",
) -> HttpResponse:
    """Do what `form` asks and go on; a refusal keeps the panel and everything that was typed.

    What is sent again is done once and answered as the first time, but a note that was written
    on meanwhile is kept with `lead`. `panel` is the panel that `form` belongs to, if any: what
    is wrong is said there.
    """
    status, is_valid = HTTPStatus.UNPROCESSABLE_ENTITY, form.is_valid()
    try:
        said = done_once(
            request,
            lambda: act() if is_valid else None,
            now=clock.now(),
            when_sent_again=lambda: _keep_what_was_added(request, lead),
        )
        if said is not None:
            return then(request, said)
    except Malformed as wrong:
        for problem in wrong.problems:
            name = problem.field if problem.field in form.fields else None
            form.add_error(name, str(problem.message))
    except RuleBroken as refusal:
        status = HTTPStatus.CONFLICT
        form.add_error(None, str(refusal.message))
    return _refuse(request, form, panel, status, lead)


def _refuse(
    request: SignedInRequest,
    form: forms.Form,
    panel: str,
    status: HTTPStatus,
    lead: Lead | None,
) -> HttpResponse:
    screen = WorkScreen(request.user, clock.now())
    if not panel or screen.page is None:
        messages.error(request, " ".join(_errors(form)))
    return screen_answer(
        request,
        screen=screen,
        panel=panel or request.POST.get("panel", ""),
        form=form if panel else None,
        status=status,
        keeps_note=True,
        lost=Lost.of(lead, request.user) if lead is not None and screen.page is None else None,
    )


def _errors(form: forms.Form) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def go_on(request: SignedInRequest, said: str) -> HttpResponse:
    """The customer is done with: the next one comes at once, but to nobody on a pause."""
    taken = None
    with suppress(RuleBroken):  # the screen says so
        taken = next_lead(request.user, now=clock.now())
    return answer(request, said, taken=taken)


def stay(request: SignedInRequest, said: str) -> HttpResponse:
    """The same customer, with the panel that was open."""
    return answer(request, said, panel=request.POST.get("panel", ""))


def offer_to_hand_over(request: SignedInRequest, said: str) -> HttpResponse:
    return answer(request, said, panel="to_sales")


def stay_and_type_on(request: SignedInRequest, said: str) -> HttpResponse:
    """The same customer, while the note is still being written; nothing is said."""
    return screen_answer(request, panel=request.POST.get("panel", ""), keeps_note=True)


def answer(
    request: SignedInRequest, said: str, *, panel: str = "", taken: Hold | None = None
) -> HttpResponse:
    """Say in the bar below what was done, and show the screen as it is now.

    A panel belongs to the customer that a button was pressed for; what is sent again may come
    when the agent is with another one.
    """
    if said:
        messages.success(request, said)
    screen = WorkScreen(request.user, clock.now(), taken)
    if not screen.is_with(pressed_for(request)):
        panel = ""
    if request.htmx:
        return screen_answer(request, screen=screen, panel=panel)
    return redirect(_address(panel, request.POST.get("reason", "") if panel else ""))


def screen_answer(
    request: SignedInRequest,
    *,
    part: str = "work",
    screen: WorkScreen | None = None,
    panel: str = "",
    form: forms.Form | None = None,
    status: int = HTTPStatus.OK,
    keeps_note: bool = False,
    lost: Lost | None = None,
) -> HttpResponse:
    screen = screen or WorkScreen(request.user, clock.now())
    is_press = bool(request.htmx) and request.method == "POST"
    if is_press and part == "work" and request.htmx.target == CUSTOMER and screen.page is not None:
        part = "customer"  # the sides are there, to stay as they are for a moment
    pressed = pressed_for(request)
    # To let go is asked at an address without a lead, and may be refused.
    is_the_same = screen.is_with(pressed) or (pressed is None and status >= HTTPStatus.BAD_REQUEST)
    brings_panels = part in ("work", "beside") or (part == "customer" and is_the_same)
    typed = (request.POST if request.method == "POST" else request.GET).dict()
    opened = open_panel(panel, screen, typed=typed, form=form)
    context = {
        "screen": screen,
        "page": screen.page if part != "queue" else None,
        "hold": screen.hold,
        "renews_in": screen.renews_in,
        "panel": opened,
        "form": opened.form if opened else None,
        "prepared": prepared_panels(screen) if brings_panels else [],
        "part": part,
        "is_the_same": is_the_same,
        "lost": lost,
        "releases": Release.Reason.choices,
        "note": request.POST.get("note", "") if keeps_note else "",
        "is_outcome_alone": part == "outcome" and bool(request.htmx),
        # A page that is refreshed by itself leaves the focus where it is.
        "takes_focus": request.method == "POST" or not request.htmx,
    }
    response = render_part(request, TEMPLATE, part, context, status=status)
    if is_press:
        reswap(retarget(response, f"#{CUSTOMER if part == 'customer' else 'work'}"), "outerHTML")
        reason = opened.reason if opened is not None else None
        shown = _address(opened.name if opened else "", reason.code if reason else "")
        if shown != request.htmx.current_url_abs_path:  # htmx copies the page for its history
            replace_url(response, shown)
    return response


def _address(panel: str, reason: str) -> str:
    """Where the screen is found as it is, also when the page is loaded anew."""
    asked = urlencode(
        {name: value for name, value in [("panel", panel), ("reason", reason)] if value}
    )
    return f"{reverse('leads:calling')}?{asked}" if asked else reverse("leads:calling")


# --- What is said, and what is kept -----------------------------------------------------


def after_result(attempt: Attempt) -> str:
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


def keep_note(request: SignedInRequest, lead: Lead) -> None:
    """Keep the note that goes along with an action whose own record has no room for one."""
    if note := _note_beside(request):
        add_note(lead, body=note, by=request.user, now=clock.now())


def _keep_what_was_added(request: SignedInRequest, lead: Lead | None) -> None:
    """Keep the note of something that was done before, unless it was kept then."""
    note = clean_lines(_note_beside(request), limit=LONGEST_NOTE)
    if lead is not None and note and not lead.notes.filter(by=request.user, body=note).exists():
        add_note(lead, body=note, by=request.user, now=clock.now())


def _note_beside(request: SignedInRequest) -> str:
    form = NoteBesideForm(request.POST)
    return str(form.cleaned_data["note"]).strip() if form.is_valid() else ""


def pressed_for(request: SignedInRequest) -> int | None:
    """The number of the lead that a button was pressed for, as the address names it."""
    match = request.resolver_match
    return match.kwargs.get("pk") if match is not None else None
