"""What each agent works on: a team lead chooses queues and campaigns, next call keeps to them.

Nothing chosen is everything. What a customer was promised goes before it: an agent's own
call-backs are always the agent's, and one that is overdue is everybody's, so that it never falls
into a hole because nobody is set to its campaign. Source: product.md, The queue,
Attempts and conversations (call-back).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed
from bdc.transactions import retrying_atomic
from dealers.domain.access import reach_of
from dealers.models import Membership, Role
from dealers.models.people import CENTRE_ROLES
from leads.domain.access import everywhere
from leads.models import (
    QUEUE_ORDER,
    AssignedCampaign,
    Campaign,
    Lead,
    Queue,
    QueueChange,
    WorkAssignment,
)


@dataclass(frozen=True)
class Scope:
    """What one membership gives to work on at its dealerships; nothing chosen is everything."""

    places: frozenset[int]
    queues: frozenset[str] = frozenset()
    campaigns: frozenset[int] = frozenset()
    without_campaign: bool = False

    @property
    def is_of_every_campaign(self) -> bool:
        return not self.campaigns and not self.without_campaign

    def includes(self, lead: Lead) -> bool:
        """Whether next call may give this lead. See also within(), and due.py for its SQL."""
        if lead.dealership_id not in self.places:
            return False
        if self.queues and lead.queue not in self.queues:
            return False
        if self.is_of_every_campaign:
            return True
        if lead.campaign_id is None:
            return self.without_campaign
        return lead.campaign_id in self.campaigns


def works_on(scopes: Iterable[Scope], lead: Lead) -> bool:
    """Whether the lead is among what an agent with these scopes works on."""
    return any(scope.includes(lead) for scope in scopes)


def within(scopes: Iterable[Scope], *, of: str = "") -> Q:
    """The same as works_on(), for the database; `of` leads to the lead (`lead__`)."""
    found = Q(pk__in=[])
    for scope in scopes:
        part = Q((f"{of}dealership__in", scope.places))
        if scope.queues:
            part &= Q((f"{of}queue__in", scope.queues))
        if not scope.is_of_every_campaign:
            of_campaigns = Q((f"{of}campaign__in", scope.campaigns))
            if scope.without_campaign:
                of_campaigns |= Q((f"{of}campaign", None))
            part &= of_campaigns
        found |= part
    return found


def scopes_of(agent: User) -> tuple[Scope, ...]:
    """What the agent works on; by each membership of a centre, where a team lead chose it."""
    places = everywhere(agent, "call_queue")
    if not reach_of(agent).has_chosen_work:
        return (Scope(places),)
    chosen = {
        assignment.membership_id: assignment
        for assignment in WorkAssignment.objects.filter(
            membership__user=agent, membership__has_chosen_work=True
        ).prefetch_related("assigned_campaigns")
    }
    reached = _places_of(Membership.objects.filter(user=agent, role__in=CENTRE_ROLES))
    return tuple(_scope(chosen.get(membership), places & at) for membership, at in reached.items())


def _scope(assignment: WorkAssignment | None, places: frozenset[int]) -> Scope:
    if assignment is None:
        return Scope(places)
    return Scope(
        places=places,
        queues=frozenset(assignment.queues),
        campaigns=frozenset(one.campaign_id for one in assignment.assigned_campaigns.all()),
        without_campaign=assignment.without_campaign,
    )


def _places_of(memberships: QuerySet[Membership]) -> dict[int, frozenset[int]]:
    """The dealerships of each membership of a centre: those served, or those it is narrowed to."""
    reached: defaultdict[int, set[int]] = defaultdict(set)
    rows = memberships.values_list("pk", "centre__services__dealership", "only_dealerships")
    for membership, served, narrowed_to in rows:
        if served is not None and narrowed_to in (None, served):
            reached[membership].add(served)
    return {membership: frozenset(places) for membership, places in reached.items()}


# --- What a team lead sets ---------------------------------------------------------------


def memberships_to_lead(user: User) -> QuerySet[Membership]:
    """The agents and team leads of the centres in which `user` is a team lead.

    One who is narrowed to some dealerships leads those who work at no others.
    """
    led = Membership.objects.filter(user=user, role=Role.TEAM_LEAD).values_list("centre")
    members = Membership.objects.filter(centre__in=led, role__in=CENTRE_ROLES)
    places = everywhere(user, "assign_work")
    below = [pk for pk, at in _places_of(members).items() if at <= places]
    return (
        Membership.objects.filter(pk__in=below, user__is_active=True)
        .select_related("user", "centre", "work_assignment")
        .prefetch_related(
            Prefetch("work_assignment__campaigns", queryset=Campaign.objects.order_by("name", "pk"))
        )
        .order_by("user__name", "user_id", "pk")
    )


def chosen_queues(membership: Membership) -> list[str]:
    """The queues that a team lead chose for this agent; none is all of them."""
    assignment: WorkAssignment | None = getattr(membership, "work_assignment", None)
    return list(assignment.queues) if assignment is not None else []


def queues_without_agent(memberships: Collection[Membership]) -> list[Queue]:
    """The queues that none of these agents is set to work on; what is due there waits."""
    chosen = [chosen_queues(one) for one in memberships]
    return [
        queue
        for queue in QUEUE_ORDER
        if chosen and not any(not queues or queue in queues for queues in chosen)
    ]


def campaigns_to_work_on(membership: Membership) -> QuerySet[Campaign]:
    """The campaigns that run at a dealership for which this membership works."""
    reached = _places_of(Membership.objects.filter(pk=membership.pk))
    return (
        Campaign.objects.filter(dealerships__in=reached.get(membership.pk, frozenset()))
        .select_related("group")
        .distinct()
        .order_by("group__name", "name", "pk")
    )


def work_problems(
    membership: Membership, *, queues: Collection[str], campaigns: Collection[Campaign]
) -> list[FieldProblem]:
    """What is wrong with a choice of work: an unknown queue, a campaign of elsewhere."""
    problems = []
    if not set(queues) <= {queue.value for queue in QUEUE_ORDER}:
        message = _("There is no such call queue.")
        problems.append(FieldProblem("queues", "unknown_queue", message))
    wanted = {campaign.pk for campaign in campaigns}
    offered = campaigns_to_work_on(membership).filter(pk__in=wanted).order_by()
    if wanted != {campaign.pk for campaign in offered}:
        message = _("This campaign runs where the agent does not work.")
        problems.append(FieldProblem("campaigns", "unknown_campaign", message))
    return problems


@retrying_atomic
def assign_work(
    membership: Membership,
    *,
    queues: Collection[str],
    campaigns: Collection[Campaign],
    without_campaign: bool,
    by: User,
    now: datetime,
) -> WorkAssignment:
    """Set what an agent is given by next call from now on; nothing chosen is everything.

    Who the agent is with stays with the agent. Raises Malformed for what is not there to choose.
    """
    if not memberships_to_lead(by).filter(pk=membership.pk).exists():
        raise NotAllowed(_("Only a team lead of this contact centre says who works on what."))
    problems = work_problems(membership, queues=queues, campaigns=campaigns)
    if problems:
        raise Malformed(*problems)
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    assignment, _is_new = WorkAssignment.objects.get_or_create(membership=membership)
    before = _as_text(assignment)
    assignment.queues = [queue.value for queue in QUEUE_ORDER if queue in set(queues)]
    assignment.without_campaign = without_campaign
    assignment.save()
    membership.has_chosen_work = bool(queues or campaigns or without_campaign)
    membership.save(update_fields=["has_chosen_work"])
    assignment.assigned_campaigns.all().delete()
    AssignedCampaign.objects.bulk_create(
        [AssignedCampaign(assignment=assignment, campaign=campaign) for campaign in campaigns]
    )
    after = _as_text(assignment)
    QueueChange.objects.bulk_create(
        [
            QueueChange(
                at=now,
                by=by,
                centre_id=membership.centre_id,
                agent_id=membership.user_id,
                field=name,
                before=before[name],
                after=after[name],
            )
            for name in before
            if before[name] != after[name]
        ]
    )
    return assignment


def _as_text(assignment: WorkAssignment) -> dict[str, str]:
    """The choice as the history keeps it: keys of queues, names of campaigns; empty is all."""
    named = assignment.assigned_campaigns.order_by("campaign__name", "campaign_id")
    return {
        "queues": ", ".join(assignment.queues),
        "campaigns": ", ".join(named.values_list("campaign__name", flat=True)),
        "without_campaign": str(assignment.without_campaign),
    }


def latest_changes_of(membership: Membership, *, count: int) -> QuerySet[QueueChange]:
    """The newest changes of what this agent works on first, with who made them."""
    changes = QueueChange.objects.filter(
        centre=membership.centre_id, agent=membership.user_id, campaign=None
    )
    return changes.select_related("by").order_by("-id")[:count]
