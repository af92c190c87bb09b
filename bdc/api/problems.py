"""How the API says that something is wrong: problem details of RFC 9457, never HTML."""

import logging
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ErrorDetail, NotFound, ValidationError
from rest_framework.settings import api_settings

from bdc.errors import FieldProblem, Malformed, NotAllowed, RuleBroken, Sentence

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
INVALID = _("Some fields are not right. `errors` says which and why.")
NOT_FOUND = _("There is nothing here that you may see.")


class BodyTooLarge(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The body is too large: 1 MiB at most.")


class NothingNamed(NotFound):
    """A field names something that is not there, or that the user may not see."""

    def __init__(self, field: str) -> None:
        super().__init__(NOT_FOUND)
        self.problems = (FieldProblem(field, "not_found", NOT_FOUND),)


def problem(
    status: int,
    code: str,
    detail: Sentence,
    problems: Iterable[FieldProblem] = (),
    headers: dict[str, str] | None = None,
) -> JsonResponse:
    """The answer that says what is wrong; `code` is for programs, `detail` for people."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": str(detail),
        "code": code,
        "errors": [
            {"field": one.field, "code": one.code, "message": str(one.message)} for one in problems
        ],
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)


def problem_details(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Translate whatever a view raised; the only place of the API that does."""
    if isinstance(exc, RuleBroken):
        return problem(HTTPStatus.CONFLICT, exc.code, exc.message, exc.problems)
    if isinstance(exc, NotAllowed):
        return problem(HTTPStatus.FORBIDDEN, "permission_denied", exc.message)
    if isinstance(exc, Malformed):
        return problem(HTTPStatus.BAD_REQUEST, "invalid", INVALID, exc.problems)
    if isinstance(exc, ValidationError):
        return problem(HTTPStatus.BAD_REQUEST, "invalid", INVALID, field_problems(exc.detail))
    if isinstance(exc, APIException):
        return _of_framework(exc)
    if isinstance(exc, Http404):
        return problem(HTTPStatus.NOT_FOUND, "not_found", NOT_FOUND)
    if isinstance(exc, PermissionDenied):
        return problem(HTTPStatus.FORBIDDEN, "permission_denied", _("You may not do this."))
    if isinstance(exc, RequestDataTooBig):
        return _of_framework(BodyTooLarge())
    if isinstance(exc, SuspiciousOperation):
        return problem(HTTPStatus.BAD_REQUEST, "parse_error", _("This request cannot be read."))
    return _unforeseen(exc)


def field_problems(detail: Any, field: str = "") -> Iterator[FieldProblem]:
    """Every error of a serializer with the path of its field: "customer.phones.0"."""
    if isinstance(detail, ErrorDetail):
        yield FieldProblem(field, detail.code or "invalid", detail)
    elif isinstance(detail, dict):
        for name, inner in detail.items():
            is_whole = name == api_settings.NON_FIELD_ERRORS_KEY
            path = field if is_whole else f"{field}.{name}" if field else str(name)
            yield from field_problems(inner, path)
    else:
        for position, inner in enumerate(detail):
            is_entry = not isinstance(inner, ErrorDetail)
            yield from field_problems(inner, f"{field}.{position}" if is_entry else field)


def _of_framework(exc: APIException) -> HttpResponse:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(ceil(wait))
    code = str(exc.get_codes())
    detail = NOT_FOUND if isinstance(exc, NotFound) else str(exc.detail)
    return problem(exc.status_code, code, detail, getattr(exc, "problems", ()), headers)


def _unforeseen(exc: Exception) -> HttpResponse:
    """What no rule foresaw. It is logged in full and told without what is inside."""
    logger.error("The API could not answer.", exc_info=exc)
    if isinstance(exc, OperationalError | InterfaceError):
        # Transactions of the domain have already tried again after a deadlock.
        busy = _("The database is busy or away. Try again in a moment.")
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", busy, headers={"Retry-After": "1"})
    if isinstance(exc, IntegrityError):
        # A constraint is named after the rule that it holds.
        rule = getattr(getattr(exc.__cause__, "diag", None), "constraint_name", None)
        refused = _("The database refuses this, since it would break a rule.")
        return problem(HTTPStatus.CONFLICT, rule or "conflict", refused)
    if isinstance(exc, DataError):
        return problem(HTTPStatus.BAD_REQUEST, "invalid", _("A value does not fit its field."))
    failed = _("Something failed here, and it is not your request. It has been logged.")
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", failed)
