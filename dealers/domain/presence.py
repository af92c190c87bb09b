"""Who is there: presence that people set themselves, absences, and who is on shift."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from bdc.accounts.models import User
from dealers.domain.hours import is_open
from dealers.models import Absence, Dealership, Membership, Presence, Role

# Shorter absences leave a salesperson's leads with him (product.md, Routing). A day is 23 hours
# long when summer time begins.
LONG_ABSENCE = timedelta(hours=23)


@transaction.atomic
def set_presence(user: User, *, state: str, now: datetime) -> Presence:
    """Say for oneself: available, pause or away."""
    presence, _ = Presence.objects.update_or_create(
        user=user, defaults={"state": state, "since": now}
    )
    return presence


def salespeople_of(dealership: Dealership) -> list[Membership]:
    """The memberships of active salespeople at `dealership`, in a fixed order."""
    return list(
        Membership.objects.filter(
            dealership=dealership, role=Role.SALESPERSON, user__is_active=True
        )
        .select_related("user", "user__presence")
        .order_by("user_id")
    )


def absent(users: Iterable[User], now: datetime) -> set[int]:
    """The ids of those with a recorded absence at `now`."""
    rows = Absence.objects.filter(user__in=list(users), begins_at__lte=now, ends_at__gt=now)
    return set(rows.values_list("user_id", flat=True))


def on_shift(dealership: Dealership, now: datetime) -> list[Membership]:
    """The salespeople who can take a lead now: open, not paused or away, not absent."""
    if not is_open(dealership, now):
        return []
    people = salespeople_of(dealership)
    missing = absent([person.user for person in people], now)
    return [
        person for person in people if person.user_id not in missing and is_available(person.user)
    ]


def is_available(user: User) -> bool:
    """Whether the user has not said to be on a pause or away."""
    presence: Presence | None = getattr(user, "presence", None)
    return presence is None or presence.state == Presence.State.AVAILABLE
