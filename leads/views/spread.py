"""How the attempts of a round are spread over days and parts of the day, to see at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from leads.models import Attempt, DayPart


@dataclass(frozen=True)
class DayOfAttempts:
    """The attempts of one local day: those of the morning, of the afternoon, of the evening."""

    day: date
    parts: list[list[Attempt]]


def spread_of(attempts: Iterable[Attempt]) -> list[DayOfAttempts]:
    """The days with attempts, the last one first."""
    days: dict[date, DayOfAttempts] = {}
    places = {part.value: place for place, part in enumerate(DayPart)}
    for attempt in sorted(attempts, key=lambda one: one.at):
        day = days.setdefault(
            attempt.local_date, DayOfAttempts(attempt.local_date, [[] for _part in DayPart])
        )
        day.parts[places[attempt.day_part]].append(attempt)
    return sorted(days.values(), key=lambda one: one.day, reverse=True)
