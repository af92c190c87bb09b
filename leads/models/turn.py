"""Whose turn it is: the up line for visitors, and who got a lead the longest ago."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bdc.triggers import only_added
from dealers.models import Dealership


class Turn(models.Model):
    """A salesperson's place at a dealership (product.md, Up line).

    `stands_since` orders the up line: who serves a visitor goes to the back. `served_at` is
    when the last lead came; the least recently served gets the next.
    """

    dealership = models.ForeignKey(Dealership, on_delete=models.CASCADE, related_name="turns")
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="turns"
    )
    stands_since = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dealership", "salesperson"], name="turn_once"),
        ]

    def __str__(self) -> str:
        return f"{self.salesperson} at {self.dealership}"


class UpLineOverride(models.Model):
    """A sales manager lets overdue follow-ups pass for a day: the person stands in turn."""

    dealership = models.ForeignKey(Dealership, on_delete=models.CASCADE, related_name="+")
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    local_date = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dealership", "salesperson", "local_date"],
                name="up_line_overridden_once_a_day",
            ),
            models.CheckConstraint(
                name="up_line_never_overridden_for_oneself",
                condition=~Q(by=F("salesperson")),
            ),
        ]
        triggers = [only_added("up_line_override")]

    def __str__(self) -> str:
        return f"{self.salesperson} at {self.dealership}, {self.local_date}"


class Offer(models.Model):
    """An active lead was offered to a salesperson; the two-minute clock offers it on."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="offers")
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "salesperson"], name="lead_offered_once_to_a_salesperson"
            ),
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id} to {self.salesperson}"
