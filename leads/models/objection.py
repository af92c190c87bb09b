"""Objections to calls (*recht van verzet*): never undone, only withdrawn by a manager."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bdc.triggers import refusal, refuse_if
from dealers.models import DealerGroup
from leads.models.customer import OBJECTION_AGREES, Customer


class Objection(models.Model):
    """A customer objected to calls; it stands until a manager withdraws it, with a reason."""

    class WhyWithdrawn(models.TextChoices):
        CUSTOMER_ASKED = "customer_asked", _("the customer asks to be called again")
        BY_MISTAKE = "by_mistake", _("recorded by mistake")
        ANOTHER_PERSON = "another_person", _("somebody else objected, not this customer")

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="objections")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    why_withdrawn = models.CharField(max_length=16, choices=WhyWithdrawn, blank=True)
    # What the manager adds in own words; personal, so it may be cleared.
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="objection_withdrawn_by_somebody_with_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, why_withdrawn="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(why_withdrawn="")
                ),
            ),
            models.CheckConstraint(
                name="objection_withdrawn_after_it_was_made",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("at")),
            ),
        ]
        indexes = [
            # What stands against calls to a customer; checked whenever it changes.
            models.Index(fields=["customer", "at"], name="objection_of_a_customer"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="agrees",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("customer_id", "withdrawn_at"),
                timing=pgtrigger.Deferred,
                func=OBJECTION_AGREES.format(
                    customers="NEW.customer_id, coalesce(OLD.customer_id, NEW.customer_id)"
                ),
            ),
            pgtrigger.Trigger(
                name="withdrawn_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=refuse_if(
                    "NEW.at IS DISTINCT FROM OLD.at OR NEW.by_id IS DISTINCT FROM OLD.by_id"
                    " OR (OLD.withdrawn_at IS NOT NULL AND"
                    " (NEW.withdrawn_at, NEW.withdrawn_by_id, NEW.why_withdrawn)"
                    " IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id, OLD.why_withdrawn))",
                    "objection_is_withdrawn_once",
                ),
            ),
            pgtrigger.Trigger(
                name="never_removed",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=refusal("objection_is_never_removed"),
            ),
        ]

    def __str__(self) -> str:
        return f"objection of customer {self.customer_id} at {self.at:%Y-%m-%d}"
