"""Absences: who is away, and until when."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bdc import clock
from bdc.errors import Malformed
from bdc.http import SignedInRequest
from bdc.repeating import say_once
from dealers.domain.absence import absences_to_see, end_absence, people_to_plan, record_absence
from dealers.forms.absences import AbsenceForm
from dealers.forms.people import SearchForm

MOST_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: SignedInRequest) -> HttpResponse:
    """The absences of oneself and of who works under one, the next first; the form records another.

    Where there are more people or absences than are shown, the page says so and a search narrows
    both.
    """
    now = clock.now()
    search = SearchForm(request.GET)
    people = list(people_to_plan(request.user, search.words)[:MOST_SHOWN])
    form = AbsenceForm(
        request.POST if request.method == "POST" else None,
        people=people,
        initial={"user": str(request.user.pk)},
    )

    def act() -> str:
        absence = record_absence(**form.asked(), by=request.user, now=now)
        said = _("Absence of %(name)s recorded. Open leads go to others when it begins.")
        return said % {"name": absence.user}

    if request.method == "POST" and form.is_valid():
        try:
            say_once(request, act, now=now)
        except Malformed as wrong:
            for problem in wrong.problems:
                form.add_error(form.FIELD_OF.get(problem.field, "user"), str(problem.message))
        else:
            return redirect("dealers:absences")
    context = {
        "absences": list(absences_to_see(request.user, now=now, search=search.words)[:MOST_SHOWN]),
        "people": people,
        "most_shown": MOST_SHOWN,
        "search": search,
        "form": form,
        "now": now,
    }
    return render(request, "dealers/absences.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    now = clock.now()

    def act() -> str:
        absence = get_object_or_404(absences_to_see(request.user, now=now), pk=pk)
        end_absence(absence, by=request.user, now=now)
        return _("%(name)s gets leads again from now on.") % {"name": absence.user}

    say_once(request, act, now=now)
    return redirect("dealers:absences")
