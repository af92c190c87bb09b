"""Periods of a report: local days, both included; this week, this month, thirteen weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from bdc.clock import AMSTERDAM

ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(weeks=1)
WEEKS_IN_VIEW = 13


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included, as days in the Netherlands."""

    first: date
    last: date

    @property
    def begins_at(self) -> datetime:
        return midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer in it."""
        return midnight(self.last + ONE_DAY)

    @property
    def is_calendar_month(self) -> bool:
        return self == month_of(self.first)

    def before(self) -> Period:
        """The period to compare with: the month before a month, else as many days before."""
        if self.is_calendar_month:
            return month_of(self.first - ONE_DAY)
        days = self.last - self.first + ONE_DAY
        return Period(self.first - days, self.last - days)


class Span(models.TextChoices):
    """The periods that have a name on the page."""

    WEEK = "week", _("this week")
    LAST_WEEK = "last_week", _("last week")
    MONTH = "month", _("this month")
    LAST_MONTH = "last_month", _("last month")
    WEEKS = "13_weeks", _("13 weeks")


def midnight(day: date) -> datetime:
    """Summer time changes at night after midnight, so every local midnight exists, once."""
    return datetime.combine(day, time.min, AMSTERDAM)


def local_day(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> Period:
    return Period(monday_of(day), monday_of(day) + ONE_WEEK - ONE_DAY)


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - ONE_DAY)


def weeks_until(day: date) -> Period:
    """The thirteen weeks of which the last holds `day`."""
    last = week_of(day)
    return Period(last.first - (WEEKS_IN_VIEW - 1) * ONE_WEEK, last.last)


_SPANS: dict[str, Callable[[date], Period]] = {
    Span.WEEK: week_of,
    Span.LAST_WEEK: lambda today: week_of(today - ONE_WEEK),
    Span.MONTH: month_of,
    Span.LAST_MONTH: lambda today: month_of(today.replace(day=1) - ONE_DAY),
    Span.WEEKS: weeks_until,
}


def period_of(span: str, *, today: date) -> Period:
    """Return the period that `span` names on `today`."""
    return _SPANS[span](today)


def period_between(first: date | None, last: date | None, *, today: date) -> Period:
    """Return the period from `first` to `last`; what is not given runs from Monday to today.

    Without either it is the week of today.
    """
    if first is None and last is None:
        return week_of(today)
    if last is None:
        last = max(today, first) if first else today
    return Period(first or monday_of(last), last)
