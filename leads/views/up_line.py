"""The up line: who takes the next visitor and why, and what a sales manager changes in it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bdc import clock
from bdc.accounts.models import User
from bdc.http import SignedInRequest
from bdc.repeating import say_once
from dealers.domain.access import dealerships_visible_to
from dealers.domain.hours import is_open, local
from dealers.domain.presence import salespeople_of
from dealers.models import Dealership
from leads.domain.access import everywhere, may, require, require_anywhere
from leads.domain.dropping import drop_in_up_line, give_back_place
from leads.domain.up_line import override_up_line, up_line_of
from leads.forms.up_line import DropForm

MOST_NAMED = 50  # dealerships to choose from


@require_safe
def up_line(request: SignedInRequest) -> HttpResponse:
    """The row of a dealership; without one in the address, of the first that one sees."""
    require_anywhere(request.user, "see_up_line")
    slug = request.GET.get("dealership", "")
    found = _dealerships(request.user).filter(slug=slug) if slug else _dealerships(request.user)
    dealership = found.first()
    if dealership is None:
        raise Http404
    return _page(request, dealership)


@require_POST
def drop(request: SignedInRequest, slug: str) -> HttpResponse:
    """Put somebody at the end for a while."""
    dealership = get_object_or_404(dealerships_visible_to(request.user), slug=slug)
    require(request.user, "drop_in_up_line", dealership.pk)
    form = DropForm(request.POST, people=[one.user for one in salespeople_of(dealership)])
    if not form.is_valid():
        return _page(request, dealership, form)

    def act() -> str:
        made = drop_in_up_line(dealership, **form.asked(), by=request.user, now=clock.now())
        until = f"{local(dealership, made.until):%H:%M}"
        said = _("%(name)s stands at the end until %(until)s.")
        return said % {"name": made.salesperson, "until": until}

    say_once(request, act, now=clock.now())
    return _back_to(dealership)


@require_POST
def give_back(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Let who was put at the end stand in turn again."""
    dealership, person = _somebody(request.user, slug, pk)

    def act() -> str:
        give_back_place(dealership, person=person, by=request.user, now=clock.now())
        return _("%(name)s stands in turn again.") % {"name": person}

    say_once(request, act, now=clock.now())
    return _back_to(dealership)


@require_POST
def override(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Let somebody stand in turn today, although follow-ups are overdue."""
    dealership, person = _somebody(request.user, slug, pk)

    def act() -> str:
        override_up_line(dealership, person=person, by=request.user, now=clock.now())
        return _("%(name)s stands in turn for the rest of today.") % {"name": person}

    say_once(request, act, now=clock.now())
    return _back_to(dealership)


def _dealerships(user: User) -> QuerySet[Dealership]:
    seen = everywhere(user, "see_up_line")
    return dealerships_visible_to(user).filter(pk__in=seen).order_by("name", "pk")


def _somebody(user: User, slug: str, pk: int) -> tuple[Dealership, User]:
    dealership = get_object_or_404(dealerships_visible_to(user), slug=slug)
    person = next((one.user for one in salespeople_of(dealership) if one.user_id == pk), None)
    if person is None:
        raise Http404
    return dealership, person


def _page(
    request: SignedInRequest, dealership: Dealership, form: DropForm | None = None
) -> HttpResponse:
    now = clock.now()
    row = up_line_of(dealership, by=request.user, now=now)
    others = [
        place.person.user
        for place in row
        if place.drop is None and place.person.user_id != request.user.pk
    ]
    context = {
        "dealership": dealership,
        "dealerships": list(_dealerships(request.user)[:MOST_NAMED]),
        "row": row,
        "is_open": is_open(dealership, now),
        "may_decide": may(request.user, "drop_in_up_line", dealership.pk),
        "others": others,
        "form": form or DropForm(people=others),
    }
    return render(request, "leads/up_line.html", context, status=422 if form else 200)


def _back_to(dealership: Dealership) -> HttpResponse:
    return redirect(f"{reverse('leads:up-line')}?dealership={dealership.slug}")
