"""A demo's clock stands in working hours, runs on, and never goes back before its data."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from bdc import clock
from bdc.clock import AMSTERDAM, first_moment, start_demo_clock
from bdc.engines.trouble import CannotStart
from bdc.models import DemoClock, JobRun
from bdc.outbox.effects import enqueue

SECOND = timedelta(seconds=1)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.fixture
def demo(db, settings):
    settings.DEMO = True
    clock._offset.cache_clear()
    yield
    clock._offset.cache_clear()


def remember(moment):
    """Let the data know that something happened at `moment`."""
    enqueue("letter", key=f"{moment}", payload={}, now=moment)


@pytest.mark.parametrize(
    ("real", "start"),
    [
        pytest.param("2026-11-24T11:15", "2026-11-24T11:15", id="Tuesday morning"),
        pytest.param("2026-11-24T09:00", "2026-11-24T09:00", id="at opening"),
        pytest.param("2026-11-24T08:59", "2026-11-24T10:00", id="before opening"),
        pytest.param("2026-11-24T15:00", "2026-11-24T15:00", id="three hours left"),
        pytest.param("2026-11-24T15:01", "2026-11-25T10:00", id="less than three hours left"),
        pytest.param("2026-11-24T23:00", "2026-11-25T10:00", id="night"),
        pytest.param("2026-11-27T17:00", "2026-11-30T10:00", id="Friday evening to Monday"),
        pytest.param("2026-11-28T10:00", "2026-11-28T10:00", id="Saturday at opening"),
        pytest.param("2026-11-28T09:59", "2026-11-30T10:00", id="Saturday before opening"),
        pytest.param("2026-11-28T13:01", "2026-11-30T10:00", id="Saturday, too late"),
        pytest.param("2026-11-29T23:00", "2026-11-30T10:00", id="Sunday night"),
        pytest.param(
            "2026-12-25T11:00", "2026-12-28T10:00", id="Christmas, and a weekend after it"
        ),
        pytest.param("2026-12-26T11:00", "2026-12-28T10:00", id="Christmas on a Saturday"),
        pytest.param("2026-04-27T11:00", "2026-04-28T10:00", id="King's Day"),
        pytest.param("2026-03-29T11:00", "2026-03-30T10:00", id="the night the clocks change"),
    ],
)
def test_demo_starts_in_working_hours_with_time_to_play(real, start):
    assert first_moment(local(real)) == local(start)


def test_outside_a_demo_it_is_the_real_time(settings):
    settings.DEMO = False

    with time_machine.travel("2026-11-29T23:00+01:00", tick=False):
        assert clock.now() == local("2026-11-29T23:00")


def test_outside_a_demo_spits_clock_is_refused():
    clock.refuse_outside_demo("")
    with pytest.raises(CannotStart, match="a demo only"):
        clock.refuse_outside_demo("2026-11-24T10:00")


def test_demo_runs_on_from_where_it_started(demo):
    with time_machine.travel("2026-11-29T23:00+01:00", tick=False) as traveller:
        assert start_demo_clock("") == local("2026-11-30T10:00")

        traveller.shift(timedelta(minutes=5))

        assert clock.now() == local("2026-11-30T10:05")


def test_now_is_in_utc(demo):
    start_demo_clock("2026-11-24T10:00")

    assert clock.now().tzinfo is UTC


def test_clock_may_be_given(demo):
    with time_machine.travel("2026-11-29T23:00+01:00", tick=False):
        assert start_demo_clock("2026-07-01T10:00") == local("2026-07-01T10:00")
        assert clock.now() == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_what_is_no_time_is_refused(demo):
    with pytest.raises(CannotStart, match="SPITS_CLOCK=ten is not a time"):
        start_demo_clock("ten")


def test_later_start_goes_on_with_the_same_clock(demo):
    with time_machine.travel("2026-11-29T23:00+01:00", tick=False) as traveller:
        start_demo_clock("")
        traveller.shift(timedelta(hours=2))

        assert start_demo_clock("") == local("2026-11-30T12:00")


def test_later_start_is_never_before_what_the_data_know(demo):
    with time_machine.travel("2026-11-29T23:00+01:00", tick=False):
        start_demo_clock("")
        remember(local("2026-11-30T10:30") + timedelta(milliseconds=1))

        assert start_demo_clock("") == local("2026-11-30T10:30") + SECOND


def test_later_start_may_jump_ahead(demo):
    with time_machine.travel("2026-11-29T23:00+01:00", tick=False):
        start_demo_clock("")

        assert start_demo_clock("2026-12-01T09:30") == local("2026-12-01T09:30")


def test_start_earlier_than_what_the_data_know_is_refused(demo):
    with time_machine.travel("2026-11-29T23:00+01:00", tick=False):
        start_demo_clock("")
        remember(local("2026-11-30T10:30"))

        with pytest.raises(CannotStart, match="which go up to 2026-11-30T10:30:00"):
            start_demo_clock("2026-11-30T10:29")
        assert clock.now() == local("2026-11-30T10:00")


def test_a_step_back_before_nothing_happened_lets_jobs_run_again(demo):
    start_demo_clock("2026-12-01T10:00")
    for moment in [local("2026-12-01T09:30"), local("2026-12-01T10:00")]:
        JobRun.objects.create(job="sweep", slot=moment, started_at=moment)

    start_demo_clock("2026-12-01T09:45")

    assert [run.slot for run in JobRun.objects.all()] == [local("2026-12-01T09:30")]


def test_there_is_one_clock(demo):
    start_demo_clock("2026-11-24T10:00")
    start_demo_clock("2026-11-25T10:00")

    assert DemoClock.objects.count() == 1


def test_the_clock_looks_where_things_happen(db, settings):
    """A table or column that is renamed must not fall out of the list unseen."""
    with connection.cursor() as cursor:
        for table, column in settings.DEMO_CLOCK_KNOWS:
            columns = connection.introspection.get_table_description(cursor, table)
            assert column in [each.name for each in columns]
