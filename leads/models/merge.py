"""Merges: two customers of a dealer group turned out to be one; what moved, and its undoing."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bdc.triggers import refusal, refuse_if
from dealers.models import DealerGroup
from leads.models.customer import MERGED_BY_A_MERGE, Customer


class CustomerMerge(models.Model):
    """`other` was merged into `survivor`; `moved` holds the ids of what went over.

    Rows are never removed. An undone merge keeps who undid it and when.
    """

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merges")
    other = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    # Ids by kind of row, and what the survivor had before; nothing personal.
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["other"], condition=Q(undone_at=None), name="merge_of_a_customer_once"
            ),
            models.CheckConstraint(
                name="merge_of_two_customers", condition=~Q(survivor=F("other"))
            ),
            models.CheckConstraint(
                name="merge_undone_by_somebody_at_a_time",
                condition=Q(undone_by=None) | Q(undone_at__isnull=False),
            ),
        ]
        indexes = [
            # The newest merge that stands, which is the one that can be undone.
            models.Index(
                fields=["survivor", "-id"], name="merge_that_stands", condition=Q(undone_at=None)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="agrees",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("undone_at"),
                timing=pgtrigger.Deferred,
                func=MERGED_BY_A_MERGE.format(customers="NEW.other_id"),
            ),
            pgtrigger.Trigger(
                name="nobody_is_with_them",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refuse_if(
                    "EXISTS (SELECT 1 FROM leads_hold WHERE customer_id IN"
                    " (NEW.survivor_id, NEW.other_id))"
                    " OR EXISTS (SELECT 1 FROM leads_call JOIN leads_lead"
                    " ON leads_lead.id = leads_call.lead_id WHERE leads_call.ended_at IS NULL"
                    " AND leads_lead.customer_id IN (NEW.survivor_id, NEW.other_id))",
                    "merge_of_customers_whom_nobody_is_with",
                ),
            ),
            # An objection of one ends what was open of the other, but for a later own request.
            pgtrigger.Trigger(
                name="ends_what_was_objected_to",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=refuse_if(
                    "EXISTS (SELECT 1 FROM leads_lead l JOIN leads_objection o"
                    " ON o.customer_id = l.customer_id WHERE l.customer_id = NEW.survivor_id"
                    " AND l.status <> 'closed' AND o.withdrawn_at IS NULL"
                    " AND (l.requested_at IS NULL OR l.requested_at <= o.at)"
                    " AND (NEW.moved -> 'leads' @> to_jsonb(l.id))"
                    " <> (NEW.moved -> 'objections' @> to_jsonb(o.id))"
                    " AND NOT EXISTS (SELECT 1 FROM leads_objection own"
                    " WHERE own.customer_id = l.customer_id AND own.withdrawn_at IS NULL"
                    " AND own.at >= o.at AND (NEW.moved -> 'leads' @> to_jsonb(l.id))"
                    " = (NEW.moved -> 'objections' @> to_jsonb(own.id))))",
                    "merge_ends_what_was_objected_to",
                    otherwise="RETURN NULL;",
                ),
            ),
            pgtrigger.Trigger(
                name="undone_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=refuse_if(
                    "OLD.undone_at IS NOT NULL OR (NEW.survivor_id, NEW.other_id, NEW.at,"
                    " NEW.moved) IS DISTINCT FROM (OLD.survivor_id, OLD.other_id, OLD.at,"
                    " OLD.moved)",
                    "merge_is_undone_once",
                ),
            ),
            pgtrigger.Trigger(
                name="never_removed",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=refusal("merge_is_never_removed"),
            ),
        ]

    def __str__(self) -> str:
        return f"customer {self.other_id} into {self.survivor_id}"
