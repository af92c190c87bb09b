"""Moments as agents type them: "do 14.30", "morgen 9u", "over 1 uur", "24-11 14.30", "wk 49".

Why no library: the best kept one, dateparser, makes 10 November of "do 10u" and tomorrow 19.03 of
"morgen 9u", and knows neither "wk 49", "half 3" nor "volgende week di 10". It guesses, where a
promise to a customer must be understood or refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leads.formats.moment_words import (
    LAST_HOUR_SAID_OF_AFTERNOON,
    NOON,
    ClockTime,
    DayHalf,
    NotUnderstoodError,
    Words,
    read_words,
    refuse,
)

# A date of the last weeks is a slip; one of longer ago is meant for next year.
PASSED_JUST_NOW = timedelta(days=60)
HALVES = {
    DayHalf.MORNING: (time(0), time(12)),
    DayHalf.AFTERNOON: (time(12), time(18)),
    DayHalf.EVENING: (time(17), None),
}
YEARS = range(2000, 2101)
YEARS_TO_LEAP_DAY = 8


class Precision(StrEnum):
    """How exactly a moment was said."""

    MINUTE = "minute"
    PART = "part"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True)
class SaidMoment:
    """What was said: the moment `at`, or any from `at` to `until` as precise as it was said."""

    at: datetime
    until: datetime
    precision: Precision
    half: DayHalf | None = None

    @property
    def is_exact(self) -> bool:
        return self.precision == Precision.MINUTE


def read_said_moment(text: str, *, now: datetime, zone: ZoneInfo, within: timedelta) -> SaidMoment:
    """Understand what a person typed at `now` in `zone` as a moment ahead, `within` from now.

    Raises NotUnderstoodError, with words for a person and examples, for anything else: what is
    unclear is asked and never guessed. Returns UTC.
    """
    now = now.astimezone(UTC)
    said = _Reading(read_words(text), now, zone).said()
    if said.until <= now or (said.is_exact and said.at <= now):
        raise refuse(_("This moment has passed. Choose a later one."))
    if said.at > now + within:
        raise refuse(_("Choose a moment within the next two years."))
    return replace(said, at=max(said.at, _whole_minute(now)))


def _whole_minute(at: datetime) -> datetime:
    """The first whole minute after `at`."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _no_such() -> NotUnderstoodError:
    return refuse(_("There is no such day or time."))


