"""The page of one lead, and everything that is done there. Each action works without JavaScript."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from bdc import clock
from bdc.http import SignedInRequest
from leads.domain.booking import (
    ask_quote,
    book_appointment,
    move_appointment,
    record_outcome,
)
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import add_note, record_attempt, record_conversation, start_call
from leads.domain.handing_over import assign, take
from leads.domain.objecting import record_objection
from leads.forms.booking import AppointmentForm, MoveForm, OutcomeForm, QuoteForm
from leads.forms.contacting import AttemptForm, CallBackForm, ConversationForm, NoteForm
from leads.forms.handing_over import AssignForm
from leads.models import Appointment, AppointmentKind, Interest, Lead
from leads.views.answering import (
    act_once,
    answer,
    posted,
    pressed,
    show,
    visible_lead,
)
from leads.views.lead_page import LeadPage
from leads.views.saying import (
    after_attempt,
    after_booking,
    already_saved,
    at_moment,
    who,
)

OWN_SCREENS = {"calling": "leads:calling", "my-day": "leads:my-day"}
CLOSED = ("closed", "close_proposed")  # the entries of a close-out
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return show(request, visible_lead(request, pk))


# --- Contact --------------------------------------------------------------------------


@require_POST
def call(request: SignedInRequest, pk: int) -> HttpResponse:
    """Start a call; the browser dials the number that the answer names."""
    lead = visible_lead(request, pk)
    number = LeadPage.of(request, lead).phone

    def act() -> str:
        act_once(
            request,
            lead,
            lambda: start_call(lead, by=request.user, now=clock.now(), phone=number),
            verbs=("call_started",),
        )
        return ""

    response = pressed(request, lead, act)
    if request.htmx:
        trigger_client_event(response, "dial", {"number": number}, after="settle")
    return response


@get_or_post
def attempt(request: SignedInRequest, pk: int) -> HttpResponse:
    """How a call went."""
    lead = visible_lead(request, pk)
    form = AttemptForm(posted(request))

    def act() -> str:
        asked = form.attempt()
        made = act_once(
            request,
            lead,
            lambda: record_attempt(lead, by=request.user, now=clock.now(), **asked),
            verbs=("attempted",),
            result=asked["result"],
        )
        return after_attempt(made) if made else already_saved(lead)

    def next_url() -> str:
        step = form.next_step
        return reverse(f"leads:{step}", args=[pk]) if step else ""

    # From a call that was started there is no panel to go back to.
    panel = "" if request.POST.get("call") else "attempt"
    return answer(request, lead, panel, form, act, next_url=next_url)


@get_or_post
def converse(request: SignedInRequest, pk: int) -> HttpResponse:
    """A conversation that was no outbound call."""
    lead = visible_lead(request, pk)
    form = ConversationForm(posted(request))

    def act() -> str:
        asked = form.cleaned_data
        held = act_once(
            request,
            lead,
            lambda: record_conversation(lead, by=request.user, now=clock.now(), **asked),
            verbs=("conversed",),
            channel=asked["channel"],
        )
        if held is None:
            return already_saved(lead)
        return _("%(who)s: conversation recorded. What did you agree?") % {"who": who(lead)}

    return answer(request, lead, "conversation", form, act)


@get_or_post
def call_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """A promise to call back."""
    lead = visible_lead(request, pk)
    form = CallBackForm(posted(request), dealership=lead.dealership, now=clock.now())

    def act() -> str:
        due_at, note = form.cleaned_data["due_at"], form.cleaned_data["note"]
        promise = act_once(
            request,
            lead,
            lambda: promise_call_back(
                lead, due_at=due_at, by=request.user, now=clock.now(), note=note
            ),
            verbs=("call_back_promised",),
            at=due_at.isoformat(),
        )
        if promise is None:
            return already_saved(lead)
        return _("%(who)s: call back %(at)s. It comes by itself then.") % {
            "who": who(lead),
            "at": at_moment(due_at),
        }

    return answer(request, lead, "call_back", form, act)


@require_POST
def note(request: SignedInRequest, pk: int) -> HttpResponse:
    """Something to remember, beside the timeline."""
    lead = visible_lead(request, pk)
    form = NoteForm(request.POST)

    def act() -> str:
        add_note(lead, body=form.cleaned_data["body"], by=request.user, now=clock.now())
        return _("Note kept.")

    return answer(request, lead, "", form, act, name="note_form")


@get_or_post
def object_to_calls(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer objects to calls: at once, for all leads. Asked once more, since it is final."""
    lead = visible_lead(request, pk)
    form = forms.Form(posted(request))

    def act() -> str:
        record_objection(lead.customer, by=request.user, now=clock.now())
        return _("Noted: do not call any more. Every campaign skips this number.")

    return answer(request, lead, "objection", form, act)


