"""Whatever a view raises becomes a problem that tells nothing of what is inside."""

import json
import logging

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.http import Http404
from django.utils.translation import override

from bdc.accounts.models import User
from bdc.api import problem_details
from bdc.errors import FieldProblem, Malformed, NotAllowed, RuleBroken
from tests.api_client import INVALID, NOT_FOUND, problem
from tests.factories import create_user


def told(exc):
    with override("en"):
        response = problem_details(exc, {})
    assert response.headers["Content-Type"] == "application/problem+json"
    return json.loads(response.content), response


@pytest.mark.parametrize(
    ("exc", "body"),
    [
        (
            RuleBroken("not_spoken", "Speak first.", FieldProblem("call", "not_spoken", "First.")),
            problem(
                409, "Conflict", "not_spoken", "Speak first.", ("call", "not_spoken", "First.")
            ),
        ),
        (NotAllowed("Not you."), problem(403, "Forbidden", "permission_denied", "Not you.")),
        (
            Malformed(FieldProblem("due_at", "in_the_past", "Later.")),
            problem(400, "Bad Request", "invalid", INVALID, ("due_at", "in_the_past", "Later.")),
        ),
        (Http404("No Lead matches the given query."), NOT_FOUND),
        (
            PermissionDenied("csrf"),
            problem(403, "Forbidden", "permission_denied", "You may not do this."),
        ),
        (
            RequestDataTooBig(),
            problem(
                413,
                "Request Entity Too Large",
                "too_large",
                "The body is too large: 1 MiB at most.",
            ),
        ),
        (
            SuspiciousOperation("fields"),
            problem(400, "Bad Request", "parse_error", "This request cannot be read."),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_is_foreseen_is_told_in_its_own_words(exc, body):
    assert told(exc)[0] == body


@pytest.mark.parametrize(
    ("exc", "body"),
    [
        (
            OperationalError("deadlock detected on relation leads_lead"),
            problem(
                503,
                "Service Unavailable",
                "busy",
                "The database is busy or away. Try again in a moment.",
            ),
        ),
        (
            DataError("value too long for type character varying(8)"),
            problem(400, "Bad Request", "invalid", "A value does not fit its field."),
        ),
        (
            KeyError("password"),
            problem(
                500,
                "Internal Server Error",
                "internal_error",
                "Something failed here, and it is not your request. It has been logged.",
            ),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_nobody_foresaw_is_logged_and_not_shown(exc, body, caplog):
    with caplog.at_level(logging.ERROR):
        answered, _response = told(exc)

    assert answered == body
    assert caplog.records[0].exc_info[1] is exc


def test_when_the_database_is_busy_it_says_when_to_try_again():
    assert told(OperationalError())[1].headers["Retry-After"] == "1"


def test_a_constraint_is_told_by_the_rule_that_it_is_named_after(db):
    create_user(email="a@noord.example")
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        User.objects.update(email="A@noord.example")

    answered, _response = told(raised.value)

    assert answered == problem(
        409,
        "Conflict",
        "user_email_is_in_lower_case",
        "The database refuses this, since it would break a rule.",
    )
