"""What is typed about a dealership: policy, brands, own areas, hours and closing days."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from dealers.domain.administration import POLICY_FIELDS, limit_problems
from dealers.models import Dealership

AREA = re.compile(r"^\s*(\d{4})\s*(?:[-–]\s*(\d{4}))?\s*$")
BLOCK = re.compile(r"^\s*(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})\s*$")
CLOSED = ("", "-", "dicht", "closed")


class PolicyForm(forms.ModelForm):
    """How the dealership works, within the limits of its group."""

    brands = forms.CharField(label=_("Brands"), help_text=_("Separated by commas."), required=False)
    aliases = forms.CharField(
        label=_("Other names in lead documents"),
        help_text=_("One on each line. A document for any of them comes here."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    areas = forms.CharField(
        label=_("Own postcode areas"), help_text=_("For example 5600-5658, 5660."), required=False
    )

    class Meta:
        model = Dealership
        fields = POLICY_FIELDS
        widgets = {
            "calls_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "calls_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "open_lead_cap": _("Empty: no cap."),
            "calls_from": _("Narrows the legal hours; it cannot widen them."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.instance
        self.initial = {
            **self.initial,
            "brands": ", ".join(place.brands),
            "aliases": "\n".join(place.aliases),
            "areas": ", ".join(str(area) for area in place.postcode_areas.order_by("first")),
        }

    def clean_brands(self) -> list[str]:
        return [
            name.strip()[:60] for name in self.cleaned_data["brands"].split(",") if name.strip()
        ]

    def clean_aliases(self) -> list[str]:
        lines = self.cleaned_data["aliases"].splitlines()
        return [name.strip()[:120] for name in lines if name.strip()]

    def clean_areas(self) -> list[tuple[int, int]]:
        areas = []
        for part in filter(str.strip, self.cleaned_data["areas"].split(",")):
            match = AREA.match(part)
            if match is None:
                raise ValidationError(_("Write areas as four digits, for example 5600-5658, 5660."))
            first = int(match[1])
            areas.append((first, int(match[2] or first)))
        return areas

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        asked = Dealership(group=self.instance.group)
        for side in ("salesperson", "passive", "second_voice", "unreached", "inbound"):
            setattr(asked, f"attempts_{side}", cleaned.get(f"attempts_{side}") or 0)
        for problem in limit_problems(asked):
            if problem.field not in self.errors:
                self.add_error(problem.field, str(problem.message))
        return cleaned

    def policy(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in POLICY_FIELDS}


class HoursForm(forms.Form):
    """Opening hours of a week, several blocks a day, and days on which it is closed."""

    closing_days = forms.CharField(
        label=_("Closing days"),
        help_text=_("One on each line: 31-12-2026 Stocktaking. Public holidays are known."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

    def __init__(self, *args: Any, dealership: Dealership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        blocks = list(dealership.opening_blocks.all())
        hours = {
            f"day_{weekday}": forms.CharField(
                label=str(name).capitalize(),
                required=False,
                help_text=_("For example 8:30-12:00, 13:00-18:00.") if weekday == 0 else "",
                initial=", ".join(
                    f"{block.opens:%H:%M}-{block.closes:%H:%M}"
                    for block in blocks
                    if block.weekday == weekday
                ),
            )
            for weekday, name in WEEKDAYS.items()
        }
        self.fields = hours | self.fields
        self.initial["closing_days"] = "\n".join(
            f"{formats.date_format(day.on, 'd-m-Y')} {day.reason}".strip()
            for day in dealership.closing_days.order_by("on")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        blocks: list[tuple[int, time, time]] = []
        for weekday in WEEKDAYS:
            try:
                blocks += [
                    (weekday, *hours) for hours in _read_blocks(cleaned.get(f"day_{weekday}", ""))
                ]
            except ValueError:
                self.add_error(
                    f"day_{weekday}",
                    _("Write hours as 8:30-18:00, several separated by commas."),
                )
        cleaned["blocks"] = blocks
        return cleaned

    def clean_closing_days(self) -> list[tuple[date, str]]:
        days = []
        for line in filter(str.strip, self.cleaned_data["closing_days"].splitlines()):
            written, _space, reason = line.strip().partition(" ")
            try:
                day, month, year = (int(part) for part in re.split(r"[-/.]", written))
                days.append((date(year, month, day), reason.strip()))
            except ValueError:
                raise ValidationError(
                    _("Write a day as 31-12-2026, with a reason after it if you like.")
                ) from None
        return days


def _read_blocks(written: str) -> list[tuple[time, time]]:
    """The blocks of one day; raises ValueError for what is no hour."""
    if written.strip().casefold() in CLOSED:
        return []
    blocks = []
    for part in written.split(","):
        match = BLOCK.match(part)
        if match is None:
            raise ValueError(part)
        opens = time(int(match[1]), int(match[2]))
        closes = time(int(match[3]), int(match[4]))
        if opens >= closes:
            raise ValueError(part)
        blocks.append((opens, closes))
    return blocks
