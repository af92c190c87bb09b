"""The up line of a dealership for programs, and a manager's override."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from bdc.api.fields import BodyIn, QuestionIn, Text
from bdc.api.problems import NothingNamed
from bdc.api.tokens import SignedInApiRequest
from bdc.api.views import ApiViewSet
from dealers.models import SalesRole
from leads.api.bodies import EMAIL, WORD
from leads.api.views import named_dealership, named_person
from leads.domain.up_line import override_up_line, up_line_of

IN_FRONT = {
    "position": 1,
    "user": "verkoper@noord.example",
    "name": "Sem Kuipers",
    "sales_role": "hybrid",
    "stands_since": "2026-11-24T08:30:00+01:00",
    "overdue": 0,
    "dropped": False,
    "overridden_by": None,
    "dropped_until": None,
}


class UpLineIn(QuestionIn):
    dealership = Text(max_length=WORD, help_text="A slug.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "For today", {"dealership": "noord-eindhoven", "user": "verkoper@noord.example"}
        )
    ]
)
class OverrideIn(BodyIn):
    dealership = Text(max_length=WORD, help_text="A slug.")
    user = Text(max_length=EMAIL, help_text="The e-mail of who stands in turn all the same.")


@extend_schema_serializer(examples=[OpenApiExample("In front", IN_FRONT)])
class PlaceOut(serializers.Serializer[Any]):
    """One place, the first in the row first."""

    position = serializers.IntegerField()
    user = serializers.EmailField(source="person.user.email")
    name = serializers.CharField(source="person.user.name")
    sales_role = serializers.ChoiceField(SalesRole.choices, source="person.sales_role")
    stands_since = serializers.DateTimeField()
    overdue = serializers.IntegerField(help_text="How many follow-ups are overdue.")
    dropped = serializers.BooleanField(source="is_dropped")
    overridden_by = serializers.EmailField(source="override.by.email", default=None)
    dropped_until = serializers.DateTimeField(
        source="drop.until",
        default=None,
        help_text="Until when a sales manager put this person at the end.",
    )


class UpLineViewSet(ApiViewSet):
    """The waiting row of those present who may take a visitor."""

    pagination_class = None  # a row of people is short, and answered whole

    @extend_schema(parameters=[UpLineIn], responses=PlaceOut(many=True))
    def list(self, request: SignedInApiRequest) -> Response:
        """The row as it stands now; who has overdue follow-ups stands at the end."""
        wanted = UpLineIn.read(request.query_params.dict()).validated_data
        dealership = named_dealership(request.user, wanted["dealership"])
        places = up_line_of(dealership, by=request.user, now=self.now)
        return Response(PlaceOut(places, many=True).data)

    @extend_schema(request=OverrideIn, responses={HTTPStatus.OK: PlaceOut(many=True)})
    @action(detail=False, methods=["post"])
    def override(self, request: SignedInApiRequest) -> Response:
        """Let somebody stand in turn today, although follow-ups are overdue."""
        given = OverrideIn.read(request.data).validated_data
        dealership = named_dealership(request.user, given["dealership"])
        person = named_person(dealership, given["user"], field="user")
        if person is None:
            raise NothingNamed("user")
        override_up_line(dealership, person=person, by=request.user, now=self.now)
        places = up_line_of(dealership, by=request.user, now=self.now)
        return Response(PlaceOut(places, many=True).data)
