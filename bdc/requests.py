"""Each request has an id, which its answer and log lines carry; one line tells of it."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from bdc.live.announcing import told_later
from bdc.logs import working_on
from bdc.metrics.requests import count_request

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
HEADER = "X-Request-ID"
PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")  # another text would be somebody's words in our logs
NO_ROUTE = "none"
SAID_LENGTH = 6  # letters of the id that people say; static/spits/js/answers.js says as many


class RequestMiddleware:
    """Name a request by its id, and tell of it when it is answered: in a line of the log, and to
    the open pages what it changed.

    A proxy or program that asks may give the id itself, to find the same request in its own logs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        own_id = given if PLAIN_ID.fullmatch(given) else uuid4().hex
        began = time.perf_counter()
        mark = working_on.set({"request": own_id})
        try:
            with told_later():
                response = self.get_response(request)
            response.headers[HEADER] = own_id
            _tell(request, response, time.perf_counter() - began)
        finally:
            working_on.reset(mark)
        return response


def request_number() -> str:
    """Return the number of the request under way as people say it: how its id begins."""
    return (working_on.get() or {}).get("request", "")[:SAID_LENGTH].upper()


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the address, in which nobody's words or numbers stand."""
    found = request.resolver_match
    return found.route if found is not None else NO_ROUTE


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    method, route, status = request.method or "", route_of(request), response.status_code
    count_request(method=method, route=route, status=status, seconds=seconds)
    facts = {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000),
        "user": _user_id(request),
    }
    logger.info("answered", extra={"facts": facts})


def _user_id(request: HttpRequest) -> int | None:
    """Return whose request it is, as far as somebody has asked that; it asks no database."""
    known = request.__dict__.get("user")
    if type(known) is SimpleLazyObject:  # of a session; a token's user stands there itself
        known = getattr(request, "_cached_user", None)
    return known.pk if known is not None else None
