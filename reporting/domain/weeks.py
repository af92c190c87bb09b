"""MAP week by week, and whether its ups and downs mean anything (a control chart, XmR).

A manager who acts on ordinary variation makes things worse: the chart says when not to react.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db.models import Count, DateField
from django.db.models.functions import TruncWeek

from bdc.clock import AMSTERDAM
from reporting.domain.asking import By, Question
from reporting.domain.counting import counting_of
from reporting.domain.figures import ENOUGH_TO_JUDGE, share
from reporting.domain.periods import (
    ONE_WEEK,
    WEEKS_IN_VIEW,
    Period,
    monday_of,
    week_of,
    weeks_until,
)

# The natural limits of an XmR chart lie this many mean moving ranges from the mean.
LIMITS_AT = Decimal("2.66")
# With fewer weeks the limits are a guess.
ENOUGH_WEEKS = 6


@dataclass(frozen=True)
class Week:
    """The leads of one week, by receipt, and how many made an appointment."""

    monday: date
    leads: int
    appointments: int
    is_over: bool

    @property
    def share(self) -> Decimal | None:
        return share(self.appointments, self.leads)

    @property
    def number(self) -> int:
        """The number of the week in its year (ISO 8601), as people call it: wk 47."""
        return self.monday.isocalendar().week

    @property
    def period(self) -> Period:
        return week_of(self.monday)


@dataclass(frozen=True)
class Limits:
    """Between `lower` and `upper` a week is ordinary variation around `mean`."""

    mean: Decimal
    lower: Decimal
    upper: Decimal

    def excludes(self, value: Decimal) -> bool:
        return not self.lower <= value <= self.upper


@dataclass(frozen=True)
class Signal:
    """A reason to look for a cause: by which rule, and on which side of the mean."""

    rule: str
    is_above: bool


@dataclass(frozen=True)
class ControlChart:
    weeks: tuple[Week, ...]
    limits: Limits | None
    signal: Signal | None


def control_chart(question: Question, *, today: date) -> ControlChart:
    """Return thirteen weeks up to the one in which the asked period ends, not past today's."""
    period = weeks_until(min(question.period.last, today))
    weeks = _weeks(replace(question, period=period, by=By.RECEIVED), today=today)
    limits = limits_of(weeks)
    return ControlChart(weeks, limits, signal_of(weeks, limits) if limits else None)


def limits_of(weeks: Sequence[Week]) -> Limits | None:
    """Return the natural limits of the full weeks among `weeks`; None when they say too little."""
    told = _told(weeks)
    if len(told) < ENOUGH_WEEKS or sum(week.leads for week in told) < ENOUGH_TO_JUDGE:
        return None
    shares = [share(week.appointments, week.leads) or Decimal(0) for week in told]
    mean = sum(shares, Decimal(0)) / len(shares)
    ranges = [abs(later - earlier) for earlier, later in pairwise(shares)]
    reach = LIMITS_AT * sum(ranges, Decimal(0)) / len(ranges)
    return Limits(mean, max(Decimal(0), mean - reach), min(Decimal(1), mean + reach))


def signal_of(weeks: Sequence[Week], limits: Limits) -> Signal | None:
    """Return the strongest signal of the latest full weeks, or None: ordinary variation.

    A rule is silent when the weeks that it looks at hold too few leads to judge.
    """
    told = _told(weeks)
    for name, rule in RULES.items():
        last = told[-rule.looks_at :]
        if sum(week.leads for week in last) < ENOUGH_TO_JUDGE:
            continue
        above = [(week.share or Decimal(0)) - limits.mean for week in last]
        if rule.sees(above, limits.upper - limits.mean):
            return Signal(name, is_above=True)
        if rule.sees([-distance for distance in above], limits.mean - limits.lower):
            return Signal(name, is_above=False)
    return None


def _told(weeks: Sequence[Week]) -> list[Week]:
    """The weeks that are over and had leads."""
    return [week for week in weeks if week.is_over and week.leads]


def _weeks(question: Question, *, today: date) -> tuple[Week, ...]:
    counting = counting_of(question)
    which = counting.is_counted()
    monday = TruncWeek(counting.starts_at, tzinfo=AMSTERDAM, output_field=DateField())
    rows = {
        row["monday"]: row
        for row in counting.rows_in_period()
        .annotate(monday=monday)
        .values("monday")
        .annotate(
            counted=Count("pk", filter=counting.is_lead() & which),
            gained=Count("pk", filter=counting.has("appointments") & which),
        )
    }
    mondays = [question.period.first + number * ONE_WEEK for number in range(WEEKS_IN_VIEW)]
    nothing = {"counted": 0, "gained": 0}
    return tuple(
        Week(
            monday=day,
            leads=rows.get(day, nothing)["counted"],
            appointments=rows.get(day, nothing)["gained"],
            is_over=day < monday_of(today),
        )
        for day in mondays
    )


@dataclass(frozen=True)
class Rule:
    """So many of the latest weeks lie on one side, at least this part of the way to the limit."""

    looks_at: int
    needs: int
    beyond: Decimal

    def sees(self, distances: Sequence[Decimal], limit: Decimal) -> bool:
        """`distances` are from the mean to one side, and so is `limit`."""
        return sum(distance > limit * self.beyond for distance in distances) >= self.needs


RULES: dict[str, Rule] = {
    "outside": Rule(looks_at=1, needs=1, beyond=Decimal(1)),
    "seven_in_a_row": Rule(looks_at=7, needs=7, beyond=Decimal(0)),
    "ten_of_twelve": Rule(looks_at=12, needs=10, beyond=Decimal(0)),
    "three_of_four": Rule(looks_at=4, needs=3, beyond=Decimal("0.5")),
}
