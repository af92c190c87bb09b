"""The only place that asks the time, and the rules of the demo's clock."""

import math
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bdc.engines.trouble import CannotStart
from bdc.models import DemoClock, JobRun

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SATURDAY = 5
WEEKDAY_HOURS = (time(9), time(18))  # calling and opening hours, both
SATURDAY_HOURS = (time(10), time(16))
TIME_TO_PLAY = timedelta(hours=3)
START_OF_PLAY = time(10)


def now() -> datetime:
    """Return the moment it is for the application, in UTC."""
    return real_now() + _offset()


def real_now() -> datetime:
    """Return the moment it is outside the application: for what Django wrote by it, such as when
    a session ends."""
    return datetime.now(UTC)


def day_began(at: datetime) -> datetime:
    """Return the midnight with which the day of `at` began where people work."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def start_demo_clock(asked: str) -> datetime:
    """Set the clock of a demo that starts, by SPITS_CLOCK (`asked`) if given; return its time."""
    newest = _newest_moment_known()
    clock = DemoClock.objects.first()
    real = real_now()
    if asked:
        moment = _asked_moment(asked, newest)
    elif clock is not None:
        moment = max(real + clock.offset, newest or real + clock.offset)
    else:
        moment = first_moment(real)
    # Whole seconds, rounded up so that the clock never stands before what the data know.
    offset_seconds = math.ceil((moment - real).total_seconds())
    DemoClock.objects.update_or_create(defaults={"offset_seconds": offset_seconds}, id=1)
    _offset.cache_clear()
    # Slots that lie ahead after a step back would keep their jobs from running.
    JobRun.objects.filter(slot__gt=moment).delete()
    return now()


def refuse_outside_demo(asked: str) -> None:
    if asked:
        raise CannotStart(
            "SPITS_CLOCK sets the clock of a demo only: start without it, or with SPITS_DEMO=1."
        )


def first_moment(real: datetime) -> datetime:
    """Return when a new demo starts: now if there is time to play, else a next morning."""
    local = real.astimezone(AMSTERDAM)
    if hours := _hours(local):
        opens, closes = (datetime.combine(local, hour, AMSTERDAM) for hour in hours)
        if opens <= local <= closes - TIME_TO_PLAY:
            return real
    morning = datetime.combine(local, START_OF_PLAY, AMSTERDAM)
    while morning < local or not _is_working_day(morning):
        morning += timedelta(days=1)
    return morning.astimezone(UTC)


@cache
def _offset() -> timedelta:
    """Return by how much this process's clock is ahead; it stays so while the process lives."""
    if not settings.DEMO:
        return timedelta(0)
    clock = DemoClock.objects.first()
    return clock.offset if clock else timedelta(0)


def _asked_moment(asked: str, newest: datetime | None) -> datetime:
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        raise CannotStart(
            f"SPITS_CLOCK={asked} is not a time: write it as 2026-11-24T10:00."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=AMSTERDAM)
    if newest is not None and moment < newest:
        raise CannotStart(
            f"SPITS_CLOCK={asked} is earlier than what the data know, which go up to "
            f"{newest.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M:%S}: give a later time, or choose "
            "another folder with SPITS_DATA."
        )
    return moment.astimezone(UTC)


def _newest_moment_known() -> datetime | None:
    """Return the newest moment in the tables where everything that happens leaves one."""
    tables = set(connection.introspection.table_names())
    moments = []
    with connection.cursor() as cursor:
        for table, column in settings.DEMO_CLOCK_KNOWS:
            if table in tables:
                cursor.execute(f'SELECT max("{column}") FROM "{table}"')  # noqa: S608  settings
                moments += [moment for (moment,) in cursor.fetchall() if moment]
    return max(moments, default=None)


def _hours(local: datetime) -> tuple[time, time] | None:
    if _is_working_day(local):
        return WEEKDAY_HOURS
    if local.weekday() == SATURDAY and local.date() not in _public_holidays():
        return SATURDAY_HOURS
    return None


def _is_working_day(local: datetime) -> bool:
    return local.weekday() < SATURDAY and local.date() not in _public_holidays()


@cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("NL")
