"""The page for what nobody foresaw, and the one for a database that is away."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string

from bdc.requests import request_number

SECONDS = "5"  # after which it makes sense to ask again


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database does not, and 500 for anything else that was raised."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": SECONDS})
    page = render_to_string("500.html", {"number": request_number()})
    return HttpResponseServerError(page)
