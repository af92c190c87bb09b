"""What arrived, as it arrived; and what of it no lead could be made from yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dealers.models import DealerGroup, Dealership


class RawInput(models.Model):
    """The bytes of a request, document or file, kept before anybody reads them."""

    class Door(models.TextChoices):
        API = "api", _("API")
        ADF = "adf", _("ADF document")
        COMMAND = "command", _("command")
        FILE = "file", _("file")
        PAGE = "page", _("page")

    door = models.CharField(max_length=10, choices=Door)
    content_type = models.CharField(max_length=120, blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    def __str__(self) -> str:
        return f"{self.get_door_display()} {self.pk}"


class Reject(models.Model):
    """A part of an input that waits for a person: what was wrong, and what could be read.

    No lead is ever lost (product.md; contract.md, POST leads/adf/).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CORRECTED = "corrected", _("corrected")
        DISMISSED = "dismissed", _("dismissed")

    raw = models.ForeignKey(RawInput, on_delete=models.PROTECT, related_name="rejects")
    # Who may see it: a group, narrowed to a dealership where that is known.
    group = models.ForeignKey(
        DealerGroup, on_delete=models.PROTECT, related_name="rejects", null=True
    )
    dealership = models.ForeignKey(
        Dealership, on_delete=models.PROTECT, related_name="rejects", null=True
    )
    position = models.PositiveIntegerField(default=1)
    code = models.CharField(max_length=40)
    detail = models.TextField()
    # What could be read of it, to fill in the form of whoever corrects it.
    prefill = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("reject")
        constraints = [
            models.UniqueConstraint(fields=["raw", "position"], name="reject_once_per_position"),
            models.CheckConstraint(
                name="reject_corrected_into_a_lead",
                condition=~Q(state="corrected") | Q(lead__isnull=False),
            ),
            models.CheckConstraint(
                name="reject_decided_by_somebody",
                condition=Q(state="waiting", decided_at=None) | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [
            # The page of rejects: the waiting ones of a group, newest first.
            models.Index(
                fields=["group", "-id"], name="reject_waiting", condition=Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.pk})"

    @property
    def title(self) -> str:
        """The most telling part of what could be read: a name, a number, or some cells."""
        known = [self.prefill.get(name, "") for name in ("name", "phone", "email")]
        filled = [cell for _title, cell in self.cells if cell.strip()]
        found = [*filter(None, known), ", ".join(filled[:3])]
        return str(found[0])[:120]

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The row of a file: titles and cells in their order; empty for what is no row."""
        return [(title, cell) for title, cell in self.prefill.get("cells", [])]
