"""MAP week by week, and whether its ups and downs mean anything (a control chart, XmR).

A manager who acts on ordinary variation makes things worse: the chart says when not to react.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db.models import Count, DateField
from django.db.models.functions import TruncWeek

from bdc.clock import AMSTERDAM
from reporting.domain.asking import By, Question
from reporting.domain.counting import counting_of
from reporting.domain.figures import share
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
    shares = [week.share for week in weeks if week.is_over and week.share is not None]
    limits = limits_of(shares)
    return ControlChart(weeks, limits, signal_of(shares, limits) if limits else None)


def limits_of(shares: Sequence[Decimal]) -> Limits | None:
    """Return the natural limits of `shares` in order of time; None when there are too few."""
    if len(shares) < ENOUGH_WEEKS:
        return None
    mean = sum(shares, Decimal(0)) / len(shares)
    ranges = [abs(later - earlier) for earlier, later in pairwise(shares)]
    reach = LIMITS_AT * sum(ranges, Decimal(0)) / len(ranges)
    return Limits(mean, max(Decimal(0), mean - reach), min(Decimal(1), mean + reach))


def signal_of(shares: Sequence[Decimal], limits: Limits) -> Signal | None:
    """Return the strongest signal that the latest of `shares` gives, or None: just variation."""
    above = [value - limits.mean for value in shares]
    below = [-distance for distance in above]
    for rule, is_seen in RULES.items():
        if is_seen(above, limits.upper - limits.mean):
            return Signal(rule, is_above=True)
        if is_seen(below, limits.mean - limits.lower):
            return Signal(rule, is_above=False)
    return None


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


# A rule looks at one side: at how far each week lies beyond the mean, and how far the limit.
Rule = Callable[[Sequence[Decimal], Decimal], bool]


def _outside_the_limit(distances: Sequence[Decimal], limit: Decimal) -> bool:
    return distances[-1] > limit


def _on_one_side(number: int, of: int) -> Rule:
    def is_seen(distances: Sequence[Decimal], limit: Decimal) -> bool:
        return sum(distance > 0 for distance in distances[-of:]) >= number

    return is_seen


def _three_of_four_near_the_limit(distances: Sequence[Decimal], limit: Decimal) -> bool:
    return sum(distance > limit / 2 for distance in distances[-4:]) >= 3


RULES: dict[str, Rule] = {
    "outside": _outside_the_limit,
    "seven_in_a_row": _on_one_side(7, of=7),
    "ten_of_twelve": _on_one_side(10, of=12),
    "three_of_four": _three_of_four_near_the_limit,
}
