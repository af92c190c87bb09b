"""The words and figures in which people type a moment, one by one: "do", "wk 49", "half 3".

leads/formats/moments.py says which moment they come to. Dutch, and English where it costs little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from leads.formats.dates import MONTHS

LONGEST_TEXT = 60
NOON = 12
LAST_HOUR_SAID_OF_AFTERNOON = 6  # "do 3" is 15.00: nobody calls at night


class DayHalf(StrEnum):
    """The part of a day as people say it."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class NotUnderstoodError(ValueError):
    """What was typed is no moment that lies ahead; `message` says why, for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class ClockTime:
    """A time on the clock; `is_loose` where 3 may as well be 15."""

    hour: int
    minute: int = 0
    is_loose: bool = False
    is_dotted: bool = False


@dataclass(frozen=True)
class Words:
    """Everything that a text says about a moment, before it is known which one that is."""

    date: tuple[int | None, int, int] | None = None  # year, month, day
    day_of_month: int | None = None
    days: int | None = None  # from today
    months: int | None = None
    elapsed: timedelta | None = None
    week: tuple[int, int | None] | None = None  # number, year
    weeks: int | None = None  # from this one
    weekday: int | None = None
    half: DayHalf | None = None
    clock: ClockTime | None = None
    number: int | None = None  # an hour or a day, as the rest decides


def examples() -> str:
    return _("For example: thu 14.30, tomorrow 9, in 1 hour, 24-11 14.30 or wk 49.")


def refuse(why: str) -> NotUnderstoodError:
    return NotUnderstoodError(f"{why} {examples()}")


def read_words(text: str) -> Words:
    """Read `text` word by word; raises NotUnderstoodError at the first that means nothing here."""
    text = _plain(text)
    if len(text) > LONGEST_TEXT:
        raise refuse(_("This is too long for a moment."))
    words, place = Words(), 0
    while place < len(text):
        for pattern, note in _READERS:
            match = pattern.match(text, place)
            if match is not None:
                words, place = note(words, match), match.end()
                break
        else:
            raise _strange(text[place:].split()[0])
    if words == Words():
        raise refuse(_("No day or time is understood."))
    return _with_number(words)


def _plain(text: str) -> str:
    """Lower case, plain quotes, single spaces, no accents."""
    text = unicodedata.normalize("NFKD", text[: LONGEST_TEXT * 4]).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub("['’\u2018`]", "", text).replace("a.s.", " ").replace(".m.", "m ")
    return " ".join(text.split())


def _strange(word: str) -> NotUnderstoodError:
    return refuse(_("“%(word)s” is not understood.") % {"word": word})


def _put(words: Words, **said: Any) -> Words:
    """`words` with one more thing said; a second one of the same kind is refused."""
    for name in said:
        if getattr(words, name) is not None:
            raise refuse(_("This says more than one day or time."))
    return replace(words, **said)


# --- Numbers and names ------------------------------------------------------------------

_SPOKEN = (
    *("een", "twee", "drie", "vier", "vijf", "zes"),
    *("zeven", "acht", "negen", "tien", "elf", "twaalf"),
)
_NUMBERS = {name: number for number, name in enumerate(_SPOKEN, start=1)}
_NUMBERS |= {"n": 1, "a": 1, "an": 1, "kwart": 15}
_HOUR = rf"([0-9]{{1,2}}|{'|'.join(_SPOKEN)})(?![0-9a-z]|[.:][0-9])\s*(?:uur|u|h)?(?![a-z])"

_MONTH = rf"({'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![a-z])\.?"
_YEAR = r"(?:[ ,/-]*(20[2-9][0-9])(?![0-9]|[.:][0-9]))?"

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "maandag ma maa monday mon",
            "dinsdag di din tuesday tue tues",
            "woensdag wo woe wednesday wed",
            "donderdag do don thursday thu thur thurs",
            "vrijdag vr vrij friday fri",
            "zaterdag za zat saturday sat",
            "zondag zo zon sunday sun",
        )
    )
    for name in names.split()
}
_HALVES = {
    "ochtend": DayHalf.MORNING,
    "ochtends": DayHalf.MORNING,
    "sochtends": DayHalf.MORNING,
    "vroeg": DayHalf.MORNING,
    "morgens": DayHalf.MORNING,
    "smorgens": DayHalf.MORNING,
    "morning": DayHalf.MORNING,
    "middag": DayHalf.AFTERNOON,
    "middags": DayHalf.AFTERNOON,
    "smiddags": DayHalf.AFTERNOON,
    "afternoon": DayHalf.AFTERNOON,
    "avond": DayHalf.EVENING,
    "avonds": DayHalf.EVENING,
    "savonds": DayHalf.EVENING,
    "evening": DayHalf.EVENING,
}
_DAYS = {"vandaag": 0, "today": 0, "morgen": 1, "tomorrow": 1, "overmorgen": 2}
_TODAY = {
    "vanochtend": DayHalf.MORNING,
    "vanmorgen": DayHalf.MORNING,
    "vanmiddag": DayHalf.AFTERNOON,
    "vanavond": DayHalf.EVENING,
    "tonight": DayHalf.EVENING,
}
# Said without meaning anything by themselves.
_PASSING = frozenset(
    {
        *(
            "om",
            "op",
            "de",
            "het",
            "rond",
            "omstreeks",
            "ongeveer",
            "vanaf",
            "na",
            "s",
            "in",
            "uur",
        ),
        *("komende", "aanstaande", "volgende", "eerstvolgende", "en", "t"),
        *("at", "on", "the", "next", "coming", "this", "around", "about", "from", "after"),
        "oclock",
    }
)


def _word(words: Words, match: re.Match[str]) -> Words:
    word = match[1]
    if word in _PASSING:
        return words
    if word in _WEEKDAYS:
        return _put(words, weekday=_WEEKDAYS[word])
    if word in _DAYS:
        return _put(words, days=_DAYS[word])
    if word in _HALVES:
        return _put(words, half=_HALVES[word])
    if word in _TODAY:
        return _put(words, days=0, half=_TODAY[word])
    for ending, half in _HALVES.items():  # dinsdagmiddag, morgenochtend
        start = word.removesuffix(ending)
        if start != word and start in _WEEKDAYS:
            return _put(words, weekday=_WEEKDAYS[start], half=half)
        if start != word and start in _DAYS:
            return _put(words, days=_DAYS[start], half=half)
    raise _strange(word)


# --- Dates and weeks --------------------------------------------------------------------


def _whole_year(year: str | None) -> int | None:
    if not year:
        return None
    return int(year) + 2000 if len(year) == 2 else int(year)


def _year_first(words: Words, match: re.Match[str]) -> Words:
    return _put(words, date=(int(match[1]), int(match[2]), int(match[3])))


def _day_first(words: Words, match: re.Match[str]) -> Words:
    return _put(words, date=(_whole_year(match[3]), int(match[2]), int(match[1])))


def _day_and_month(words: Words, match: re.Match[str]) -> Words:
    return _put(words, date=(_whole_year(match[3]), MONTHS[match[2]], int(match[1])))


def _month_and_day(words: Words, match: re.Match[str]) -> Words:
    return _put(words, date=(_whole_year(match[3]), MONTHS[match[1]], int(match[2])))


def _ordinal(words: Words, match: re.Match[str]) -> Words:
    return _put(words, day_of_month=int(match[1]))


def _week(words: Words, match: re.Match[str]) -> Words:
    return _put(words, week=(int(match[1]), _whole_year(match[2])))


def _week_from_now(words: Words, match: re.Match[str]) -> Words:
    return _put(words, weeks=0 if match[1] in ("deze", "this") else 1)


# --- How long from now ------------------------------------------------------------------

_MINUTES_IN = {"m": 1, "k": 15, "u": 60, "h": 60}


def _from_now(words: Words, match: re.Match[str]) -> Words:
    amount, unit = match[1], match[2]
    doubled = 1 if amount and "half" in amount and not amount.startswith("ander") else 2
    if amount and amount.startswith("ander"):
        doubled = 3
    elif amount and "half" not in amount:
        doubled = 2 * (int(amount) if amount.isdecimal() else _NUMBERS[amount])
    if unit.startswith(("min", "kwartier", "u", "h")):
        return _put(words, elapsed=timedelta(minutes=_MINUTES_IN[unit[0]] * doubled / 2))
    if doubled % 2:
        raise _strange(match[0].strip())
    if unit.startswith("d"):
        return _put(words, days=doubled // 2)
    if unit.startswith("w"):
        return _put(words, days=doubled // 2 * 7)
    return _put(words, months=doubled // 2)


# --- Times on the clock -----------------------------------------------------------------


def _clock(words: Words, match: re.Match[str]) -> Words:
    """14.30, and 24.11 where a second time shows that the first was a day."""
    hour, minute, half = match[1], match[2], match[3] or ""
    if int(hour) >= 24 and 1 <= int(minute) <= 12 and not half:
        return _put(words, date=(None, int(minute), int(hour)))
    first = words.clock
    if first is not None and first.is_dotted and words.date is None:
        words = replace(words, clock=None, date=(None, first.minute, first.hour))
    said = _clock_time(hour, int(minute), half)
    return _put(words, clock=replace(said, is_dotted="." in match[0]))


def _hour(words: Words, match: re.Match[str]) -> Words:
    return _put(words, clock=_clock_time(match[1], 0, match[2]))


def _hour_and_minute(words: Words, match: re.Match[str]) -> Words:
    return _put(words, clock=_clock_time(match[1], int(match[2]), ""))


def _clock_time(hour: str, minute: int, half: str) -> ClockTime:
    number = int(hour) if hour.isdecimal() else _NUMBERS[hour]
    if half in ("am", "pm"):
        if not 1 <= number <= NOON:
            raise refuse(_("There is no such day or time."))
        return ClockTime(number % NOON + (NOON if half == "pm" else 0), minute)
    is_loose = 1 <= number <= NOON and not hour.startswith("0")
    return ClockTime(number, minute, is_loose)


def _in_words(words: Words, match: re.Match[str]) -> Words:
    """Half 3 is 14.30; kwart voor 3, 10 over half 3."""
    amount, side, has_half, hour = match[1], match[2], match[3], match[4]
    minutes = (int(hour) if hour.isdecimal() else _NUMBERS[hour]) * 60
    minutes -= 30 if has_half else 0
    if amount:
        by = int(amount) if amount.isdecimal() else _NUMBERS[amount]
        minutes += by if side == "over" else -by
    minutes = minutes if minutes >= 60 else minutes + NOON * 60
    return _put(words, clock=ClockTime(minutes // 60, minutes % 60, is_loose=minutes < 13 * 60))


def _bare(words: Words, match: re.Match[str]) -> Words:
    if match[1].startswith("0"):
        return _put(words, clock=ClockTime(int(match[1])))
    return _put(words, number=int(match[1]))


def _with_number(words: Words) -> Words:
    """What a number alone is: an hour, or the day of the month beside a time or from 24 on."""
    if words.number is None:
        return words
    number, words = words.number, replace(words, number=None)
    if words.clock is not None or number >= 24:
        return _put(words, day_of_month=number)
    return _put(words, clock=_clock_time(str(number), 0, ""))


def _passing(words: Words, _match: re.Match[str]) -> Words:
    return words


_AMOUNT = (
    r"([0-9]{1,3}|een half|n half|half an|half|een halve|anderhal(?:f|ve)|"
    rf"{'|'.join(_SPOKEN)}|n|an|a)"
)
_UNIT = (
    r"(min(?:uut|uten|ute|utes|s)?|kwartier(?:tje)?|uur(?:tje)?|uren|u|h|hours?|hrs?|"
    r"dag(?:en)?|days?|d|weken|weekje|weeks?|wk|w|maand(?:en)?|months?)"
)
_READERS: list[tuple[re.Pattern[str], Callable[[Words, re.Match[str]], Words]]] = [
    (re.compile(rf"(?:{pattern})\s*"), note)
    for pattern, note in (
        (r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:t(?=[0-9])|(?![0-9]))", _year_first),
        (
            r"([0-9]{1,2})[-/]([0-9]{1,2})(?:[-/]([0-9]{4}|[0-9]{2}))?(?![0-9a-z]|[-/.:][0-9])",
            _day_first,
        ),
        (r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})(?![0-9a-z]|[.:][0-9])", _day_first),
        (
            r"(?:([0-9]{1,2}|kwart|vijf|tien)\s*(voor|over)\s*)"
            rf"(half\s*)?{_HOUR}(?!\s*(?:min|uur))",
            _in_words,
        ),
        (rf"()()(half)\s*{_HOUR}", _in_words),
        (rf"(?:over|in|\+)\s*{_AMOUNT}?\s*{_UNIT}(?![a-z])", _from_now),
        (rf"([0-9]{{1,2}})(?:e|de|ste|st|nd|rd|th)?[ ./-]*{_MONTH}{_YEAR}", _day_and_month),
        (
            rf"{_MONTH}\s*([0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9a-z]|[.:][0-9]){_YEAR}",
            _month_and_day,
        ),
        (
            r"([0-9]{1,2})[:.]([0-9]{2})(?::00)?(?![0-9]|[.:][0-9])\s*(?:uur|u|h|(am|pm))?(?![a-z])",
            _clock,
        ),
        (r"([0-9]{1,2})\s*[uh]\s*([0-9]{2})(?![0-9])", _hour_and_minute),
        (rf"([0-9]{{1,2}}|{'|'.join(_SPOKEN)})\s*(uur|u|h|am|pm)(?![a-z])", _hour),
        (
            r"([01][0-9]|2[0-3])([0-5][0-9])(?![0-9])\s*(?:uur|u|h)?(?![a-z])",
            _hour_and_minute,
        ),
        (r"([0-9]{1,2})(?:e|ste|de|th|st|nd|rd)(?![a-z])", _ordinal),
        (r"(volgende|komende|next|deze|this)\s+(?:week|wk)(?![a-z])(?!\s*nr)", _week_from_now),
        (
            r"(?:weeknummer|weeknr|week|wk|w)\.?\s*(?:nr\.?\s*)?([0-9]{1,2})"
            r"(?:\s*[/-]\s*(20[0-9]{2}))?(?![0-9a-z]|[.:/-][0-9])",
            _week,
        ),
        (r"([a-z]+)(?:\.(?![0-9]))?", _word),
        (r"[,;@()–-]", _passing),
        (r"([0-9]{1,2})(?![0-9])", _bare),
    )
]
