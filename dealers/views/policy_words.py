"""A change of policy as a sentence of the page: which setting, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bdc.accounts.models import User
from dealers.models import Dealership, PolicyChange
from dealers.models.dealership import Routing

# What is no column of a dealership.
NAMES = {
    "areas": gettext_lazy("Own postcode areas"),
    "closing_days": gettext_lazy("Closing days"),
    **{f"day_{number}": name for number, name in WEEKDAYS.items()},
}
VALUES = {
    "True": gettext_lazy("yes"),
    "False": gettext_lazy("no"),
    **dict(Routing.choices),
}
SECONDS = ":00"


@dataclass(frozen=True)
class Entry:
    """An entry of parts/_timeline.html."""

    at: datetime
    by: User | None
    text: str
    icon: str = "adjustments"


def entry_of(change: PolicyChange) -> Entry:
    words = {
        "setting": _name(change.field),
        "before": _value(change.field, change.before),
        "after": _value(change.field, change.after),
    }
    return Entry(change.at, change.by, _("%(setting)s: %(before)s → %(after)s") % words)


def _name(field: str) -> str:
    if field in NAMES:
        return capfirst(str(NAMES[field]))
    column = next((one for one in Dealership._meta.fields if one.name == field), None)
    return capfirst(str(column.verbose_name)) if column else field


def _value(field: str, value: str) -> str:
    if not value:
        return pgettext("opening hours", "closed") if field.startswith("day_") else "–"
    if field.startswith("calls_"):
        return value.removesuffix(SECONDS)
    return str(VALUES.get(value, value))
