"""What an agent works on, as a team lead chose it; and what was changed in the queues, by whom."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bdc.triggers import only_added, refuse_if
from dealers.models import ContactCentre, Membership
from leads.models.campaign import Campaign
from leads.models.lead_codes import QUEUE_ORDER, Queue


class WorkAssignment(models.Model):
    """The queues and campaigns from which next call is given to an agent of a centre.

    Nothing chosen is everything, as it is for who has no row at all.
    """

    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="work_assignment"
    )
    queues = ArrayField(models.CharField(max_length=12, choices=Queue), default=list, blank=True)
    campaigns: models.ManyToManyField[Campaign, AssignedCampaign] = models.ManyToManyField(
        Campaign, through="AssignedCampaign", related_name="+"
    )
    # Beside the chosen campaigns: leads that came in without one.
    without_campaign = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("work of an agent")
        constraints = [
            models.CheckConstraint(
                name="work_assignment_of_queues_that_are_called_from",
                condition=Q(queues__contained_by=[queue.value for queue in QUEUE_ORDER]),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_a_centre",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=refuse_if(
                    "NOT EXISTS (SELECT 1 FROM dealers_membership"
                    " WHERE id = NEW.membership_id AND centre_id IS NOT NULL)",
                    "work_assignment_of_who_works_for_a_centre",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"work of {self.membership.user}"


class AssignedCampaign(models.Model):
    """One campaign that an agent works on: it runs at a dealership that the centre serves."""

    assignment = models.ForeignKey(
        WorkAssignment, on_delete=models.CASCADE, related_name="assigned_campaigns"
    )
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "campaign"], name="campaign_assigned_once"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="served_by_the_centre",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=refuse_if(
                    "NOT EXISTS (SELECT 1 FROM leads_workassignment a"
                    " JOIN dealers_membership m ON m.id = a.membership_id"
                    " JOIN dealers_centreservice s ON s.centre_id = m.centre_id"
                    " JOIN leads_campaign_dealerships d ON d.dealership_id = s.dealership_id"
                    " WHERE a.id = NEW.assignment_id AND d.campaign_id = NEW.campaign_id)",
                    "campaign_assigned_where_the_centre_works",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.campaign}"


class QueueChange(models.Model):
    """One setting of the queues as it was and as it is from `at` on: of an agent, or a campaign."""

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    centre = models.ForeignKey(
        ContactCentre, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="changes", null=True, blank=True
    )
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        verbose_name = _("change of the queues")
        constraints = [
            models.CheckConstraint(
                name="queue_change_changes_something", condition=~Q(before=F("after"))
            ),
            models.CheckConstraint(
                name="queue_change_of_an_agent_or_a_campaign",
                condition=Q(centre__isnull=False, agent__isnull=False, campaign=None)
                | Q(centre=None, agent=None, campaign__isnull=False),
            ),
        ]
        indexes = [
            # The pages of an agent and of a campaign: their latest changes.
            models.Index(
                fields=["centre", "agent", "-id"],
                name="queue_change_of_an_agent",
                condition=Q(campaign=None),
            ),
            models.Index(
                fields=["campaign", "-id"],
                name="queue_change_of_a_campaign",
                condition=Q(centre=None),
            ),
        ]
        triggers = [only_added("queue_change")]

    def __str__(self) -> str:
        return f"{self.agent or self.campaign}: {self.field}"
