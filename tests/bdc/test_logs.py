"""No name, number or address gets into a log line, and each line says what it belongs to."""

import json
import logging
import sys
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bdc.logs import JsonLine, TextLine, masked, working_on
from tests.factories import create_user


def record(words="It went wrong", *values, error=None, **extra):
    made = logging.LogRecord("bdc.some", logging.ERROR, "some.py", 1, words, values, None)
    made.created = 1_795_000_000.25
    made.exc_info = (type(error), error, error.__traceback__) if error else None
    made.__dict__.update(extra)
    return made


def raised(error):
    try:
        raise error
    except type(error):
        return sys.exc_info()[1]


def told(**extra):
    return json.loads(JsonLine().format(record(**extra)))


@pytest.mark.parametrize(
    "personal",
    [
        "jan.jansen+auto@klant.example",
        "+31612345678",
        "06 12 34 56 78",
        "040 - 123 45 67",
        "06-12345678",
        "5611 AB",
        "5611AB",
    ],
)
def test_what_looks_personal_is_left_out(personal):
    assert masked(f"no answer from {personal} today") == "no answer from … today"


@pytest.mark.parametrize(
    "plain",
    [
        "Effect mail lead-12 has failed, attempt 3",
        "at 2026-11-30 10:00:05",
        "task 18e1ebc5-6288-4a93-977f-2cf41d4e3cee",
        "HTTP 404 within 1200 ms",
    ],
)
def test_what_is_ours_stays(plain):
    assert masked(plain) == plain


def test_nobody_adds_a_line_of_his_own():
    assert masked("first\nsecond\r\x00\u2028third") == "first second third"


@pytest.mark.parametrize(
    "error",
    [
        KeyError("Jansen"),
        ValueError('could not convert "Jansen"'),
        ValidationError("“Jansen” is not a number"),
        RuntimeError("no such customer\nDETAIL: Jansen"),
        SMTPRecipientsRefused({"Jansen@klant.example": (550, b"Jansen is unknown")}),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("line", [TextLine(), JsonLine()], ids=["text", "json"])
def test_what_an_error_quotes_is_left_out(line, error):
    written = line.format(record(error=raised(error)))

    assert type(error).__name__ in written
    assert "tests/bdc/test_logs.py" in written
    assert "Jansen" not in written


def test_of_a_refusal_of_the_database_the_rule_is_told_and_not_the_row(db):
    create_user(email="jan@klant.example")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        create_user(email="jan@klant.example")

    errors = told(error=refused.value)["errors"]

    assert "jan@klant" in str(refused.value)
    assert [one["kind"] for one in errors] == ["IntegrityError", "UniqueViolation"]
    assert errors[1]["said"] == "23505 accounts_user_email_key"
    assert "klant" not in json.dumps(errors)


def test_error_tells_what_caused_it():
    try:
        try:
            raise KeyError("x")
        except KeyError as cause:
            raise RuntimeError("no such thing") from cause
    except RuntimeError as error:
        errors = told(error=error)["errors"]

    assert [(one["kind"], one["said"]) for one in errors] == [
        ("RuntimeError", "no such thing"),
        ("KeyError", "…"),
    ]


def test_line_for_programs():
    mark = working_on.set({"request": "abc"})
    try:
        line = told(facts={"status": 200})
    finally:
        working_on.reset(mark)

    assert line == {
        "at": "2026-11-18T11:06:40.250+00:00",
        "level": "ERROR",
        "logger": "bdc.some",
        "said": "It went wrong",
        "request": "abc",
        "status": 200,
    }


def test_line_for_people():
    assert TextLine().format(record("Tried %s times", 3, facts={"job": "sweep"})) == (
        "2026-11-18T11:06:40.250+00:00 ERROR bdc.some Tried 3 times job=sweep"
    )


def test_path_that_somebody_typed_is_left_out(rf):
    written = TextLine().format(record("Not Found: %s", "/Jansen/", request=rf.get("/Jansen/")))

    assert written.endswith("Not Found: …")
