"""Each task is told in one line, and one that fails with its reason."""

import logging

import pytest

from bdc.celery import app


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "bdc.work")
    return lambda: [one for one in caplog.records if one.name == "bdc.work"]


@pytest.fixture
def run():
    def run(work):
        task = app.task(work, name="tests.some_task")
        try:
            return task.apply()
        finally:
            app.tasks.unregister("tests.some_task")

    return run


def rest():
    pass


def stumble():
    return {}["Jansen"]


def test_one_line_for_a_task(run, lines):
    run(rest)

    [line] = lines()
    assert line.facts.pop("ms") >= 0
    assert line.facts == {"name": "tests.some_task", "state": "SUCCESS"}


def test_task_that_fails_says_why(run, lines):
    run(stumble)

    why, ended = lines()
    assert (why.levelname, why.facts["name"]) == ("ERROR", "tests.some_task")
    assert isinstance(why.exc_info[1], KeyError)
    assert ended.facts["state"] == "FAILURE"
