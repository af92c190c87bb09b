"""Dropping somebody to the end of the up line for a while, and giving the place back.

Source: product.md, Roles of salespeople: what drops by itself is in up_line.py; this is a sales
manager who sees that the first in the row cannot take a visitor now. A drop ends by itself, with
the local day at the latest, so that nobody stands at the end for good; `stands_since` stays, so
that the place comes back with it. Rows are kept: who dropped whom, why, and until when.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.hours import local
from dealers.domain.presence import on_shift
from dealers.models import Dealership, SalesRole
from leads.domain.access import require
from leads.models import UpLineDrop


class HowLong(models.TextChoices):
    """For how long somebody stands at the end."""

    HALF_AN_HOUR = "30", _("half an hour")
    HOUR = "60", _("an hour")
    TWO_HOURS = "120", _("two hours")
    TODAY = "today", _("the rest of the day")


def drops_that_stand(
    dealership: Dealership, people: Collection[int], now: datetime
) -> dict[int, UpLineDrop]:
    """Who of `people` was put at the end and still stands there."""
    rows = UpLineDrop.objects.filter(
        dealership=dealership,
        salesperson__in=people,
        at__lte=now,
        until__gt=now,
        given_back_at=None,
    )
    return {row.salesperson_id: row for row in rows.select_related("by")}


def drop_problem(
    dealership: Dealership, person: User, *, by: User, now: datetime
) -> RuleBroken | None:
    """Return why `by` may not put `person` at the end of the up line now, or None."""
    if person.pk == by.pk:
        return _own_place()
    if not any(
        one.user_id == person.pk and one.sales_role != SalesRole.INTERNET
        for one in on_shift(dealership, now)
    ):
        return RuleBroken("not_in_the_row", _("This person does not stand in the up line now."))
    if drops_that_stand(dealership, [person.pk], now):
        return RuleBroken("already_dropped", _("This person was put at the end already."))
    return None


def give_back_problem(
    dealership: Dealership, person: User, *, by: User, now: datetime
) -> RuleBroken | None:
    """Return why `by` may not give `person` the place back now, or None."""
    if person.pk == by.pk:
        return _own_place()
    if not drops_that_stand(dealership, [person.pk], now):
        return RuleBroken("not_dropped", _("Nobody put this person at the end of the up line."))
    return None


@retrying_atomic
def drop_in_up_line(
    dealership: Dealership,
    *,
    person: User,
    how_long: HowLong,
    reason: UpLineDrop.Reason,
    by: User,
    now: datetime,
) -> UpLineDrop:
    """Put a person at the end of the up line until a moment today."""
    require(by, "drop_in_up_line", dealership.pk)
    _hold(person)
    problem = drop_problem(dealership, person, by=by, now=now)
    if problem is not None:
        raise problem
    return UpLineDrop.objects.create(
        dealership=dealership,
        salesperson=person,
        reason=reason,
        by=by,
        at=now,
        until=_until(dealership, how_long, now),
    )


@retrying_atomic
def give_back_place(dealership: Dealership, *, person: User, by: User, now: datetime) -> None:
    """Let a person who was put at the end stand in turn again."""
    require(by, "drop_in_up_line", dealership.pk)
    _hold(person)
    problem = give_back_problem(dealership, person, by=by, now=now)
    if problem is not None:
        raise problem
    drop = drops_that_stand(dealership, [person.pk], now)[person.pk]
    drop.given_back_at, drop.given_back_by = now, by
    drop.save(update_fields=["given_back_at", "given_back_by"])


def _until(dealership: Dealership, how_long: HowLong, now: datetime) -> datetime:
    tomorrow = local(dealership, now).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), tzinfo=dealership.zone).astimezone(UTC)
    latest = min(midnight, now + timedelta(days=1))
    if how_long == HowLong.TODAY:
        return latest
    return min(latest, now + timedelta(minutes=int(how_long)))


def _hold(person: User) -> None:
    """Keep two managers apart, who decide on the same person."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _own_place() -> RuleBroken:
    return RuleBroken(
        "own_override", _("Your own place is for another sales manager to decide on.")
    )
