"""Rejects: what came in and could not become a lead by itself, with its correction."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bdc import clock
from bdc.errors import Malformed, NotAllowed
from bdc.http import SignedInRequest
from bdc.repeating import say_once
from leads.domain.access import everywhere, may_anywhere
from leads.domain.rejects import (
    correct_reject,
    dismiss_reject,
    rejects_visible_to,
    text_as_it_came,
)
from leads.forms.rejects import RejectForm
from leads.models import Reject

MOST_SHOWN = 100


def _require_role(request: SignedInRequest) -> None:
    if not may_anywhere(request.user, "correct_rejects"):
        raise NotAllowed(_("Your role does not include this. Ask your team lead or sales manager."))


@require_safe
def rejects(request: SignedInRequest) -> HttpResponse:
    """The inputs that wait for a person, newest first."""
    _require_role(request)
    waiting = (
        rejects_visible_to(request.user)
        .filter(state=Reject.State.WAITING)
        .select_related("raw", "dealership", "group")
        .defer("raw__body")
        .order_by("-pk")
    )
    return render(
        request,
        "leads/rejects.html",
        {"rejects": waiting[:MOST_SHOWN], "most_shown": MOST_SHOWN},
    )


def _visible(request: SignedInRequest, pk: int) -> Reject:
    return get_object_or_404(
        rejects_visible_to(request.user).select_related("raw", "dealership", "lead"), pk=pk
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: SignedInRequest, pk: int) -> HttpResponse:
    """One input as it arrived, with the form that makes a lead of it."""
    found = _visible(request, pk)
    _require_role(request)
    form = RejectForm(
        request.POST if request.method == "POST" else None,
        reject=found,
        dealership_ids=everywhere(request.user, "correct_rejects"),
    )

    def act() -> str:
        lead = correct_reject(found, form.lead_in(), by=request.user, now=clock.now())
        return _("Made into lead #%(number)s.") % {"number": lead.number}

    if request.method == "POST" and form.is_valid():
        try:
            say_once(request, act, now=clock.now())
        except Malformed as wrong:
            for problem in wrong.problems:
                field = problem.field if problem.field in form.fields else None
                form.add_error(field, str(problem.message))
        else:
            return redirect("leads:rejects")
    context = {"reject": found, "form": form, "raw_text": text_as_it_came(found, request.user)}
    return render(request, "leads/reject.html", context, status=422 if form.errors else 200)


@require_POST
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put an input aside that holds no lead."""
    found = _visible(request, pk)
    _require_role(request)

    def act() -> str:
        dismiss_reject(found, by=request.user, now=clock.now())
        return _("Put aside. What came in is kept.")

    say_once(request, act, now=clock.now())
    return redirect("leads:rejects")
