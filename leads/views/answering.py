"""How the actions of the lead page answer: the page as it is then, or the panel once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseLocation, push_url, replace_url, reswap, retarget

from bdc import clock
from bdc.errors import Malformed, RuleBroken
from bdc.http import SignedInRequest, number_in, render_part
from bdc.repeating import done_once
from leads.domain.closing import needs_approval, reasons_for
from leads.domain.moments import call_back_moments
from leads.domain.repeating import once
from leads.models import AppointmentKind, Lead, lead_for_page, lead_seen_by
from leads.views.lead_page import LeadPage
from leads.views.moments import (
    free_slots,
    show_live,
    understood_call_back,
    understood_visit,
)
from leads.views.reasons import reason_groups, what_follows

TEMPLATE = "leads/detail.html"


def posted(request: SignedInRequest) -> QueryDict | None:
    """What a form sent; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def visible_lead(request: SignedInRequest, pk: int) -> Lead:
    return _found(lead_for_page(request.user, pk))


def pressed_lead(request: SignedInRequest, pk: int) -> Lead:
    """The lead that a button was pressed for; what a page shows of it is loaded with the page."""
    return _found(lead_seen_by(request.user, pk))


def _found(lead: Lead | None) -> Lead:
    if lead is None:
        raise Http404
    return lead


def act_once(
    request: SignedInRequest,
    lead: Lead,
    act: Callable[[], Any],
    *,
    verbs: tuple[str, ...],
    **facts: str,
) -> Any:
    """Do `act`, unless this page was sent before: a double press counts once."""
    return once(lead, act, verbs=verbs, by=request.user, seen=seen_by(request), **facts)


def seen_by(request: SignedInRequest) -> int | None:
    """The newest entry of the timeline that the page knew when it was drawn."""
    return number_in(request.POST.get("seen", ""))


def answer(
    request: SignedInRequest,
    lead: Lead,
    panel: str,
    form: forms.Form,
    act: Callable[[], str],
    *,
    name: str = "form",
    next_url: Callable[[], str] = str,
    **extra: Any,
) -> HttpResponse:
    """Show a panel, or do what its form asks; a refusal keeps the panel and what was typed.

    `next_url` names the panel that opens afterwards; empty: the page of the lead.
    """
    if request.method != "POST":
        return show(request, lead, panel=panel, **(extra | {name: form}))
    status, is_valid = 422, form.is_valid()
    try:
        said = done_once(request, lambda: act() if is_valid else None, now=clock.now())
        if said is not None:
            return done(request, lead, said, next_url())
    except Malformed as wrong:
        for problem in wrong.problems:
            field = problem.field if problem.field in form.fields else None
            form.add_error(field, str(problem.message))
    except RuleBroken as problem:
        status = 409
        form.add_error(None, str(problem.message))
    response = show(request, lead, panel=panel, status=status, **(extra | {name: form}))
    if request.htmx:
        retarget(response, "#lead")
        reswap(response, "outerHTML")
    return response


def pressed(request: SignedInRequest, lead: Lead, act: Callable[[], str]) -> HttpResponse:
    """Do what one press asks, without a form that could be wrong."""
    return done(request, lead, done_once(request, act, now=clock.now()) or "")


def done(request: SignedInRequest, lead: Lead, said: str, next_url: str = "") -> HttpResponse:
    """Show the lead as it is after an action; the bar below says what was done."""
    if said:
        messages.success(request, said)
    if not request.htmx:
        return redirect(next_url or LeadPage.of(request, lead).url)
    if next_url:
        return HttpResponseLocation(next_url, target="#lead", swap="outerHTML")
    lead = visible_lead(request, lead.pk)
    url = LeadPage.of(request, lead).url
    if request.htmx.target == "main":  # from a list: the page of the lead takes its place
        return push_url(render(request, TEMPLATE, page_context(request, lead)), url)
    return replace_url(show(request, lead), url)


def show(request: SignedInRequest, lead: Lead, *, status: int = 200, **extra: Any) -> HttpResponse:
    context = page_context(request, lead, **extra)
    return render_part(request, TEMPLATE, "lead", context, status=status)


def page_context(request: SignedInRequest, lead: Lead, **extra: Any) -> dict[str, Any]:
    page = LeadPage.of(request, lead)
    panel = extra.get("panel", "")
    return {
        "page": page,
        "lead": lead,
        "panel_template": f"leads/panels/_{panel}.html",
        **_panel_context(page, panel, extra),
        **extra,
    }


def _panel_context(page: LeadPage, panel: str, extra: dict[str, Any]) -> dict[str, Any]:
    """What the open panel shows besides its form."""
    lead, now = page.lead, page.at
    if panel == "call_back":
        text = _typed_moment(extra["form"], "due_at", lead)
        return {
            "moments": call_back_moments(lead.dealership, now=now),
            "understood": understood_call_back(lead.dealership, text, now=now),
        }
    if panel in ("appointment", "move"):
        person = extra["visit"].salesperson if panel == "move" else lead.owner
        text = _typed_moment(extra["form"], "starts_at", lead)
        return {
            "slots": free_slots(lead, extra["kind"], text=text, now=now, person=person),
            "kinds": AppointmentKind,
            "understood": understood_visit(lead.dealership, text, now=now),
        }
    if panel == "close" and (reason := extra.get("reason")) is not None:
        return {
            "needs_approval": needs_approval(reason, lead, page.round),
            "follows": what_follows(reason, lead, page.round),
            "brands": ", ".join(lead.dealership.brands) if "purchase" in reason.needs else "",
        }
    if panel == "close":
        return {"groups": reason_groups(reasons_for(lead, by=page.reader, now=now))}
    return {}


def _typed_moment(form: forms.Form, name: str, lead: Lead) -> str:
    """What was typed in a field of moments, which from now on says how it is understood."""
    show_live(form, name, lead)
    return str(form[name].value() or "")
