"""Moments that are typed: the line that says how they are understood, and what is free then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime
from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bdc import clock
from bdc.accounts.models import User
from bdc.http import SignedInRequest
from dealers.domain.hours import is_open, local, may_call_at
from dealers.models import Dealership
from leads.domain.booking import free_moments
from leads.domain.moments import call_back_at, moment_said, workshop_moments
from leads.formats.moment_words import NotUnderstoodError
from leads.formats.moments import SaidMoment
from leads.models import AppointmentKind, Lead

MOST_MOMENTS = 6
MOST_OF_A_DAY = 9  # a key for each
USUAL_MINUTES = 60


@dataclass(frozen=True)
class Understood:
    """How a typed moment is understood, in words; nothing was typed while there are none."""

    words: str = ""
    is_problem: bool = False
    warning: str = ""


@dataclass(frozen=True)
class Slot:
    """A moment that is free now, and who is free then."""

    at: datetime
    value: str
    person: User | None = None


@require_safe
def understand(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the field under which this line stands says so far; nothing is saved."""
    leads = Lead.objects.visible_to(request.user).select_related("dealership__group")
    lead, now = get_object_or_404(leads, pk=pk), clock.now()
    text = request.GET.get("starts_at")
    if text is None:
        text = request.GET.get("due_at", "")
        understood = understood_call_back(lead.dealership, text, now=now)
        return render(request, "leads/_understood.html", {"understood": understood})
    kind = request.GET.get("kind", "")
    context = {
        "understood": understood_visit(lead.dealership, text, now=now),
        "slots": keyed(free_slots(lead, kind, text=text, now=now, minutes=_minutes(request))),
        "page": {"lead": lead},
        "is_live": "slots" in request.GET,
    }
    return render(request, "leads/_understood_visit.html", context)


def _minutes(request: SignedInRequest) -> int:
    minutes = request.GET.get("minutes", "")
    return int(minutes) if minutes.isdecimal() and len(minutes) <= 3 else 0


def show_live(form: forms.Form, name: str, lead: Lead, **asked: str) -> None:
    """Let the field called `name` say, while one types, how it is understood."""
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    url = reverse("leads:understand", args=[lead.pk])
    form.fields[name].widget.attrs |= {
        "hx-get": f"{url}?{query}" if query else url,
        "hx-trigger": "input changed delay:250ms",
        "hx-target": "#understood",
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
        "data-unasked": True,
    }


# --- In words ---------------------------------------------------------------------------


def understood_call_back(dealership: Dealership, text: str, *, now: datetime) -> Understood:
    if not text.strip():
        return Understood()
    try:
        at = call_back_at(dealership, text, now=now)
    except NotUnderstoodError as problem:
        return Understood(problem.message, is_problem=True)
    warning = "" if may_call_at(dealership, at, requested=True) else _("outside calling hours")
    return Understood(in_words(dealership, at), warning=warning)


def understood_visit(dealership: Dealership, text: str, *, now: datetime) -> Understood:
    if not text.strip():
        return Understood()
    try:
        said = moment_said(dealership, text, now=now)
    except NotUnderstoodError as problem:
        return Understood(problem.message, is_problem=True)
    if said.is_exact:
        warning = "" if is_open(dealership, said.at) else _("outside opening hours")
        return Understood(in_words(dealership, said.at), warning=warning)
    return Understood(_span_in_words(dealership, said), warning=_("choose a free moment"))


def in_words(dealership: Dealership, at: datetime) -> str:
    """Donderdag 26 november 14:30; with the year when it is another one."""
    here = local(dealership, at)
    return str(format_datetime(here, f"EEEE d MMMM{_year(here)} HH:mm", locale=_language()))


def _span_in_words(dealership: Dealership, said: SaidMoment) -> str:
    """Donderdag 26 november; week 49."""
    here = local(dealership, said.at)
    if said.precision == "week":
        return _("week %(number)d") % {"number": here.isocalendar().week}
    return str(format_datetime(here, f"EEEE d MMMM{_year(here)}", locale=_language()))


def _year(here: datetime) -> str:
    return "" if here.year == clock.now().astimezone(here.tzinfo).year else " y"


def _language() -> str:
    return get_language() or "nl"


# --- What is free -----------------------------------------------------------------------


def free_slots(
    lead: Lead,
    kind: str,
    *,
    now: datetime,
    text: str = "",
    minutes: int = 0,
    person: User | None = None,
) -> list[Slot]:
    """The first free moments: of the workshop, of `person`, or of whoever is free.

    With a day, a part of one or a week in `text` those of that time alone.
    """
    between = _time_said(lead.dealership, text, now=now)
    count = MOST_OF_A_DAY if between else MOST_MOMENTS
    if kind == AppointmentKind.WORKSHOP:
        opened = workshop_moments(lead.dealership, now=now, count=count, between=between)
        return [Slot(at, at.isoformat()) for at in opened]
    found = free_moments(
        lead.dealership,
        now=now,
        count=count,
        minutes=minutes or USUAL_MINUTES,
        salesperson=person,
        between=between,
    )
    return [Slot(at, f"{at.isoformat()}|{who.pk}", who) for at, who in found]


def _time_said(
    dealership: Dealership, text: str, *, now: datetime
) -> tuple[datetime, datetime] | None:
    if not text.strip():
        return None
    try:
        said = moment_said(dealership, text, now=now)
    except NotUnderstoodError:
        return None
    return None if said.is_exact else (said.at, said.until)


def keyed(slots: list[Slot]) -> list[tuple[str, Slot]]:
    """Each with the digit that chooses it."""
    return list(zip("123456789", slots, strict=False))
