"""The history of a dealership's policy and hours: what was changed, by whom, from when on.

Source: product.md, Organisation (a dealership has hours and a policy); an administrator can look
up why a round began with the maximum that it has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.utils import formats

from bdc.accounts.models import User
from dealers.models import Dealership, PolicyChange

# What an administrator may set at a dealership; the group's limits stand above it.
POLICY_FIELDS = (
    "phone",
    "email",
    "address",
    "routing",
    "attempts_salesperson",
    "attempts_passive",
    "attempts_second_voice",
    "attempts_unreached",
    "attempts_inbound",
    "open_lead_cap",
    "own_request_days",
    "bdc_close_needs_approval",
    "calls_from",
    "calls_until",
    "workshop_slots",
)
WEEKDAYS = tuple(f"day_{weekday}" for weekday in range(7))


def policy_of(dealership: Dealership) -> dict[str, str]:
    """How the dealership works now, each field as text; empty is none, or closed."""
    values = {name: getattr(dealership, name) for name in POLICY_FIELDS}
    areas = dealership.postcode_areas.order_by("first", "last")
    return {
        **{name: "" if value is None else str(value) for name, value in values.items()},
        "brands": ", ".join(dealership.brands),
        "aliases": ", ".join(dealership.aliases),
        "areas": ", ".join(str(area) for area in areas),
    }


def hours_of(dealership: Dealership) -> dict[str, str]:
    """When the dealership is open now: the blocks of each weekday, and its closing days."""
    week: dict[str, list[str]] = {day: [] for day in WEEKDAYS}
    for block in dealership.opening_blocks.order_by("weekday", "opens"):
        week[f"day_{block.weekday}"].append(f"{block.opens:%H:%M}-{block.closes:%H:%M}")
    closing_days = dealership.closing_days.order_by("on")
    return {
        **{day: ", ".join(blocks) for day, blocks in week.items()},
        "closing_days": ", ".join(
            f"{formats.date_format(day.on, 'd-m-Y')} {day.reason}".strip() for day in closing_days
        ),
    }


def note_changes(
    dealership: Dealership,
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    by: User | None,
    now: datetime,
) -> None:
    """Write down what differs; called in the transaction that changed it."""
    PolicyChange.objects.bulk_create(
        [
            PolicyChange(
                dealership=dealership,
                at=now,
                by=by,
                field=name,
                before=before[name],
                after=after[name],
            )
            for name in before
            if before[name] != after[name]
        ]
    )


def latest_changes(
    dealership: Dealership, *, count: int, fields: Collection[str] | None = None
) -> QuerySet[PolicyChange]:
    """The newest changes first, with who made them; those of some `fields` alone, if given."""
    changes = dealership.policy_changes.select_related("by").order_by("-id")
    return (changes if fields is None else changes.filter(field__in=fields))[:count]