# --- Appointments and quotes ------------------------------------------------------------


@get_or_post
def appointment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Book a visit at a free moment, or at an own one."""
    lead = visible_lead(request, pk)
    kind = request.POST.get("kind") or request.GET.get("kind") or _kind_of(lead)
    if kind not in AppointmentKind.values:
        raise Http404
    form = AppointmentForm(
        posted(request),
        lead=lead,
        now=clock.now(),
        initial={"kind": kind, "minutes": 60},
    )

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
        return after_booking(booked) if booked else already_saved(lead)

    return answer(request, lead, "appointment", form, act, kind=kind)


def _kind_of(lead: Lead) -> str:
    if lead.interest == Interest.SERVICE:
        return AppointmentKind.WORKSHOP
    return AppointmentKind.SHOWROOM


@require_POST
def outcome(request: SignedInRequest, pk: int, appointment_pk: int) -> HttpResponse:
    """How an appointment ended."""
    lead = visible_lead(request, pk)
    visit = get_object_or_404(Appointment, pk=appointment_pk, lead=lead)
    form = OutcomeForm(request.POST)

    def act() -> str:
        ended = record_outcome(
            visit, outcome=form.cleaned_data["outcome"], by=request.user, now=clock.now()
        )
        return _("%(who)s: %(outcome)s.") % {
            "who": who(lead),
            "outcome": ended.get_outcome_display(),
        }

    return answer(request, lead, "", form, act)


@get_or_post
def move(request: SignedInRequest, pk: int, appointment_pk: int) -> HttpResponse:
    """Another time for a visit that stands."""
    lead = visible_lead(request, pk)
    visit = get_object_or_404(Appointment, pk=appointment_pk, lead=lead)
    form = MoveForm(posted(request), visit=visit, now=clock.now())

    def act() -> str:
        asked = form.move()
        moved = act_once(
            request,
            lead,
            lambda: move_appointment(visit, by=request.user, now=clock.now(), **asked),
            verbs=("appointment_moved",),
            at=asked["starts_at"].isoformat(),
        )
        return after_booking(moved) if moved else already_saved(lead)

    return answer(request, lead, "move", form, act, kind=visit.kind, visit=visit)


@get_or_post
def quote(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer asks for a quote."""
    lead = visible_lead(request, pk)
    form = QuoteForm(posted(request))

    def act() -> str:
        amount = form.cleaned_data["amount"]
        asked = act_once(
            request,
            lead,
            lambda: ask_quote(lead, by=request.user, now=clock.now(), amount=amount),
            verbs=("quote_asked",),
        )
        if asked is None:
            return already_saved(lead)
        return _("%(who)s: quote requested.") % {"who": who(lead)}

    return answer(request, lead, "quote", form, act)


# --- Whose lead it is -------------------------------------------------------------------


@require_POST
def take_lead(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a lead that nobody has; the first one wins."""
    lead = visible_lead(request, pk)

    def act() -> str:
        take(lead, by=request.user, now=clock.now())
        return _("%(who)s is yours now.") % {"who": who(lead)}

    return pressed(request, lead, act)


@get_or_post
def assign_lead(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a lead to a salesperson or to a queue, by hand."""
    lead = visible_lead(request, pk)
    form = AssignForm(posted(request), lead=lead)

    def act() -> str:
        given = assign(lead, by=request.user, now=clock.now(), **form.destination())
        return _("%(who)s: on to %(owner)s.") % {
            "who": who(given),
            "owner": given.owner or given.get_queue_display(),
        }

    return answer(request, lead, "assign", form, act)
