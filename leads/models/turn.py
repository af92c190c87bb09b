"""Whose turn it is: the up line for visitors, and who got a lead the longest ago."""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bdc.triggers import only_added, refuse_if
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


class UpLineDrop(models.Model):
    """A sales manager puts somebody at the end of the up line until a moment, or gives it back."""

    class Reason(models.TextChoices):
        BUSY = "busy", _("busy with a visitor or a delivery")
        NOT_THERE = "not_there", _("not in the showroom")
        MEETING = "meeting", _("in a meeting or training")
        OWN_WISH = "own_wish", _("asked for it")

    dealership = models.ForeignKey(Dealership, on_delete=models.CASCADE, related_name="+")
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(max_length=10, choices=Reason)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    given_back_at = models.DateTimeField(null=True, blank=True)
    given_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="up_line_drop_ends_within_a_day",
                condition=Q(until__gt=F("at"), until__lte=F("at") + timedelta(days=1)),
            ),
            models.CheckConstraint(
                name="up_line_drop_given_back_by_somebody_in_time",
                condition=Q(given_back_at=None, given_back_by=None)
                | Q(
                    given_back_at__gte=F("at"),
                    given_back_at__lte=F("until"),
                    given_back_at__isnull=False,
                    given_back_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="up_line_drop_decided_by_another",
                condition=~Q(by=F("salesperson"))
                & (Q(given_back_by=None) | ~Q(given_back_by=F("salesperson"))),
            ),
            ExclusionConstraint(
                name="up_line_drop_one_at_a_time",
                expressions=[
                    ("dealership", RangeOperators.EQUAL),
                    ("salesperson", RangeOperators.EQUAL),
                    (
                        Func(
                            F("at"),
                            Coalesce(F("given_back_at"), F("until")),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="only_given_back",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=refuse_if(
                    "TG_OP = 'DELETE' OR OLD.given_back_at IS NOT NULL OR ROW(NEW.dealership_id,"
                    " NEW.salesperson_id, NEW.reason, NEW.by_id, NEW.at, NEW.until) IS DISTINCT"
                    " FROM ROW(OLD.dealership_id, OLD.salesperson_id, OLD.reason, OLD.by_id,"
                    " OLD.at, OLD.until)",
                    "up_line_drop_rows_are_only_given_back",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.salesperson} at {self.dealership}, until {self.until}"


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
