"""The control chart as a drawing: where its lines, dots and labels stand, in parts of its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from reporting.domain.figures import MAP_TARGET
from reporting.domain.weeks import ControlChart, Limits, Week

LOWEST_TOP = Decimal("0.6")
HEADROOM = Decimal("0.05")
GRID_STEP = Decimal("0.2")


@dataclass(frozen=True)
class Dot:
    """One week; places are percentages of the drawing, from the left and from the top."""

    week: Week
    place: int
    x: str
    y: str
    is_outside: bool


@dataclass(frozen=True)
class Line:
    begin: Dot
    end: Dot

    @property
    def is_unfinished(self) -> bool:
        return not self.end.week.is_over


@dataclass(frozen=True)
class Label:
    """The number of a week, under its place."""

    number: int
    x: str


@dataclass(frozen=True)
class GridLine:
    share: Decimal
    y: str


@dataclass(frozen=True)
class Band:
    """Ordinary variation: from `top` down over `height`, around the mean."""

    top: str
    height: str
    mean: str


@dataclass(frozen=True)
class Drawing:
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    grid: tuple[GridLine, ...]
    labels: tuple[Label, ...]
    target: str
    band: Band | None

    @property
    def latest(self) -> Dot | None:
        """The last full week: the one that is named by its share."""
        full = [dot for dot in self.dots if dot.week.is_over]
        return full[-1] if full else None


def drawing_of(chart: ControlChart) -> Drawing:
    """Place the weeks of `chart`; weeks without leads leave a gap."""
    top = _top_of(chart)
    dots = _dots(chart.weeks, chart.limits, top)
    return Drawing(
        dots=dots,
        lines=tuple(
            Line(begin, end) for begin, end in pairwise(dots) if end.place == begin.place + 1
        ),
        grid=tuple(
            GridLine(GRID_STEP * step, _y(GRID_STEP * step, top))
            for step in range(int(top / GRID_STEP) + 1)
        ),
        labels=tuple(
            Label(week.number, _x(place, len(chart.weeks)))
            for place, week in enumerate(chart.weeks)
        ),
        target=_y(MAP_TARGET, top),
        band=_band(chart.limits, top) if chart.limits else None,
    )


def _top_of(chart: ControlChart) -> Decimal:
    shares = [week.share for week in chart.weeks if week.share is not None]
    if chart.limits:
        shares.append(chart.limits.upper)
    highest = max(shares, default=Decimal(0)) + HEADROOM
    rounded = highest.quantize(Decimal("0.1"), rounding=ROUND_CEILING)
    return min(Decimal(1), max(LOWEST_TOP, rounded))


def _dots(weeks: Sequence[Week], limits: Limits | None, top: Decimal) -> tuple[Dot, ...]:
    return tuple(
        Dot(
            week=week,
            place=place,
            x=_x(place, len(weeks)),
            y=_y(week.share, top),
            is_outside=week.is_over and limits is not None and limits.excludes(week.share),
        )
        for place, week in enumerate(weeks)
        if week.share is not None
    )


def _band(limits: Limits, top: Decimal) -> Band:
    height = _percent((limits.upper - limits.lower) / top)
    return Band(top=_y(limits.upper, top), height=height, mean=_y(limits.mean, top))


def _x(place: int, of: int) -> str:
    return _percent((Decimal(place) + Decimal("0.5")) / of)


def _y(value: Decimal, top: Decimal) -> str:
    return _percent(1 - value / top)


def _percent(value: Decimal) -> str:
    return f"{100 * value:.2f}%"
