"""Dates and moments in the notations that Dutch files, Excel and lead portals use."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EARLIEST_YEAR = 1900
LATEST_YEAR = 2100

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb february febr",
            "maart mrt march mar maa",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "augustus aug august",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY = re.compile(
    r"^(?:ma|di|wo|do|vr|za|zo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b[.,]?\s*",
    re.IGNORECASE,
)
_CLOCK_AFTER = re.compile(r"[T ]\s*[0-9]{1,2}[:.][0-9]{2}.*$", re.IGNORECASE)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_MONTH_NAME = re.compile(r"([0-9]{1,2})e?[-/. ]*([a-z]{3,9})\.?[-/. ']*([0-9]{4}|[0-9]{2})", re.I)
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_SERIAL = re.compile(r"([0-9]{4,5})(?:[.,][0-9]+)?")

_EXCEL_EPOCH = date(1899, 12, 30)
# Excel counts days; below 20000 (1954) a number is more likely a year or something else.
_EARLIEST_SERIAL, _LATEST_SERIAL = 20_000, 73_050

_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})-?(?P<month>[0-9]{2})-?(?P<day>[0-9]{2})"
    r"(?:[T ]+(?P<hour>[0-9]{1,2})(?::?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,12}))?)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+\-][0-9:]{0,6})?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"([+-])([0-9]{1,2}):?([0-9]{0,2})")
_DUTCH_CLOCK = re.compile(
    r"[T, ]\s*([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?(?:\s*uur)?$", re.I
)


def read_date(text: str) -> date | None:
    """Read a date; None when blank, Excel's empty date (00-01-1900), or not a date.

    Day before month, as here; two digits for the year; month names in Dutch or English; Excel's
    day count (46461 is 15-03-2027). Source: reference/domain.md 3.6.
    """
    text = _WEEKDAY.sub("", text[:60].strip())
    text = _CLOCK_AFTER.sub("", text).strip()
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := _DAY_FIRST.fullmatch(text):
        # 04/15/2027 can only be the American order.
        return _date(match[3], match[2], match[1]) or _date(match[3], match[1], match[2])
    if match := _MONTH_NAME.fullmatch(text):
        month = MONTHS.get(match[2].lower())
        return _date(match[3], str(month), match[1]) if month else None
    if _EIGHT_DIGITS.fullmatch(text):
        return _date(text[:4], text[4:6], text[6:]) or _date(text[4:], text[2:4], text[:2])
    if match := _SERIAL.fullmatch(text):
        days = int(match[1])
        if _EARLIEST_SERIAL <= days <= _LATEST_SERIAL:
            return _EXCEL_EPOCH + timedelta(days=days)
    return None


def _date(year: str, month: str, day: str) -> date | None:
    whole_year = int(year)
    if len(year) == 2:
        whole_year += 2000 if whole_year < 70 else 1900
    # Excel's nothing shows as one of the first days of its calendar.
    if not EARLIEST_YEAR < whole_year <= LATEST_YEAR:
        return None
    try:
        return date(whole_year, int(month), int(day))
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """Read the moment a lead was asked for; returns UTC, or None when it cannot be read.

    Without a zone it is Amsterdam time; of an incomplete zone (-08:0) the hours count; a date
    alone is its midnight. Source: reference/domain.md 2.1 and 2.3.
    """
    text = text[:60].strip()
    match = _MOMENT.fullmatch(text)
    if match is None:
        return _read_dutch_moment(text)
    fraction = (match["fraction"] or "").ljust(6, "0")[:6]
    return _moment(
        _date(match["year"], match["month"], match["day"]),
        hour=int(match["hour"] or 0),
        minute=int(match["minute"] or 0),
        second=int(match["second"] or 0),
        microsecond=int(fraction or 0),
        zone=match["zone"] or "",
    )


def has_whole_zone(text: str) -> bool:
    """Whether a moment says its own zone, so that we need not assume one."""
    match = _MOMENT.fullmatch(text[:60].strip())
    zone = (match["zone"] or "") if match else ""
    return zone.upper() in ("Z", "UTC", "GMT") or bool(
        re.fullmatch(r"[+-][0-9]{2}:?[0-9]{2}", zone)
    )


def _read_dutch_moment(text: str) -> datetime | None:
    """Read "17-11-2026 14.05 uur" and "17 november 2026 14:05"."""
    clock = _DUTCH_CLOCK.search(text)
    day = read_date(text[: clock.start()] if clock else text)
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    return _moment(day, hour=hour, minute=minute, second=second, microsecond=0, zone="")


def _moment(
    day: date | None, *, hour: int, minute: int, second: int, microsecond: int, zone: str
) -> datetime | None:
    if day is None or not (hour < 24 and minute < 60 and second <= 60):
        return None
    at = datetime(
        day.year, day.month, day.day, hour, minute, min(second, 59), microsecond, _zone(zone)
    )
    return at.astimezone(UTC)


def _zone(zone: str) -> timezone | ZoneInfo:
    if zone.upper() in ("Z", "UTC", "GMT"):
        return UTC
    match = _ZONE.match(zone)
    if match is None:
        return AMSTERDAM
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > timedelta(hours=14):
        return AMSTERDAM
    return timezone(-offset if match[1] == "-" else offset)
