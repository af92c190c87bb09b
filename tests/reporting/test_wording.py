"""What the page says about figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from leads.models import Kind
from reporting.domain import weeks
from reporting.domain.asking import Question
from reporting.domain.counting import ACTIVE_SEGMENTS, PASSIVE_SEGMENTS
from reporting.domain.figures import MapFigures, Speed, Tally
from reporting.domain.periods import week_of
from reporting.domain.weeks import Signal
from reporting.wording import (
    SEGMENTS,
    SIGNALS,
    funnel_lines,
    leak_sentence,
    minutes,
    signal_sentence,
)

ENOUGH = Tally(leads=100, reached=60, appointments=30, showed=24, sold=12)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def figures(tally: Tally) -> MapFigures:
    question = Question(
        period=week_of(date(2026, 11, 24)), dealerships=frozenset(), kind=Kind.ACTIVE
    )
    return MapFigures(question, gross=tally, net=tally, conversions=(), speed=Speed(0, 0))


def test_each_bar_is_a_share_of_all_leads_and_its_note_of_the_step_before():
    lines = funnel_lines(figures(ENOUGH), leads_url="/leads/")

    assert [(line.label, line.count, line.share, line.target, line.note) for line in lines] == [
        ("Leads", 100, Decimal(1), None, ""),
        ("Reached", 60, Decimal("0.6"), Decimal("0.6"), "60% of 100, target 60%"),
        ("Appointment", 30, Decimal("0.3"), Decimal("0.36"), "50% of 60, target 60%"),
        ("Showed up", 24, Decimal("0.24"), Decimal("0.216"), "80% of 30, target 60%"),
        ("Sold", 12, Decimal("0.12"), Decimal("0.1296"), "50% of 24, target 60%"),
    ]
    assert lines[0].url == "/leads/"


def test_a_step_of_fewer_than_twenty_is_counted_and_not_judged():
    lines = funnel_lines(figures(Tally(19, 9, 3, 1, 1)), leads_url="")

    assert [line.note for line in lines[1:]] == ["9 of 19", "3 of 9", "1 of 3", "1 of 1"]
    assert {line.target for line in lines} == {None}


def test_what_was_taken_over_with_an_appointment_counts_from_there_on():
    lines = funnel_lines(figures(Tally(20, 10, 5, 10, 5, taken_over=20)), leads_url="")

    assert [line.share for line in lines[3:]] == [Decimal("0.25"), Decimal("0.125")]
    assert {line.target for line in lines} == {None}


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (ENOUGH, "Biggest leak: appointment, 50% of 60."),
        (Tally(100, 60, 36, 22, 14), "No leak: each step keeps 60% or more."),
        (Tally(100, 90, 60, 20, 2), "Biggest leak: sold, 10% of 20."),
        (Tally(100, 90, 60, 19, 0), "Biggest leak: showed up, 31.7% of 60."),
        (Tally(19, 1, 0, 0, 0), ""),
    ],
)
def test_the_biggest_leak_is_the_step_that_keeps_the_least(tally, said):
    assert leak_sentence(figures(tally)) == said


def test_every_signal_and_every_segment_has_its_words():
    assert set(SIGNALS) == {(rule, above) for rule in weeks.RULES for above in (True, False)}
    assert set(SEGMENTS) == {one.name for one in (*ACTIVE_SEGMENTS, *PASSIVE_SEGMENTS)}


@pytest.mark.parametrize(
    ("signal", "is_known", "said"),
    [
        (None, False, "Too few leads to tell ordinary ups and downs from a change."),
        (None, True, "No signal: this is ordinary variation."),
        (
            Signal("outside", is_above=False),
            True,
            "Signal: the last full week was below the limits. Find out what happened.",
        ),
    ],
)
def test_the_weeks_say_when_not_to_react(signal, is_known, said):
    assert signal_sentence(signal, is_known=is_known) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(38, "0:38"), (107, "1:47"), (3725, "1:02:05"), (None, "–")]
)
def test_waiting_is_said_in_minutes(seconds, said):
    assert minutes(None if seconds is None else timedelta(seconds=seconds)) == said
