"""What every row that hangs on a lead has in common: its lead and its tenant key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from dealers.models import Dealership

if TYPE_CHECKING:
    from leads.models.lead import Lead


class OfLead(models.Model):
    """A row of one lead; it carries the lead's dealership, held by a composite key."""

    lead: models.ForeignKey[Lead, Lead] = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, related_name="%(class)ss"
    )
    dealership = models.ForeignKey(
        Dealership, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.dealership_id is None:
            self.dealership_id = self.lead.dealership_id
        super().save(*args, **kwargs)
