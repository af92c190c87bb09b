"""The demo is loaded once: its cast, and then thirteen weeks that are played through."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from bdc.outbox.models import Effect
from dealers.domain.hours import local, opening_blocks
from leads.demo.cases import Cases
from leads.demo.cast import EINDHOVEN, cast_is_there, make_cast
from leads.demo.scenes import Scenes
from leads.demo.script import Script
from leads.demo.stage import Stage, Story
from leads.demo.today import Today

WEEKS = timedelta(weeks=13)


def load_demo(now: datetime) -> bool:
    """Load the demo whose present is `now`, all of it or nothing; False: it is already there."""
    if cast_is_there():
        return False
    play(now)
    return True


@transaction.atomic
def play(now: datetime) -> Stage:
    """Make the cast and play everything up to `now`; return the stage as it is then."""
    with _no_collecting_of_garbage():
        began = now - WEEKS
        stage = Stage(make_cast(since=began), began=began, ends=now)
        stage.begin(began, _days(stage))
        script = Script(stage)
        for part in (Cases(script), Scenes(script), Today(script)):
            part.begin()
        script.random_weeks()
        stage.play()
        stage.sweeps()
        _nobody_was_told(now)
    return stage


def _days(stage: Stage) -> Story:
    """What time does by itself, at every opening."""
    place = stage.cast.place(EINDHOVEN)
    day = local(place, stage.began).date()
    while True:
        for opens, _closes in opening_blocks(place, day):
            yield opens + timedelta(minutes=1)
            stage.sweeps()
        day += timedelta(days=1)


def _nobody_was_told(now: datetime) -> None:
    """Set aside the mails of the play: they are of the past, and nobody waits for them.

    They are marked as done, with a sentence that says so, and the outbox has nothing to do.
    """
    Effect.objects.open().update(done_at=now, last_error="Not sent: from before the demo began.")


@contextmanager
def _no_collecting_of_garbage() -> Iterator[None]:
    """Save an eighth of the time: so many rows are made that are soon gone by themselves."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
