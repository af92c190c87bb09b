"""Imports of passive files: what was in them, and what became of every row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dealers.models import DealerGroup, Dealership
from leads.models import Campaign, Lead, RawInput


class Import(models.Model):
    """One file that was taken in for a campaign and a dealership."""

    class State(models.TextChoices):
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    dealership = models.ForeignKey(Dealership, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="imports")
    raw = models.ForeignKey(RawInput, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State)
    problem = models.CharField(max_length=40, blank=True)
    rows = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("import")
        constraints = [
            models.CheckConstraint(
                name="import_rows_are_imported_duplicate_or_rejected",
                condition=Q(rows=F("imported") + F("duplicates") + F("rejected")),
            ),
            models.CheckConstraint(
                name="import_failed_says_why",
                condition=Q(state="done", problem="") | (Q(state="failed") & ~Q(problem="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"


class ImportRow(models.Model):
    """What became of a row; an equal row of the same dealership and campaign is a duplicate."""

    class Outcome(models.TextChoices):
        IMPORTED = "imported", _("imported")
        DUPLICATE = "duplicate", _("duplicate")
        REJECTED = "rejected", _("rejected")

    import_of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="outcomes")
    dealership = models.ForeignKey(Dealership, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    row_number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Outcome)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dealership", "campaign", "digest"],
                condition=~Q(outcome="duplicate"),
                name="import_row_is_worked_once",
            ),
            models.CheckConstraint(
                name="import_row_imported_into_a_lead",
                condition=Q(outcome="rejected", lead=None)
                | (~Q(outcome="rejected") & Q(lead__isnull=False))
                | Q(outcome="duplicate"),
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.outcome}"
