"""The fixed list of close-out reasons (reference/close_out_reasons.csv; seed R-116, R-117)."""

from __future__ import annotations

import csv
from pathlib import Path

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bdc.triggers import refusal
from leads.models.reason_words import NEXT_STEPS, OUTCOMES

LIST = Path(__file__).resolve().parent.parent / "reference" / "close_out_reasons.csv"

with LIST.open(encoding="utf-8", newline="") as _file:
    FIXED_REASONS = tuple(csv.DictReader(_file))

# Test and duplicate leave the denominator of every figure, so they always need a second pair
# of eyes, also where the list names no approval (product.md, Close-out).
SECOND_PAIR_OF_EYES = ("BDC-01", "BDC-02")
POLLUTION_OUT_OF_THE_DENOMINATOR = ("BDC-01", "BDC-02")


def codes_needing(need: str) -> list[str]:
    """The codes whose close-out needs `need` as evidence."""
    return [row["code"] for row in FIXED_REASONS if need in row["needs"].split(";")]


def codes_on_track(*tracks: str) -> list[str]:
    """The codes that may end a round on one of `tracks` (bdc, sales, both, system)."""
    return [row["code"] for row in FIXED_REASONS if row["track"] in tracks]


class Track(models.TextChoices):
    BDC = "bdc", _("BDC")
    SALES = "sales", _("sales")
    BOTH = "both", _("BDC and sales")
    SYSTEM = "system", _("the system")


class CloseReason(models.Model):
    """One reason of the fixed list. It can be renamed or retired, not added or removed."""

    code = models.CharField(max_length=10, primary_key=True)
    track = models.CharField(max_length=6, choices=Track)
    group = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)
    label_nl = models.CharField(_("name in Dutch"), max_length=120)
    label_en = models.CharField(_("name in English"), max_length=120)
    needs = ArrayField(models.CharField(max_length=40), default=list)
    effect = models.CharField(max_length=30, blank=True)
    sales_next_step = models.CharField(_("next step for sales"), max_length=160)
    marketing_next_step = models.CharField(_("next step for marketing"), max_length=160)
    position = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(_("retired since"), null=True, blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name = _("close-out reason")
        triggers = [
            pgtrigger.Trigger(
                name="fixed_list",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=refusal("close_reason_is_never_removed"),
            ),
            pgtrigger.Trigger(
                name="fixed_codes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("code", "track", "needs", "effect"),
                func=(
                    "IF current_setting('spits.loading_reference', true) IS DISTINCT FROM 'on' "
                    f"THEN {refusal('close_reason_list_is_fixed')} END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        return self.label_en if get_language() == "en" else self.label_nl

    @property
    def outcome_label(self) -> str:
        return str(OUTCOMES.get(self.outcome, self.outcome))

    @property
    def sales_step_label(self) -> str:
        return str(NEXT_STEPS.get(self.sales_next_step, self.sales_next_step))

    @property
    def marketing_step_label(self) -> str:
        return str(NEXT_STEPS.get(self.marketing_next_step, self.marketing_next_step))

    @property
    def needs_second_pair_of_eyes(self) -> bool:
        return self.code in SECOND_PAIR_OF_EYES