@dataclass(frozen=True)
class _Reading:
    """The words of a moment, read at a time and a place."""

    words: Words
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def said(self) -> SaidMoment:
        words = self.words
        self._refuse_two_days()
        if words.elapsed is not None:
            at = self.now + words.elapsed
            if at.second or at.microsecond:
                at = _whole_minute(at)
            return SaidMoment(at, at, Precision.MINUTE)
        clock = self._clock()
        if words.week is not None or words.weeks is not None:
            return self._in_week(clock)
        day = self._day(clock)
        return self._on(day, clock)

    def _refuse_two_days(self) -> None:
        """One thing says the day: a weekday may go along with a date or a week."""
        words = self.words
        days = (words.date, words.day_of_month, words.days, words.months)
        weeks = (words.week, words.weeks)
        named = sum(one is not None for one in (*days, *weeks, words.elapsed))
        clashes = words.weekday is not None and (words.days, words.months) != (None, None)
        alone = words.elapsed is not None and (
            words.clock or words.half or words.weekday is not None
        )
        if named > 1 or clashes or alone:
            raise refuse(_("This says more than one day or time."))

    # --- The time -----------------------------------------------------------------------

    def _clock(self) -> time | None:
        clock, half = self.words.clock, self.words.half
        if clock is None:
            return None
        hour = _hour_of(clock, half)
        try:
            said = time(hour, clock.minute)
        except ValueError:
            raise _no_such() from None
        if half is not None:
            begins, ends = HALVES[half]
            if said < begins or (ends is not None and said >= ends):
                raise _no_such()
        return said

    # --- The day ------------------------------------------------------------------------

    def _day(self, clock: time | None) -> date:
        words = self.words
        if words.date is not None:
            return self._named_weekday(self._dated(clock, *words.date))
        if words.day_of_month is not None:
            return self._named_weekday(self._next_day_of_month(words.day_of_month, clock))
        if words.days is not None:
            return self._in_days(words.days)
        if words.months is not None:
            return self._in_months(words.months)
        if words.weekday is not None:
            return self._next_weekday(words.weekday, clock)
        return self.today if self._is_ahead(self.today, clock) else self._in_days(1)

    def _dated(self, clock: time | None, year: int | None, month: int, day: int) -> date:
        if year is not None:
            return _date(year, month, day)
        _date(2000, month, day)  # a leap year: 31 February is never there
        for later in range(YEARS_TO_LEAP_DAY + 1):
            try:
                found = date(self.today.year + later, month, day)
            except ValueError:
                continue
            if self._is_ahead(found, clock) or self.today - found < PASSED_JUST_NOW:
                return found
        raise _no_such()

    def _next_day_of_month(self, day: int, clock: time | None) -> date:
        if not 1 <= day <= 31:
            raise _no_such()
        first = self.today.replace(day=1)
        while True:
            try:
                found = first.replace(day=day)
            except ValueError:
                found = date.min
            if self._is_ahead(found, clock):
                return found
            first = (first + timedelta(days=31)).replace(day=1)

    def _named_weekday(self, day: date) -> date:
        """The day, unless the weekday beside it is another one."""
        if self.words.weekday in (None, day.weekday()):
            return day
        # The date itself is right more often than not, and only a person knows which one is.
        raise refuse(
            _("%(day)s is a %(weekday)s.")
            % {
                "day": format_skeleton("dMMMM", _as_moment(day), locale=_language()),
                "weekday": format_date(day, "EEEE", locale=_language()),
            }
        )

    def _next_weekday(self, weekday: int, clock: time | None) -> date:
        """The first that lies ahead; today only with a time that does."""
        day = self._in_days((weekday - self.today.weekday()) % 7)
        has_time = clock is not None or self.words.half is not None
        if day == self.today and not (has_time and self._is_ahead(day, clock)):
            day += timedelta(days=7)
        return day

    def _in_days(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def _in_months(self, months: int) -> date:
        """The same day of a later month, or its last one."""
        month = self.today.month - 1 + months
        for shorter in range(4):
            try:
                return date(self.today.year + month // 12, month % 12 + 1, self.today.day - shorter)
            except ValueError:
                continue
        raise _no_such()

    def _is_ahead(self, day: date, clock: time | None) -> bool:
        if day == date.min:
            return False
        said = self._on(day, clock)
        return said.at > self.now if said.is_exact else said.until > self.now

    # --- Weeks --------------------------------------------------------------------------

    def _in_week(self, clock: time | None) -> SaidMoment:
        monday = self._monday()
        if self.words.weekday is not None:
            return self._on(monday + timedelta(days=self.words.weekday), clock)
        if clock is not None or self.words.half is not None:
            return self._on(monday, clock)
        return SaidMoment(
            self._local(monday, time()),
            self._local(monday + timedelta(days=7), time()),
            Precision.WEEK,
        )

    def _monday(self) -> date:
        """The Monday of the week that was said; weeks by ISO 8601."""
        this = self.today - timedelta(days=self.today.weekday())
        if self.words.week is None:
            return this + timedelta(days=7 * (self.words.weeks or 0))
        number, year = self.words.week
        this_year = this.isocalendar().year
        try:
            monday = date.fromisocalendar(year or this_year, number, 1)
            if year is None and this - monday >= PASSED_JUST_NOW:
                monday = date.fromisocalendar(this_year + 1, number, 1)
        except ValueError:
            raise _no_such() from None
        return monday

    # --- Together -----------------------------------------------------------------------

    def _on(self, day: date, clock: time | None) -> SaidMoment:
        if clock is not None:
            at = self._local(day, clock)
            return SaidMoment(at, at, Precision.MINUTE)
        tomorrow = self._local(day + timedelta(days=1), time())
        if self.words.half is None:
            return SaidMoment(self._local(day, time()), tomorrow, Precision.DAY)
        begins, ends = HALVES[self.words.half]
        until = self._local(day, ends) if ends is not None else tomorrow
        return SaidMoment(self._local(day, begins), until, Precision.PART, self.words.half)

    def _local(self, day: date, clock: time) -> datetime:
        """A time of the day in UTC. Said twice in a night it is the first one ahead; left out
        by summer time, the one an hour later."""
        at = datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)
        if at <= self.now:
            again = datetime.combine(day, clock.replace(fold=1), tzinfo=self.zone)
            at = max(at, again.astimezone(UTC))
        return at


def _hour_of(clock: ClockTime, half: DayHalf | None) -> int:
    """The hour of 24; "3" and "half 3" are in the afternoon, "8 uur 's avonds" in the evening."""
    if not clock.is_loose or clock.hour >= NOON:
        return clock.hour
    if half == DayHalf.MORNING:
        return clock.hour
    is_later = half == DayHalf.EVENING or clock.hour <= LAST_HOUR_SAID_OF_AFTERNOON
    return clock.hour + NOON if is_later else clock.hour


def _date(year: int, month: int, day: int) -> date:
    if year not in YEARS:
        raise _no_such()
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_such() from None


def _as_moment(day: date) -> datetime:
    return datetime.combine(day, time(NOON), tzinfo=UTC)


def _language() -> str:
    return get_language() or "nl"
