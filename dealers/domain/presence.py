"""Who is there: shifts and pauses that people tell of themselves, absences, and who is on shift.

Source: contract.md, Presence; ux.md 0, decision 10 ("Start dienst" is one button).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed
from bdc.live.announcing import announce
from bdc.prepared import Given, Prepared
from bdc.transactions import retrying_atomic
from dealers.domain.hours import is_open
from dealers.domain.topics import of_presence, of_user
from dealers.models import (
    Absence,
    Dealership,
    Membership,
    PauseReason,
    Presence,
    PresenceChange,
    Role,
)

# Shorter absences leave a salesperson's leads with him (product.md, Routing). A day is 23 hours
# long when summer time begins.
LONG_ABSENCE = timedelta(hours=23)

Door = PresenceChange.Door
State = Presence.State


@dataclass(frozen=True)
class Shift:
    """What somebody told of being at work, read at a moment.

    It is of the day on which it was told: who forgot to end a shift begins a new one tomorrow.
    """

    user: User
    at: datetime

    @cached_property
    def presence(self) -> Presence | None:
        return _presence_of(self.user)

    @property
    def is_begun(self) -> bool:
        """Whether a shift was begun today and not ended."""
        told = self.presence
        return told is not None and told.state != State.AWAY and _same_day(told.since, self.at)

    @property
    def is_paused(self) -> bool:
        return self.is_begun and not self.may_take_next

    @property
    def may_take_next(self) -> bool:
        return is_available(self.user)


def presence_problem(state: str, reason: str, door: str) -> FieldProblem | None:
    """Return what is wrong with what somebody tells, or None. Only a pause has a reason."""
    if reason and (state != State.PAUSE or reason not in PauseReason.values):
        return FieldProblem("reason", "unknown_reason", _("Choose a reason of the list."))
    if state == State.PAUSE and not reason and door == Door.PAGE:
        return FieldProblem("reason", "required", _("Choose why you pause."))
    return None


@retrying_atomic
def set_presence(
    user: User, *, state: str, now: datetime, reason: str = "", door: str = Door.PROGRAM
) -> Presence:
    """Tell of oneself: available, on a pause and why, or away. It is kept in the history.

    What is so already, and was told today, stays as it is. Raises Malformed for a pause on a
    page without a reason, and for a reason that is none.
    """
    problem = presence_problem(state, reason, door)
    if problem is not None:
        raise Malformed(problem)
    told = Presence.objects.select_for_update().filter(user=user).first()
    is_told = told is not None and (told.state, told.reason) == (state, reason)
    if told is None or not is_told or not _same_day(told.since, now):
        told, _created = Presence.objects.update_or_create(
            user=user, defaults={"state": state, "reason": reason, "since": now}
        )
        PresenceChange.objects.create(user=user, state=state, reason=reason, since=now, door=door)
        announce("presence", of_presence(user.pk), of_user(user.pk))
    user.presence = told
    return told


def _same_day(one: datetime, other: datetime) -> bool:
    return localtime(one).date() == localtime(other).date()


_SALESPEOPLE = Prepared(
    lambda: (
        Membership.objects.filter(
            dealership=Given("dealership"), role=Role.SALESPERSON, user__is_active=True
        )
        .select_related("user", "user__presence")
        .order_by("user_id")
    )
)


def salespeople_of(dealership: Dealership) -> list[Membership]:
    """The memberships of active salespeople at `dealership`, in a fixed order."""
    return _SALESPEOPLE.all(dealership=dealership.pk)


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
    told = _presence_of(user)
    return told is None or told.state == State.AVAILABLE


def _presence_of(user: User) -> Presence | None:
    told: Presence | None = getattr(user, "presence", None)
    return told
