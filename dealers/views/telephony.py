"""Administration of telephony: exchanges, their secrets, extensions, and what was told lately."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bdc import clock
from bdc.errors import Malformed, NotAllowed
from bdc.http import SignedInRequest
from bdc.repeating import done_once, say_once
from dealers.domain.access import reach_of
from dealers.domain.administration import groups_to_administer
from dealers.domain.exchanges import (
    add_exchange,
    add_extension,
    centres_to_lead,
    exchanges_to_keep,
    latest_events,
    latest_refusals,
    people_to_call,
    remove_extension,
    renew_secret,
    set_exchange_active,
    with_traffic,
)
from dealers.domain.signing import printed_secret
from dealers.forms.exchanges import ExchangeForm, ExtensionForm
from dealers.models import Exchange, Role

MOST_SHOWN = 100
MOST_PEOPLE = 1000
MOST_EVENTS_SHOWN = 25
LIST = "dealers/exchanges.html"
ONE = "dealers/exchange.html"


@require_http_methods(["GET", "HEAD", "POST"])
def exchanges(request: SignedInRequest) -> HttpResponse:
    """The exchanges of one's groups and centres; the form adds one and shows its secret, once."""
    reach = reach_of(request.user)
    if not reach.has(Role.ADMINISTRATOR, Role.TEAM_LEAD):
        raise NotAllowed(_("Only an administrator or a team lead keeps telephony."))
    now = clock.now()
    form = ExchangeForm(
        request.POST if request.method == "POST" else None,
        groups=groups_to_administer(request.user),
        centres=centres_to_lead(request.user),
    )

    def act() -> str:
        exchange, _secret = add_exchange(**form.cleaned_data, by=request.user, now=now)
        return str(exchange.pk)

    if request.method == "POST" and form.is_valid():
        added = _exchange(request, int(done_once(request, act, now=now) or 0))
        return _show(request, added, secret=printed_secret(added.salt))
    context = {
        "exchanges": with_traffic(exchanges_to_keep(request.user), now=now)[:MOST_SHOWN],
        "form": form,
        "is_administrator": reach.has(Role.ADMINISTRATOR),
        "tab": "telephony",
    }
    return render(request, LIST, context, status=422 if form.errors else 200)


@require_safe
def exchange(request: SignedInRequest, pk: int) -> HttpResponse:
    """One exchange: where it delivers, whose telephones it has, and what it told lately."""
    return _show(request, _exchange(request, pk))


@require_POST
def renew(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new secret, shown in this answer, and to who sends the same again."""

    def act() -> str:
        renew_secret(_exchange(request, pk), by=request.user, now=clock.now())
        return str(pk)

    done_once(request, act, now=clock.now())
    renewed = _exchange(request, pk)
    return _show(request, renewed, secret=printed_secret(renewed.salt))


@require_POST
def activate(request: SignedInRequest, pk: int) -> HttpResponse:
    active = request.POST.get("active") == "1"
    kept = set_exchange_active(
        _exchange(request, pk), active=active, by=request.user, now=clock.now()
    )
    said = (
        _("%(name)s is listened to again.")
        if active
        else _("%(name)s is not listened to any more.")
    )
    messages.success(request, said % {"name": kept})
    return redirect("dealers:exchange", pk=pk)


@require_POST
def extend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say whose telephone an extension is."""
    kept = _exchange(request, pk)
    form = _extension_form(request, kept)

    def act() -> str:
        extension = add_extension(kept, **form.cleaned_data, by=request.user, now=clock.now())
        said = _("%(extension)s is the telephone of %(name)s.")
        return said % {"extension": extension, "name": extension.user}

    if form.is_valid():
        try:
            say_once(request, act, now=clock.now())
        except Malformed as wrong:
            for problem in wrong.problems:
                form.add_error(problem.field, str(problem.message))
        else:
            return redirect("dealers:exchange", pk=pk)
    return _show(request, kept, form=form)


@require_POST
def remove(request: SignedInRequest, pk: int, extension_pk: int) -> HttpResponse:
    """Take an extension away."""
    known = _exchange(request, pk).extensions.select_related("exchange", "user")

    def act() -> str:
        extension = get_object_or_404(known, pk=extension_pk)
        remove_extension(extension, by=request.user, now=clock.now())
        said = _("%(extension)s is not the telephone of %(name)s any more.")
        return said % {"extension": extension, "name": extension.user}

    say_once(request, act, now=clock.now())
    return redirect("dealers:exchange", pk=pk)


def _exchange(request: SignedInRequest, pk: int) -> Exchange:
    return get_object_or_404(exchanges_to_keep(request.user), pk=pk)


def _extension_form(request: SignedInRequest, kept: Exchange) -> ExtensionForm:
    people = people_to_call(kept)[:MOST_PEOPLE]
    return ExtensionForm(request.POST if request.method == "POST" else None, people=people)


def _show(
    request: SignedInRequest,
    kept: Exchange,
    *,
    secret: str = "",
    form: ExtensionForm | None = None,
) -> HttpResponse:
    now = clock.now()
    until = kept.previous_until
    context = {
        "exchange": kept,
        "address": settings.SITE_URL + reverse("leads:call-events", args=[kept.slug]),
        "secret": secret,
        "previous_until": until if until is not None and until > now else None,
        "extensions": kept.extensions.select_related("user").order_by("name")[:MOST_PEOPLE],
        "form": form or ExtensionForm(people=people_to_call(kept)[:MOST_PEOPLE]),
        "events": latest_events(kept, count=MOST_EVENTS_SHOWN),
        "refusals": latest_refusals(kept, now=now),
        "is_administrator": reach_of(request.user).has(Role.ADMINISTRATOR),
        "tab": "telephony",
    }
    has_errors = form is not None and bool(form.errors)
    return render(request, ONE, context, status=422 if has_errors else 200)
