"""What every view of the API does, and the answer where there is no view."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from bdc import clock
from bdc.api.bodies import read_body
from bdc.api.problems import NOT_FOUND, problem
from bdc.api.tokens import SignedInApiRequest


class ApiViewSet(GenericViewSet[Any]):
    """Reads a body within its limit before anything else, also where none is asked.

    `now` is the moment of the request: all of it happens at one time.
    """

    http_method_names = ["get", "post", "head"]
    lookup_value_converter = "int"
    request: SignedInApiRequest
    now: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.now = clock.now()
        method = str(request.method).lower()
        if method in ("post", "patch") and method in self.http_method_names:
            read_body(request)
            request.data  # noqa: B018 -- parses it, and raises when it cannot be read


@csrf_exempt
@login_not_required
def unknown_address(request: HttpRequest) -> HttpResponse:
    """No such address: in the API that is an error like any other."""
    return problem(HTTPStatus.NOT_FOUND, "not_found", NOT_FOUND)
