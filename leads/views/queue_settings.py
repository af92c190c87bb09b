"""The queues as team leads set them: who works on what, campaigns, and how often is called."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bdc import clock
from bdc.errors import Malformed, NotAllowed
from bdc.http import SignedInRequest
from dealers.domain.administration import (
    QUEUE_POLICY_FIELDS,
    change_queue_policy,
    dealerships_to_call_for,
)
from dealers.domain.policy_history import latest_changes
from dealers.forms.dealerships import QueuePolicyForm
from dealers.models import Role
from dealers.views.policy_words import entry_of as policy_entry_of
from leads.domain.access import may_anywhere
from leads.domain.agents_work import (
    assign_work,
    campaigns_to_work_on,
    latest_changes_of,
    memberships_to_lead,
    queues_without_agent,
)
from leads.domain.keeping_campaigns import (
    campaigns_visible_to,
    change_campaign,
    keeping_problem,
    latest_changes_of_campaign,
)
from leads.domain.scripts import field_words, spoken_lines
from leads.forms.queue_settings import CampaignForm, WorkForm
from leads.models import Campaign, ScriptField
from leads.views.queue_words import Work, entry_of
from leads.views.saying import at_moment

MOST_SHOWN = 200
MOST_CHANGES_SHOWN = 30
SAMPLE_CAR = "Volkswagen Golf"
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def queue_settings(request: SignedInRequest) -> HttpResponse:
    """Agents with their work, campaigns with their priority, dealerships with their maximums."""
    if not may_anywhere(request.user, "keep_campaigns"):
        raise NotAllowed(
            _("Only a team lead, marketer or administrator sets the queues. Ask one of them.")
        )
    memberships = list(memberships_to_lead(request.user)[:MOST_SHOWN])
    agents = [one for one in memberships if one.role == Role.AGENT]
    campaigns = list(campaigns_visible_to(request.user)[:MOST_SHOWN])
    context = {
        "leads_people": may_anywhere(request.user, "assign_work"),
        "people": [Work(one) for one in memberships],
        "without_agent": [queue.label for queue in queues_without_agent(agents)],
        "campaigns": [(one, keeping_problem(one, by=request.user) is None) for one in campaigns],
        "dealerships": list(dealerships_to_call_for(request.user)[:MOST_SHOWN]),
        "most_shown": MOST_SHOWN,
    }
    return render(request, "leads/queue_settings.html", context)


@get_or_post
def work(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one agent works on."""
    membership = get_object_or_404(memberships_to_lead(request.user), pk=pk)
    chosen = getattr(membership, "work_assignment", None)
    form = WorkForm(
        request.POST if request.method == "POST" else None,
        campaigns=list(campaigns_to_work_on(membership)[:MOST_SHOWN]),
        initial=WorkForm.of(chosen),
    )
    if request.method == "POST" and form.is_valid():
        try:
            assign_work(membership, **form.asked(), by=request.user, now=clock.now())
        except Malformed as wrong:
            _add_problems(form, wrong)
        else:
            messages.success(
                request,
                _("Saved. The next call of %(name)s keeps to it.") % {"name": membership.user},
            )
            return redirect("leads:queue-work", pk=pk)
    changes = latest_changes_of(membership, count=MOST_CHANGES_SHOWN)
    context = {
        "membership": membership,
        "form": form,
        "changes": [entry_of(change) for change in changes],
    }
    status = 422 if form.errors else 200
    return render(request, "leads/queue_work.html", context, status=status)


@get_or_post
def campaign(request: SignedInRequest, pk: int) -> HttpResponse:
    """How urgent a campaign is and what agents say for it; "preview" shows it and saves nothing."""
    kept = get_object_or_404(campaigns_visible_to(request.user), pk=pk)
    refusal = keeping_problem(kept, by=request.user)
    if refusal is not None:
        raise refusal
    form = CampaignForm(
        request.POST if request.method == "POST" else None,
        initial={"priority": kept.priority, "script": kept.script},
    )
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            change_campaign(kept, **form.cleaned_data, by=request.user, now=clock.now())
        except Malformed as wrong:
            _add_problems(form, wrong)
        else:
            messages.success(
                request, _("Saved. Open leads of this campaign follow within some minutes.")
            )
            return redirect("leads:queue-campaign", pk=pk)
    script = kept.script
    if form.is_bound:
        script = form.cleaned_data.get("script", "")
    changes = latest_changes_of_campaign(kept, count=MOST_CHANGES_SHOWN)
    context = {
        "campaign": kept,
        "form": form,
        "fields": [(f"{{{word}}}", field.label) for word, field in field_words()],
        "preview": _preview(kept, script, request),
        "changes": [entry_of(change) for change in changes],
    }
    status = 422 if form.errors else 200
    return render(request, "leads/queue_campaign.html", context, status=status)


def _preview(campaign: Campaign, script: str, request: SignedInRequest) -> list[str]:
    """The script as an agent would read it, with an invented customer."""
    tomorrow = (clock.now() + timedelta(days=1)).replace(minute=0, second=0)
    values = {
        ScriptField.NAME: _("Sander Example"),
        ScriptField.CAR: SAMPLE_CAR,
        ScriptField.FIRST_FREE: at_moment(tomorrow),
        ScriptField.DEALERSHIP: campaign.dealerships.all()[0].name,
        ScriptField.AGENT: request.user.get_short_name(),
    }
    return spoken_lines(script, values.__getitem__)


@get_or_post
def policy(request: SignedInRequest, slug: str) -> HttpResponse:
    """How often and when the queues of a dealership are called."""
    place = get_object_or_404(dealerships_to_call_for(request.user), slug=slug)
    form = QueuePolicyForm(request.POST if request.method == "POST" else None, instance=place)
    if request.method == "POST" and form.is_valid():
        try:
            change_queue_policy(place, policy=form.cleaned_data, by=request.user, now=clock.now())
        except Malformed as wrong:
            _add_problems(form, wrong)
        else:
            messages.success(request, _("Saved. It holds from now on for new rounds."))
            return redirect("leads:queue-policy", slug=slug)
    changes = latest_changes(place, count=MOST_CHANGES_SHOWN, fields=QUEUE_POLICY_FIELDS)
    context = {
        "dealership": place,
        "form": form,
        "changes": [policy_entry_of(change) for change in changes],
    }
    return render(request, "leads/queue_policy.html", context, status=422 if form.errors else 200)


def _add_problems(form: BaseForm, wrong: Malformed) -> None:
    for problem in wrong.problems:
        form.add_error(problem.field, str(problem.message))
