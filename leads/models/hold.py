"""Who is with which customer right now: holds of agents, and how they let go."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.models.base import OfLead
from leads.models.customer import Customer


class Hold(OfLead):
    """A customer is held for one agent, and an agent holds one customer (product.md, The queue).

    Person keys are global, since an agent may work for several groups.
    """

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="hold")
    agent = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hold"
    )
    taken_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [
            # The sweep of lapsed holds.
            models.Index(fields=["until"], name="hold_until"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} holds customer {self.customer_id}"


class Release(OfLead):
    """An agent let a held lead go; it is kept from this agent for 30 minutes."""

    class Reason(models.TextChoices):
        NOT_NOW = "not_now", _("not now")
        TECHNICAL = "technical", _("technical fault")
        WRONG_PERSON = "wrong_person", _("not for me")

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason)
    at = models.DateTimeField()
    # Undone: the agent may be offered the lead again at once.
    is_undone = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # Next call: what this agent let go of in the last half hour.
            models.Index(fields=["agent", "lead", "at"], name="release_of_an_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} released lead {self.lead_id}"
