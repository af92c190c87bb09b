"""What is typed about opening hours and closing days."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dealers.models import Dealership

BLOCK = re.compile(r"^\s*(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})\s*$")
CLOSED = ("", "-", "dicht", "closed")
CENTURY = 2000


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
                initial=", ".join(
                    f"{block.opens:%H:%M}-{block.closes:%H:%M}"
                    for block in blocks
                    if block.weekday == weekday
                ),
                widget=forms.TextInput(
                    attrs={"placeholder": pgettext_lazy("opening hours", "closed")}
                ),
            )
            for weekday, name in WEEKDAYS.items()
        }
        self.fields = hours | self.fields
        self.initial["closing_days"] = "\n".join(
            f"{formats.date_format(day.on, 'd-m-Y')} {day.reason}".strip()
            for day in dealership.closing_days.order_by("on")
        )

    def days(self) -> list[BoundField]:
        """The fields of Monday to Sunday."""
        return [self[f"day_{weekday}"] for weekday in WEEKDAYS]

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
                days.append((_read_day(written), reason.strip()))
            except ValueError:
                raise ValidationError(
                    _(
                        "“%(written)s” is no day. Write one as 31-12-2026, with a reason after it "
                        "if you like."
                    ),
                    params={"written": line.strip()[:40]},
                ) from None
        return days


def _read_day(written: str) -> date:
    """31-12-2026 or 31/12/26; raises ValueError for what is no day."""
    day, month, year = (int(part) for part in re.split(r"[-/.]", written))
    return date(year if year >= 100 else CENTURY + year, month, day)


def _read_blocks(written: str) -> list[tuple[time, time]]:
    """The blocks of one day; raises ValueError for what is no hour."""
    if written.strip().casefold() in CLOSED:
        return []
    blocks = []
    for part in written.split(","):
        match = BLOCK.match(part)
        if match is None:
            raise ValueError(part)
        blocks.append((time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))))
    return blocks
