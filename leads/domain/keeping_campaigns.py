"""How urgent a campaign is and what agents say for it: set by who keeps campaigns, with history.

A new priority reaches the open leads of the campaign by batches: the first that are due at once,
the rest by the sweep (give_priorities). Source: contract.md,
Who may (campaigns); product.md, The queue.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed
from bdc.transactions import retrying_atomic
from dealers.domain.access import reach_of
from leads.domain.access import everywhere
from leads.domain.scripts import script_problem, tidy_script
from leads.models import Campaign, Lead, QueueChange
from leads.models.campaign import HIGHEST_PRIORITY

LEADS_AT_ONCE = 1000
CAMPAIGNS_AT_ONCE = 20
# An import that began before the change still writes the old priority.
IMPORTS_END_WITHIN = timedelta(hours=1)


def campaigns_visible_to(user: User) -> QuerySet[Campaign]:
    """The campaigns that run at a dealership that the user reaches, the most urgent first."""
    return (
        Campaign.objects.filter(dealerships__in=reach_of(user).dealerships)
        .select_related("group")
        .prefetch_related("dealerships")
        .distinct()
        .order_by("group__name", "-priority", "name", "pk")
    )


def keeping_problem(campaign: Campaign, *, by: User) -> NotAllowed | None:
    """Return why `by` may not change a campaign, or None.

    It is one for all its dealerships, so whoever changes it keeps campaigns at each of them.
    """
    places = {place.pk for place in campaign.dealerships.all()}
    if places and places <= everywhere(by, "keep_campaigns"):
        return None
    return NotAllowed(
        _(
            "Only a marketer, team lead or administrator of every dealership where this campaign "
            "runs changes it."
        )
    )


def campaign_problems(*, priority: int, script: str) -> list[FieldProblem]:
    """What is wrong with a priority and a tidy script."""
    problems = []
    if not 0 <= priority <= HIGHEST_PRIORITY:
        message = _("Choose a priority from 0 to 99.")
        problems.append(FieldProblem("priority", "out_of_range", message))
    problem = script_problem(script)
    return [*problems, *([problem] if problem is not None else [])]


@retrying_atomic
def change_campaign(
    campaign: Campaign, *, priority: int, script: str, by: User, now: datetime
) -> Campaign:
    """Set how urgent a campaign is and what agents say for it, from now on.

    Raises Malformed for a priority that there is not and for a field that no lead has.
    """
    refusal = keeping_problem(campaign, by=by)
    if refusal is not None:
        raise refusal
    script = tidy_script(script)
    problems = campaign_problems(priority=priority, script=script)
    if problems:
        raise Malformed(*problems)
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    changes = [
        QueueChange(at=now, by=by, campaign=campaign, field=name, before=before, after=after)
        for name, before, after in (
            ("priority", str(campaign.priority), str(priority)),
            ("script", campaign.script, script),
        )
        if before != after
    ]
    QueueChange.objects.bulk_create(changes)
    campaign.script = script
    if campaign.priority != priority:
        campaign.priority, campaign.priority_changed_at = priority, now
    campaign.save(update_fields=["script", "priority", "priority_changed_at"])
    if campaign.priority_changed_at == now:
        _give_priority(campaign)
    return campaign


def give_priorities(now: datetime) -> int:
    """Give open leads the priority that their campaign has now; return how many."""
    changed = Campaign.objects.filter(priority_changed_at__isnull=False)
    numbers = changed.order_by("priority_changed_at").values_list("pk", flat=True)
    return sum(_go_on_giving(pk, now=now) for pk in list(numbers[:CAMPAIGNS_AT_ONCE]))


@retrying_atomic
def _go_on_giving(pk: int, *, now: datetime) -> int:
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=pk)
    given = _give_priority(campaign)
    since = campaign.priority_changed_at
    is_settled = since is not None and now - since >= IMPORTS_END_WITHIN
    if is_settled and not _with_another_priority(campaign).exists():
        campaign.priority_changed_at = None
        campaign.save(update_fields=["priority_changed_at"])
    return given


def _give_priority(campaign: Campaign) -> int:
    """The first batch, who is due soonest first; leads that somebody works on right now wait."""
    leads = _with_another_priority(campaign).order_by("next_call_at", "pk")
    locked = leads.select_for_update(no_key=True, skip_locked=True, of=("self",))
    batch = list(locked.values_list("pk", flat=True)[:LEADS_AT_ONCE])
    return Lead.objects.filter(pk__in=batch).update(priority=campaign.priority)


def _with_another_priority(campaign: Campaign) -> QuerySet[Lead]:
    return Lead.objects.not_closed().filter(campaign=campaign).exclude(priority=campaign.priority)


def latest_changes_of_campaign(campaign: Campaign, *, count: int) -> QuerySet[QueueChange]:
    """The newest changes first, with who made them."""
    return campaign.changes.select_related("by").order_by("-id")[:count]
