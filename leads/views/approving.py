"""Close-outs to approve: the doubtful ones first, and after each decision the next one opens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import replace_url

from bdc import clock
from bdc.http import SignedInRequest, number_in, render_part
from bdc.repeating import done_once
from leads.domain.access import may_anywhere
from leads.domain.approving import OVERRIDES_TO_CHOOSE, approve, send_back
from leads.domain.judging import Request, last_decision_of, requests_to_judge
from leads.domain.undecided import undecided_proposals
from leads.models import Lead, Proposal
from leads.views.answering import visible_lead
from leads.views.lead_page import LeadPage
from leads.views.saying import who

TEMPLATE = "leads/approving.html"
APPROVE = "approve"


@require_safe
def approving(request: SignedInRequest) -> HttpResponse:
    """The close-outs that wait for the reader; `?lead=` opens another than the first.

    An administrator sees what nobody decides on; deciding is not his.
    """
    _require_reader(request)
    return _show(request, chosen=_chosen(request))


@require_safe
def waiting(request: SignedInRequest) -> HttpResponse:
    """The list alone, drawn anew while the evidence of `?lead=` stands open beside it."""
    _require_reader(request)
    if not request.htmx:
        return redirect("leads:approving")
    context = {
        "requests": requests_to_judge(request.user),
        "chosen": _chosen(request),
        "is_list_alone": True,
    }
    return render_part(request, TEMPLATE, "requests", context)


def _require_reader(request: SignedInRequest) -> None:
    if not any(may_anywhere(request.user, one) for one in ("approve_bdc", "see_undecided")):
        raise PermissionDenied


def _chosen(request: SignedInRequest) -> int | None:
    return number_in(request.GET.get("lead", ""))


@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Approve, or send back with an instruction; then the next one opens."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    following = _after(pk, requests_to_judge(request.user))
    said = done_once(request, lambda: _decide(request, lead), now=clock.now()) or ""
    url = reverse("leads:approving") + (f"?lead={following}" if following else "")
    messages.success(request, said)
    if not request.htmx:
        return redirect(url)
    return replace_url(_show(request, chosen=following), url)


def _decide(request: SignedInRequest, lead: Lead) -> str:
    decision = request.POST.get("decision", "")
    if decision == APPROVE:
        override = request.POST.get("override", "")
        approve(lead, by=request.user, now=clock.now(), override=override, asks_override=True)
        return _("%(who)s: approved.") % {"who": who(lead)}
    send_back(lead, instruction=decision, by=request.user, now=clock.now())
    words = Proposal.Instruction(decision).label
    return _("%(who)s: sent back, %(words)s.") % {"who": who(lead), "words": words}


def override_choices() -> list[tuple[str, str]]:
    """Why a norm can be overridden, to choose from."""
    return [(value, str(Proposal.Override(value).label)) for value in OVERRIDES_TO_CHOOSE]


def _after(pk: int, requests: list[Request]) -> int | None:
    """The lead whose close-out comes after this one in the list, to open by itself."""
    pks = [request.lead.pk for request in requests]
    if pk not in pks:
        return None
    rest = [*pks[pks.index(pk) + 1 :], *pks[: pks.index(pk)]]
    return rest[0] if rest else None


def _show(request: SignedInRequest, *, chosen: int | None) -> HttpResponse:
    requests = requests_to_judge(request.user)
    shown = next((one for one in requests if one.lead.pk == chosen), None)
    shown = shown or (requests[0] if requests else None)
    context: dict[str, Any] = {
        "requests": requests,
        "shown": shown,
        "chosen": shown.lead.pk if shown else None,
        "overrides": override_choices(),
        "undecided": undecided_proposals(request.user, now=clock.now()),
        "decides": may_anywhere(request.user, "approve_bdc"),
    }
    if shown is None:
        context["last"] = last_decision_of(request.user)
    else:
        visible = visible_lead(request, shown.lead.pk)
        context |= {"lead": visible, "page": LeadPage.of(request, visible)}
    return render_part(request, TEMPLATE, "approving", context)
