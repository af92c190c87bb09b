"""A run through practice: what fits, what does not, and what the session keeps of it."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from leads.models import CloseReason
from leads.practice.customers import CUSTOMERS, Did
from leads.practice.run import Answer, Run
from leads.views.calling_panels import REASONS_OF
from leads.views.calling_screen import RESULT_KEYS
from tests.factories import TUESDAY_10, at

HERE = ZoneInfo("Europe/Amsterdam")
PLACES = {customer.last_name: place for place, customer in enumerate(CUSTOMERS)}
NOT_REACHED = Answer(Did.NO_ANSWER)


def run_at(last_name):
    return Run(began_at=TUESDAY_10, place=PLACES[last_name])


def test_ten_customers_teach_nine_keys_and_to_take_back():
    of_the_screen = {key.key for key in RESULT_KEYS}

    assert [customer.key for customer in CUSTOMERS] == [*"123456789", "z"]
    assert set("123456789") <= of_the_screen


def test_every_reason_that_fits_is_one_of_the_panels(db):
    asked = {one.fitting.reason for one in CUSTOMERS} - {""}

    assert asked <= set().union(*REASONS_OF.values())
    assert CloseReason.objects.filter(pk__in=asked).count() == len(asked) == 5


@pytest.mark.parametrize(
    ("moment", "fits"),
    [(at(26, 14, 30), True), (at(26, 14), False), (at(25, 14, 30), False)],
    ids=["thursday half past two", "another time", "another day"],
)
def test_a_moment_that_was_named_is_the_one_that_fits(moment, fits):
    run = run_at("Broodmans")

    run.note(Answer(Did.CALL_BACK, at=moment), HERE)

    assert run.fits(HERE) is fits
    assert run.missed == ([] if fits else [run.place])


def test_who_answers_after_all_is_taken_back_first_and_gets_the_note_along():
    run = run_at("Oepkes")
    run.note(NOT_REACHED, HERE)
    assert run.is_twisted
    assert run.missed == []

    run.take_back()
    run.note(Answer(Did.CALL_BACK, at=at(25, 9, 30)), HERE)
    assert not run.fits(HERE)  # without the note
    run.line.has_note = True

    assert run.fits(HERE)
    assert not run.is_twisted


def test_who_goes_on_without_taking_back_has_missed_it():
    run = run_at("Oepkes")
    run.note(NOT_REACHED, HERE)

    run.go_on(at(24, 10, 6))

    assert run.missed == [run.place]
    assert run.is_over
    assert run.took.total_seconds() == 360


def test_a_second_try_fits_and_the_first_still_counts():
    run = run_at("Rustenburg")
    run.note(NOT_REACHED, HERE)
    run.take_back()

    run.note(Answer(Did.OBJECTION), HERE)

    assert run.fits(HERE)
    assert run.missed == [run.place]


def test_the_session_gives_back_what_it_kept():
    run = run_at("Sopma")
    run.presses = 17
    run.line.visits.append("workshop")
    run.note(Answer(Did.CALL_BACK, at=at(26, 14, 30)), HERE)

    again = Run.read(json.loads(json.dumps(run.kept())))

    assert again == run


@pytest.mark.parametrize(
    "kept",
    [None, {}, "practice", {**run_at("Sopma").kept(), "place": 10}, {"line": {"answer": None}}],
)
def test_what_another_version_kept_begins_anew(kept):
    assert Run.read(kept) is None
