"""The stage: a clock that moves over thirteen weeks, and stories that take their turns on it."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from datetime import datetime, time, timedelta
from itertools import count
from random import Random

from bdc.accounts.models import User
from bdc.errors import RuleBroken
from dealers.domain.hours import (
    calling_window,
    is_open,
    is_working_day,
    local,
    next_callable,
    next_opening,
    opening_blocks,
)
from dealers.models import Dealership, Role
from leads.demo.cast import Cast
from leads.domain.sweeping import sweep

SEED = "Spits"
# A story says until when it waits, and goes on from there.
Story = Generator[datetime, None, None]
# When a manager looks at what waits for approval.
DECISIONS = (time(8, 50), time(13, 10), time(16, 30))
FIRST_HOUR, LAST_HOUR = 9, 16


class Stage:
    """Where the play happens: the moved clock, who waits for what, and the diaries."""

    def __init__(self, cast: Cast, *, began: datetime, ends: datetime) -> None:
        self.cast = cast
        self.began = began
        self.ends = ends
        self.now = began
        self.refused: list[str] = []
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._numbers = count(1)
        self._booked: set[tuple[int | str, datetime]] = set()
        self._busy_until: dict[int, datetime] = {}
        self._away: dict[int, tuple[datetime, datetime]] = {}

    def begin(self, at: datetime, story: Story) -> None:
        """Let a story begin at `at`, unless that lies after the end."""
        if at <= self.ends:
            heapq.heappush(self._waiting, (at, next(self._numbers), story))

    def play(self) -> None:
        """Play every story up to the end; what waits for a later moment stays as it is.

        Where the domain says no, the story ends there and the lead stays with its owner.
        """
        while self._waiting:
            at, _number, story = heapq.heappop(self._waiting)
            self.now = max(self.now, at)
            try:
                until = next(story, None)
            except RuleBroken as problem:
                self.refused.append(f"{self.now:%Y-%m-%d %H:%M} {problem.code}")
            else:
                if until is not None:
                    self.begin(max(until, self.now), story)
        self.now = self.ends

    def sweeps(self) -> None:
        """Let time do to the leads what it does when nobody does anything."""
        sweep(self.now)

    def random(self, *names: object) -> Random:
        """A source of chance that gives the same for the same names, whatever else happens."""
        return Random(":".join(str(name) for name in (SEED, *names)))  # noqa: S311  no secret

    def send_away(self, person: User, *, since: datetime, until: datetime) -> None:
        """Book nothing with a person who is not there."""
        self._away[person.pk] = (since, until)

    def sellers(self, place: Dealership, at: datetime) -> list[User]:
        """The salespeople of a dealership who are there at `at`."""
        people = self.cast.at(place, Role.SALESPERSON)
        return [person for person in people if not self._is_away(person, at)]

    def _is_away(self, person: User, at: datetime) -> bool:
        since, until = self._away.get(person.pk, (self.ends, self.ends))
        return since <= at < until

    def free_agent(self, place: Dealership, random: Random) -> User:
        """An agent for a dealership who is with nobody now, or is free soonest."""
        agents = self.cast.at(place, Role.AGENT)
        random.shuffle(agents)
        return min(agents, key=self.free_from)

    def free_from(self, person: User) -> datetime:
        return max(self._busy_until.get(person.pk, self.now), self.now)

    def occupy(self, person: User, until: datetime) -> None:
        """Give the person work until `until`."""
        self._busy_until[person.pk] = max(until, self.free_from(person))

    def free_hour(self, place: Dealership, person: User, *, after: datetime) -> datetime:
        """The first whole hour after `after` at which the person is there and has nobody."""
        return self._free(place, person.pk, after=after, person=person)

    def free_workshop_hour(self, place: Dealership, *, after: datetime) -> datetime:
        """An hour for the workshop; it has room for many cars a day, and here for one an hour."""
        return self._free(place, f"workshop {place.slug}", after=after)

    def _free(
        self, place: Dealership, whose: int | str, *, after: datetime, person: User | None = None
    ) -> datetime:
        day = local(place, after).date()
        while True:
            for opens, closes in opening_blocks(place, day):
                for hour in range(FIRST_HOUR, LAST_HOUR + 1):
                    starts = datetime.combine(day, time(hour), tzinfo=place.zone)
                    fits = opens <= starts and starts + timedelta(hours=1) <= closes
                    is_away = person is not None and self._is_away(person, starts)
                    is_free = (whose, starts) not in self._booked and not is_away
                    if fits and is_free and starts > after:
                        self._booked.add((whose, starts))
                        return starts
            day += timedelta(days=1)

    def in_opening_hours(self, place: Dealership, at: datetime) -> datetime:
        """The first moment from `at` on at which salespeople work and may call."""
        while not (is_open(place, at) and self._may_call(place, at)):
            opens = next_opening(place, at)
            if opens is None:
                raise LookupError(f"{place.slug} does not open within a month")
            at = next_callable(place, max(opens, at + timedelta(minutes=15)))
        return at

    def in_calling_hours(self, place: Dealership, at: datetime) -> datetime:
        return next_callable(place, at)

    def _may_call(self, place: Dealership, at: datetime) -> bool:
        window = calling_window(place, local(place, at).date())
        return window is not None and window[0] <= at < window[1]

    def next_decision(self, place: Dealership, after: datetime) -> datetime:
        """When the manager next looks at what waits for approval."""
        day = local(place, after).date()
        while True:
            if is_working_day(day):
                for clock_time in DECISIONS:
                    at = datetime.combine(day, clock_time, tzinfo=place.zone)
                    if at > after:
                        return at
            day += timedelta(days=1)
