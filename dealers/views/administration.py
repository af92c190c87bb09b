"""Administration: people and their roles, dealerships and their policies."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bdc import clock
from bdc.errors import Malformed, NotAllowed
from bdc.http import SignedInRequest
from bdc.repeating import say_once
from dealers.domain.access import reach_of
from dealers.domain.administration import (
    add_person,
    change_dealership,
    change_hours,
    dealerships_to_administer,
    end_membership,
    groups_to_administer,
    memberships_to_administer,
    set_active,
)
from dealers.domain.policy_history import latest_changes
from dealers.forms.dealerships import PolicyForm
from dealers.forms.hours import HoursForm
from dealers.forms.people import PersonForm, SearchForm
from dealers.models import Dealership, Membership, Role
from dealers.views.policy_words import entry_of

MOST_SHOWN = 300
MOST_CHANGES_SHOWN = 30


def _require_administrator(request: SignedInRequest) -> None:
    if not reach_of(request.user).has(Role.ADMINISTRATOR):
        raise NotAllowed(_("Only an administrator keeps people and dealerships."))


def _add_problems(form: BaseForm, wrong: Malformed) -> None:
    for problem in wrong.problems:
        form.add_error(problem.field, str(problem.message))


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody with a role at the administrator's places; the form gives somebody a role."""
    _require_administrator(request)
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        dealerships=list(dealerships_to_administer(request.user)),
        groups=list(groups_to_administer(request.user)),
    )

    def act() -> str:
        membership = add_person(**form.cleaned_data, by=request.user, now=clock.now())
        return _("%(name)s has the role.") % {"name": membership.user}

    if request.method == "POST" and form.is_valid():
        try:
            say_once(request, act, now=clock.now())
        except Malformed as wrong:
            _add_problems(form, wrong)
        else:
            return redirect("dealers:people")
    search = SearchForm(request.GET)
    found = memberships_to_administer(request.user, search.words)
    context = {
        "memberships": found[:MOST_SHOWN],
        "most_shown": MOST_SHOWN,
        "form": form,
        "search": search,
        "tab": "people",
    }
    if request.htmx:
        return render(request, "dealers/people.html#results", context)
    status = 422 if form.errors else 200
    return render(request, "dealers/people.html", context, status=status)


def _membership(request: SignedInRequest, pk: int) -> Membership:
    return get_object_or_404(memberships_to_administer(request.user), pk=pk)


@require_safe
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One role of somebody, with what it means to take it away or to close the account."""
    membership = _membership(request, pk)
    others = memberships_to_administer(request.user).filter(user=membership.user).exclude(pk=pk)
    context = {"membership": membership, "others": others[:MOST_SHOWN], "tab": "people"}
    return render(request, "dealers/person.html", context)


@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:

    def act() -> str:
        membership = _membership(request, pk)
        end_membership(membership, by=request.user, now=clock.now())
        said = _(
            "%(name)s no longer has this role. Open leads go to somebody else within a minute."
        )
        return said % {"name": membership.user}

    say_once(request, act, now=clock.now())
    return redirect("dealers:people")


@require_POST
def activate(request: SignedInRequest, pk: int) -> HttpResponse:
    membership = _membership(request, pk)
    active = request.POST.get("active") == "1"
    user = set_active(membership, active=active, by=request.user, now=clock.now())
    said = _("%(name)s can sign in again.") if active else _("%(name)s can no longer sign in.")
    messages.success(request, said % {"name": user})
    return redirect("dealers:person", pk=pk)


@require_safe
def dealerships(request: SignedInRequest) -> HttpResponse:
    _require_administrator(request)
    places = dealerships_to_administer(request.user).prefetch_related("postcode_areas")
    return render(
        request, "dealers/dealerships.html", {"dealerships": places, "tab": "dealerships"}
    )


def _dealership(request: SignedInRequest, slug: str) -> Dealership:
    return get_object_or_404(dealerships_to_administer(request.user), slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def dealership(request: SignedInRequest, slug: str) -> HttpResponse:
    place = _dealership(request, slug)
    form = PolicyForm(request.POST if request.method == "POST" else None, instance=place)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            change_dealership(
                _dealership(request, slug),
                policy=form.policy(),
                brands=asked["brands"],
                aliases=asked["aliases"],
                areas=asked["areas"],
                by=request.user,
                now=clock.now(),
            )
        except Malformed as wrong:
            _add_problems(form, wrong)
        else:
            messages.success(request, _("Saved. It holds from now on for new rounds."))
            return redirect("dealers:dealership", slug=slug)
    return _show(request, place, form, HoursForm(dealership=place))


@require_POST
def hours(request: SignedInRequest, slug: str) -> HttpResponse:
    place = _dealership(request, slug)
    form = HoursForm(request.POST, dealership=place)
    if form.is_valid():
        try:
            change_hours(
                place,
                blocks=form.cleaned_data["blocks"],
                closing_days=form.cleaned_data["closing_days"],
                by=request.user,
                now=clock.now(),
            )
        except Malformed as wrong:
            _add_problems(form, wrong)
        else:
            messages.success(request, _("Opening hours saved."))
            return redirect("dealers:dealership", slug=slug)
    return _show(request, place, PolicyForm(instance=place), form)


def _show(
    request: SignedInRequest, place: Dealership, form: PolicyForm, hours_form: HoursForm
) -> HttpResponse:
    wrong = bool(form.errors or hours_form.errors)
    context = {
        "dealership": place,
        "form": hours_form if hours_form.errors else form,
        "policy_form": form,
        "hours_form": hours_form,
        "changes": [entry_of(change) for change in latest_changes(place, count=MOST_CHANGES_SHOWN)],
        "tab": "dealerships",
    }
    return render(request, "dealers/dealership.html", context, status=422 if wrong else 200)
