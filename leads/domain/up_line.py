"""The up line (*up-systeem*): the waiting row of those present who may take a visitor.

Source: product.md, Roles of salespeople: "Overdue follow-ups drop a person to the end until
cleared; a manager can override, and the timeline says so".

A follow-up is overdue on an open lead of this person at this dealership when
- a call-back was promised, and it is later than the quarter of an hour that a promise may be
  late (PROMISE_IS_OVERDUE: what falls to the team at the BDC stays his and shows here); or
- a call was planned before the end of the working day before today, and nothing replaced it.
  A call that is late within the day is not yet overdue here. Until a visit that was agreed on
  nobody has to call; a visit that has been and has no outcome is such a call.
What waits for a manager's decision is nobody's follow-up. An override holds for the rest of the
local day, so that nobody stays in front for good with follow-ups that are never made.
Who a manager put at the end for another reason (dropping.py) stands there as well.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from bdc.transactions import retrying_atomic
from dealers.domain.hours import is_working_day, local, opened_at
from dealers.domain.presence import on_shift
from dealers.models import Dealership, Membership, Role, SalesRole
from leads.domain.access import require
from leads.domain.dropping import drops_that_stand
from leads.domain.due import PROMISE_IS_OVERDUE
from leads.domain.timeline import record
from leads.models import (
    Appointment,
    CallBack,
    Lead,
    LeadQuerySet,
    Status,
    Turn,
    UpLineDrop,
    UpLineOverride,
)

MOST_NAMED = 50  # leads whose timeline tells of an override


@dataclass(frozen=True)
class Place:
    """Somebody's place in the up line, and what decides on it."""

    person: Membership
    position: int
    stands_since: datetime
    overdue: int
    override: UpLineOverride | None
    drop: UpLineDrop | None

    @property
    def is_overdue(self) -> bool:
        """Whether overdue follow-ups put him at the end."""
        return self.overdue > 0 and self.override is None

    @property
    def is_dropped(self) -> bool:
        """Whether he stands at the end: for overdue follow-ups, or since a manager says so."""
        return self.drop is not None or self.is_overdue


@dataclass(frozen=True)
class OwnPlace:
    """Where somebody stands himself, and in a row of how many."""

    dealership: Dealership
    place: Place
    count: int


def own_places(user: User, *, now: datetime) -> list[OwnPlace]:
    """The user's places in the up lines of the dealerships where he sells and is present."""
    sells_at = Membership.objects.filter(user=user, role=Role.SALESPERSON)
    places = []
    for dealership in Dealership.objects.with_hours().filter(
        pk__in=sells_at.exclude(sales_role=SalesRole.INTERNET).values("dealership")
    ):
        row = up_line_of(dealership, by=user, now=now)
        places += [
            OwnPlace(dealership, place, len(row))
            for place in row
            if place.person.user_id == user.pk
        ]
    return places


def up_line_of(dealership: Dealership, *, by: User, now: datetime) -> list[Place]:
    """The up line as it stands now; nothing is changed by looking."""
    require(by, "see_up_line", dealership.pk)
    people = on_shift(dealership, now)
    rows = Turn.objects.filter(
        dealership=dealership, salesperson__in=[person.user_id for person in people]
    )
    since = dict(rows.values_list("salesperson_id", "stands_since"))
    return in_order(dealership, people, since, now=now)


