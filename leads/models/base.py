"""What every row that hangs on a lead has in common: its lead and its tenant key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pgtrigger
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


def refusal(rule: str) -> str:
    """The SQL that refuses a change in a trigger, as a constraint whose name is the rule."""
    return f"RAISE EXCEPTION '{rule}' USING ERRCODE = '23514', CONSTRAINT = '{rule}';"


def refuse_if(condition: str, rule: str, *, otherwise: str = "RETURN NEW;") -> str:
    """The SQL that refuses a change in a trigger when `condition` holds."""
    return f"IF {condition} THEN {refusal(rule)} END IF; {otherwise}"


def only_added(table: str) -> pgtrigger.Trigger:
    """Rows of `table` are only ever added: no update, no delete."""
    return pgtrigger.Trigger(
        name="only_added",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=refusal(f"{table}_rows_are_only_added"),
    )
