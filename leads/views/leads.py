"""The list of leads: a salesperson's own work, and every lead that one may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from bdc import clock
from bdc.accounts.models import User
from bdc.http import SignedInRequest, render_part
from bdc.paging import page_of
from dealers.domain.access import reach_of
from dealers.models import Role
from leads.domain.access import everywhere, may_anywhere
from leads.domain.agenda import agenda_of, late_leads, promised_leads, uncalled_leads
from leads.domain.up_line import own_places
from leads.forms.finding import Attention, LeadFilterForm
from leads.models import Lead, LeadQuerySet, Queue, Status
from leads.views.rows import rows_of

MOST_OWN_LEADS = 300
MOST_COUNTED = 99
MINE, ALL = "mine", "all"
FILTERS = "filters"  # the id of the form, which htmx names as what asked


@require_safe
def leads_list(request: SignedInRequest) -> HttpResponse:
    """Salespeople begin with their own leads; everybody else with all leads they may see."""
    return _own_leads(request) if _wants_own(request) else _all_leads(request)


def _wants_own(request: SignedInRequest) -> bool:
    view = request.GET.get("view", "")
    if view == MINE:
        return may_anywhere(request.user, "take")
    return not request.GET and reach_of(request.user).has(Role.SALESPERSON)


def _own_leads(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, clock.now()
    mine = list(Lead.objects.visible_to(user).owned_by(user).for_rows()[:MOST_OWN_LEADS])
    agenda = agenda_of(mine, now=now)
    waiting = _without_owner(user).for_rows().order_by("received_at", "pk")[:MOST_COUNTED]
    sections = {
        name: rows_of(leads, reader=user, now=now)
        for name, leads in (
            ("now", agenda.now),
            ("today", agenda.today),
            ("later", agenda.later),
            ("awaiting", agenda.awaiting),
            ("waiting", list(waiting)),
        )
    }
    context = {
        **sections,
        "sent_back": [row for row in rows_of(mine, reader=user, now=now) if row.sent_back],
        "late": sum(row.is_late for row in sections["now"]),
        "has_own": bool(mine),
        "places": own_places(user, now=now),
        "tabs": _tabs(request, MINE),
        "poll_url": f"{reverse('leads:list')}?view={MINE}",
    }
    return render_part(request, "leads/mine.html", "mine", context)


def _without_owner(user: User) -> LeadQuerySet:
    """Leads that nobody has, where the reader may take one."""
    return Lead.objects.visible_to(user).filter(
        queue=Queue.CATCH_ALL, status=Status.OPEN, dealership__in=everywhere(user, "take")
    )


def _all_leads(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, clock.now()
    form = LeadFilterForm(request.GET, user=user, now=now)
    found = form.narrow(Lead.objects.visible_to(user)).for_rows()
    page = page_of(found, request, moment="received_at")
    context = {
        "filters": form,
        "page": page,
        "rows": rows_of(page.rows, reader=user, now=now),
        "chips": _chips(user, form, now=now),
        "tabs": _tabs(request, ALL),
        "takes": everywhere(user, "take"),
        "poll_url": request.get_full_path() if page.is_first and form.is_valid() else "",
    }
    status = 200 if form.is_valid() else 422
    response = render_part(request, "leads/list.html", "results", context, status=status)
    if request.htmx.trigger == FILTERS:
        push_url(response, _address(_said(request)))
    return response


def _said(request: SignedInRequest) -> dict[str, str]:
    """The filters of the address that say something, so that a new address is short."""
    asked = request.GET.dict()
    return {name: str(value) for name, value in asked.items() if value and name != "view"}


def _tabs(request: SignedInRequest, current: str) -> list[dict[str, Any]]:
    """Own leads and all leads, for who can have leads; others have one list and no tabs."""
    if not may_anywhere(request.user, "take"):
        return []
    names = ((MINE, _("My leads")), (ALL, _("All leads")))
    return [
        {
            "label": label,
            "url": f"{reverse('leads:list')}?view={name}",
            "is_current": name == current,
        }
        for name, label in names
    ]


def _chips(user: User, form: LeadFilterForm, *, now: datetime) -> list[dict[str, Any]]:
    """What asks for attention, counted to 99: each is a filter of the list."""
    leads = Lead.objects.visible_to(user)
    kinds = (
        (_("Late"), "late", {"attention": Attention.LATE}, leads.filter(late_leads(now))),
        (
            _("Nobody has it"),
            "late",
            {"queue": Queue.CATCH_ALL, "status": Status.OPEN},
            leads.filter(queue=Queue.CATCH_ALL, status=Status.OPEN),
        ),
        (
            _("Call-back past its time"),
            "late",
            {"attention": Attention.CALL_BACK},
            leads.filter(promised_leads(now)),
        ),
        (
            _("Not called yet"),
            "",
            {"attention": Attention.UNCALLED},
            leads.filter(uncalled_leads()),
        ),
        (
            _("Awaiting approval"),
            "",
            {"status": Status.PROPOSED},
            leads.filter(status=Status.PROPOSED),
        ),
    )
    asked = {name: str(value) for name, value in form.asked.items()}
    return [
        {
            "label": label,
            "tone": tone if count else "",
            "count": count,
            "url": _address({} if asked == set_ else set_),
            "is_current": asked == {name: str(value) for name, value in set_.items()},
        }
        for label, tone, set_, found in kinds
        for count in (found[:MOST_COUNTED].count(),)
    ]


def _address(asked: Mapping[str, Any]) -> str:
    return f"{reverse('leads:list')}?{urlencode({'view': ALL, **asked})}"
