"""The figures of leads: MAP, the 60 % rule, conversion to sale and speed to lead.

A dealership or campaign is judged on leads; a person or a queue on the rounds that began with
them, by what was reached in that round (product.md, Targets and reports).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from django.db.models import Q

from dealers.models import Side
from leads.models import Kind
from reporting.domain.asking import Question
from reporting.domain.counting import (
    ACTIVE_SEGMENTS,
    PASSIVE_SEGMENTS,
    RoundCounting,
    Segment,
    counting_of,
)
from reporting.domain.periods import Period

MAP_TARGET = Decimal("0.36")
STEP_TARGET = Decimal("0.6")
# Fewer leads is chance: nobody is judged on it.
ENOUGH_TO_JUDGE = 20


def share(count: int, of: int) -> Decimal | None:
    """The part that `count` is of `of`; None when there is nothing to divide by."""
    return Decimal(count) / of if of else None


@dataclass(frozen=True)
class Tally:
    """How far leads came, or rounds.

    `taken_over` are the rounds that began with an appointment of the BDC: they count for show
    and sale only, so they are not among the leads, and their visits and sales are.
    """

    leads: int
    reached: int
    appointments: int
    showed: int
    sold: int
    taken_over: int = 0

    @property
    def map(self) -> Decimal | None:
        """Minimum Acceptance Performance: the share of the leads with an appointment."""
        return share(self.appointments, self.leads)

    @property
    def reached_share(self) -> Decimal | None:
        return share(self.reached, self.leads)

    @property
    def is_judged(self) -> bool:
        return self.leads >= ENOUGH_TO_JUDGE

    @property
    def appointments_to_go(self) -> int:
        """How many more of these leads need an appointment to reach the target."""
        return max(0, ceil(self.leads * MAP_TARGET) - self.appointments)


@dataclass(frozen=True)
class Step:
    """One step of the 60 % rule: `count` of the `of` who came that far."""

    name: str
    count: int
    of: int
    target: Decimal | None

    @property
    def share(self) -> Decimal | None:
        return share(self.count, self.of)


@dataclass(frozen=True)
class Conversion:
    """What a segment's leads brought, beside its target and its potential."""

    segment: Segment
    leads: int
    gained: int

    @property
    def share(self) -> Decimal | None:
        return share(self.gained, self.leads)

    @property
    def potential(self) -> Decimal:
        """What the leads received should have brought."""
        return self.leads * self.segment.target

    @property
    def is_judged(self) -> bool:
        return self.leads >= ENOUGH_TO_JUDGE


@dataclass(frozen=True)
class Speed:
    """How soon the leads on the two-minute clock were called."""

    timed: int
    in_time: int
    median: timedelta | None = None
    p90: timedelta | None = None

    @property
    def share(self) -> Decimal | None:
        return share(self.in_time, self.timed)

    @property
    def is_judged(self) -> bool:
        return self.timed >= ENOUGH_TO_JUDGE


@dataclass(frozen=True)
class MapFigures:
    """The answer to a question: gross and net, of which `tally` is the one that was asked."""

    question: Question
    gross: Tally
    net: Tally
    conversions: tuple[Conversion, ...]
    speed: Speed
    map_target: Decimal = MAP_TARGET

    @property
    def period(self) -> Period:
        return self.question.period

    @property
    def tally(self) -> Tally:
        return self.net if self.question.net else self.gross

    @property
    def map(self) -> Decimal | None:
        return self.tally.map

    @property
    def pollution(self) -> int:
        """Test leads and duplicates, which are not in the net figures."""
        return self.gross.leads - self.net.leads

    @property
    def steps(self) -> tuple[Step, ...]:
        """The four 60 % steps; passive leads have no target for a step."""
        tally = self.tally
        target = STEP_TARGET if self.question.kind == Kind.ACTIVE else None
        return (
            Step("reached", tally.reached, tally.leads, target),
            Step("appointment", tally.appointments, tally.reached, target),
            Step("showed", tally.showed, tally.appointments + tally.taken_over, target),
            Step("sold", tally.sold, tally.showed, target),
        )


@dataclass(frozen=True)
class PersonFigures:
    """What one salesperson came to in the rounds that began with him."""

    user_id: int
    name: str
    email: str
    tally: Tally
    conversions: tuple[Conversion, ...]
    speed: Speed


def map_figures(question: Question) -> MapFigures:
    """Count what is asked: one query over one period of the asked dealerships."""
    segments = ACTIVE_SEGMENTS if question.kind == Kind.ACTIVE else PASSIVE_SEGMENTS
    counting = counting_of(question)
    row = counting.rows_in_period().aggregate(
        **counting.tally("gross", Q()),
        **counting.tally("net", counting.is_net()),
        **counting.segments(segments, counting.is_counted()),
        **counting.speed(counting.is_counted()),
    )
    return MapFigures(
        question=question,
        gross=_tally(row, "gross"),
        net=_tally(row, "net"),
        conversions=_conversions(row, segments),
        speed=_speed(row),
    )


def tally_of(question: Question) -> Tally:
    """Count how far the leads came, and nothing else."""
    counting = counting_of(question)
    row = counting.rows_in_period().aggregate(**counting.tally("asked", counting.is_counted()))
    return _tally(row, "asked")


def people_figures(question: Question) -> list[PersonFigures]:
    """Count the rounds that began with each salesperson, in one query; most leads first."""
    counting = RoundCounting(replace(question, salesperson=None, queue=""))
    rows = (
        counting.rows_in_period()
        .filter(side=Side.SALESPERSON, owner__isnull=False)
        .values("owner_id", "owner__name", "owner__email")
        .annotate(
            **counting.tally("asked", counting.is_counted()),
            **counting.segments(ACTIVE_SEGMENTS, counting.is_counted()),
            **counting.speed(counting.is_counted()),
        )
        .order_by("owner__name", "owner_id")
    )
    people = [
        PersonFigures(
            user_id=row["owner_id"],
            name=row["owner__name"],
            email=row["owner__email"],
            tally=_tally(row, "asked"),
            conversions=_conversions(row, ACTIVE_SEGMENTS),
            speed=_speed(row),
        )
        for row in rows
    ]
    return sorted(people, key=lambda person: -person.tally.leads)


def _tally(row: Mapping[str, Any], name: str) -> Tally:
    return Tally(
        leads=row[f"{name}_leads"],
        reached=row[f"{name}_reached"],
        appointments=row[f"{name}_appointments"],
        showed=row[f"{name}_showed"],
        sold=row[f"{name}_sold"],
        taken_over=row[f"{name}_taken_over"],
    )


def _conversions(row: Mapping[str, Any], segments: tuple[Segment, ...]) -> tuple[Conversion, ...]:
    return tuple(
        Conversion(segment, row[f"{segment.name}_leads"], row[f"{segment.name}_gained"])
        for segment in segments
    )


def _speed(row: Mapping[str, Any]) -> Speed:
    return Speed(row["timed"], row["in_time"], row["median"], row["p90"])