def in_order(
    dealership: Dealership,
    people: list[Membership],
    stands_since: dict[int, datetime],
    *,
    now: datetime,
) -> list[Place]:
    """Those of `people` who take visitors: who stands longest first, who was dropped last.

    Who never had a turn stands since the dealership opened.
    """
    opened = opened_at(dealership, now) or now
    row = [person for person in people if person.sales_role != SalesRole.INTERNET]
    ids = [person.user_id for person in row]
    overdue, overrides = overdue_counts(dealership, ids, now=now), _overrides(dealership, ids, now)
    drops = drops_that_stand(dealership, ids, now)
    ordered = sorted(
        row,
        key=lambda person: (
            person.user_id in drops
            or (person.user_id in overdue and person.user_id not in overrides),
            stands_since.get(person.user_id, opened),
            person.user_id,
        ),
    )
    return [
        Place(
            person=person,
            position=position,
            stands_since=stands_since.get(person.user_id, opened),
            overdue=overdue.get(person.user_id, 0),
            override=overrides.get(person.user_id),
            drop=drops.get(person.user_id),
        )
        for position, person in enumerate(ordered, start=1)
    ]


def overdue_counts(
    dealership: Dealership, people: Collection[int], *, now: datetime
) -> dict[int, int]:
    """How many follow-ups are overdue, for all of `people` at once; who has none is not there."""
    found = overdue_follow_ups(dealership, people, now=now).order_by()
    return dict(found.values_list("owner_id").annotate(count=Count("pk")))


def overdue_follow_ups(
    dealership: Dealership, people: Collection[int], *, now: datetime
) -> LeadQuerySet:
    """The leads of `people` here with an overdue follow-up. Read by the index of an owner's leads:
    an open promise is the lead's next call."""
    promises = CallBack.objects.filter(lead=OuterRef("pk"), done_at=None)
    visits = Appointment.objects.filter(lead=OuterRef("pk"), outcome="", starts_at__gt=now)
    promise_is_late = Exists(promises.filter(due_at__lte=now - PROMISE_IS_OVERDUE))
    call_is_late = Q(next_call_at__lt=_last_working_day_ended(dealership, now))
    return Lead.objects.filter(
        Q(promise_is_late) | (call_is_late & ~Exists(promises) & ~Exists(visits)),
        owner__in=people,
        dealership=dealership,
        status=Status.OPEN,
        next_call_at__lte=now,
    )


def override_problem(
    dealership: Dealership, person: User, *, by: User, now: datetime
) -> RuleBroken | None:
    """Return why `by` may not let the overdue follow-ups of `person` pass, or None."""
    if person.pk == by.pk:
        return RuleBroken(
            "own_override", _("Your own place is for another sales manager to decide on.")
        )
    if not overdue_counts(dealership, [person.pk], now=now):
        return RuleBroken(
            "nothing_overdue", _("This person has no overdue follow-ups, and stands in turn.")
        )
    return None


@retrying_atomic
def override_up_line(
    dealership: Dealership, *, person: User, by: User, now: datetime
) -> UpLineOverride:
    """Let a person stand in turn today although follow-ups are overdue; their timelines say so."""
    require(by, "override_up_line", dealership.pk)
    problem = override_problem(dealership, person, by=by, now=now)
    if problem is not None:
        raise problem
    override, is_new = UpLineOverride.objects.get_or_create(
        dealership=dealership,
        salesperson=person,
        local_date=local(dealership, now).date(),
        defaults={"by": by, "at": now},
    )
    leads = overdue_follow_ups(dealership, [person.pk], now=now) if is_new else Lead.objects.none()
    for lead in leads.order_by("next_call_at", "pk")[:MOST_NAMED]:
        record(lead, "up_line_overridden", by=by, now=now, owner_name=str(person))
    return override


def _overrides(
    dealership: Dealership, people: Collection[int], now: datetime
) -> dict[int, UpLineOverride]:
    rows = UpLineOverride.objects.filter(
        dealership=dealership, salesperson__in=people, local_date=local(dealership, now).date()
    )
    return {row.salesperson_id: row for row in rows.select_related("by")}


def _last_working_day_ended(dealership: Dealership, now: datetime) -> datetime:
    """The end of the working day before today, on the dealership's clock."""
    day = local(dealership, now).date() - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    midnight = datetime.combine(day + timedelta(days=1), time(0), tzinfo=dealership.zone)
    return midnight.astimezone(UTC)
