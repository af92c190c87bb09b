"""The same figures as on the page, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from bdc import clock
from bdc.api.problems import CONTENT_TYPE, NothingNamed
from bdc.api.tokens import SignedInApiRequest
from bdc.api.views import ApiViewSet
from bdc.errors import FieldProblem, Malformed
from leads.models import Kind, Queue
from reporting.api.serializers import MapOut
from reporting.domain.asking import By, require_some_figures
from reporting.domain.figures import map_figures
from reporting.domain.periods import local_day
from reporting.forms import FiguresForm

# A day that is left empty is one that is not asked for.
DAY = {"type": "string", "anyOf": [{"format": "date"}, {"maxLength": 0}]}
QUESTION = [
    OpenApiParameter("dealership", str, description="The slug of one dealership."),
    OpenApiParameter(
        "salesperson",
        str,
        description="The e-mail of a salesperson: counts the rounds that began with him.",
    ),
    OpenApiParameter(
        "queue",
        str,
        enum=Queue.values,
        description="A queue of the BDC: counts the rounds that began with it.",
    ),
    OpenApiParameter("campaign", str, description="The slug of a campaign."),
    OpenApiParameter(
        "kind", str, enum=Kind.values, default="active", description="What the lead was at receipt."
    ),
    OpenApiParameter(
        "from", DAY, description="The first day; without any day it is about this week."
    ),
    OpenApiParameter(
        "to", DAY, description="The last day, included; with `from` alone it is today."
    ),
    OpenApiParameter(
        "by",
        str,
        enum=By.values,
        default="received",
        description="Whether leads count by receipt, or what happened by its own day.",
    ),
    OpenApiParameter(
        "net", bool, default=True, description="Whether tests and duplicates are left out."
    ),
]
NOT_ALLOWED = {"$ref": "#/components/schemas/Problem"}


class MapViewSet(ApiViewSet):
    """MAP, the 60 % steps and the targets, over what you may see."""

    pagination_class = None

    @extend_schema(
        operation_id="reports_map",
        parameters=QUESTION,
        responses={
            HTTPStatus.OK: MapOut,
            (HTTPStatus.FORBIDDEN, CONTENT_TYPE): NOT_ALLOWED,
        },
    )
    def list(self, request: SignedInApiRequest) -> Response:
        """How many leads of a period made an appointment, and how far they came.

        Without days it is about this week. A salesperson gets his own figures.
        """
        require_some_figures(request.user)
        form = FiguresForm(request.query_params, user=request.user, today=local_day(clock.now()))
        if not form.is_valid():
            if form.unseen:
                raise NothingNamed(form.unseen)
            raise Malformed(*_problems(form))
        return Response(MapOut(map_figures(form.question())).data)


def _problems(form: FiguresForm) -> Iterator[FieldProblem]:
    for field, problems in form.errors.as_data().items():
        for problem in problems:
            yield FieldProblem(field, problem.code or "invalid", " ".join(problem.messages))
