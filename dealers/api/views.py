"""Presence, which people and programs set for themselves; and absences."""

from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from bdc.api.fields import BodyIn, Moment
from bdc.api.problems import NothingNamed
from bdc.api.tokens import SignedInApiRequest
from bdc.api.views import ApiViewSet
from dealers.domain.absence import absences_to_see, end_absence, people_to_plan, record_absence
from dealers.domain.presence import set_presence
from dealers.models import Absence, Presence


@extend_schema_serializer(examples=[OpenApiExample("A pause", {"state": "pause"})])
class PresenceIn(BodyIn):
    state = serializers.ChoiceField(Presence.State.choices)


@extend_schema_serializer(
    examples=[OpenApiExample("A pause", {"state": "pause", "since": "2026-11-24T10:00:00+01:00"})]
)
class PresenceOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(Presence.State.choices)
    since = serializers.DateTimeField()


class PresenceViewSet(ApiViewSet):
    @extend_schema(request=PresenceIn, responses={HTTPStatus.OK: PresenceOut})
    def create(self, request: SignedInApiRequest) -> Response:
        """Say whether you are available, on a pause, or away."""
        given = PresenceIn.read(request.data).validated_data
        presence = set_presence(request.user, state=given["state"], now=self.now)
        return Response(PresenceOut(presence).data)


ABSENCE = {
    "id": 12,
    "user": "verkoper@noord.example",
    "begins_at": "2026-12-21T00:00:00+01:00",
    "ends_at": "2026-12-28T00:00:00+01:00",
    "recorded_by": "verkoopleider@noord.example",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("A week", {name: ABSENCE[name] for name in ("user", "begins_at", "ends_at")})
    ]
)
class AbsenceIn(BodyIn):
    user = serializers.EmailField(required=False, help_text="Who is away; without it yourself.")
    begins_at = Moment()
    ends_at = Moment()


@extend_schema_serializer(examples=[OpenApiExample("A week", ABSENCE)])
class AbsenceOut(serializers.ModelSerializer[Absence]):
    user = serializers.EmailField(source="user.email")
    recorded_by = serializers.EmailField(source="recorded_by.email", allow_null=True, default=None)

    class Meta:
        model = Absence
        fields = ("id", "user", "begins_at", "ends_at", "recorded_by")


class AbsenceViewSet(ApiViewSet):
    """Absences of a day or more, of yourself and of who works under you."""

    paged_by = "begins_at"

    @extend_schema(responses=AbsenceOut(many=True))
    def list(self, request: SignedInApiRequest) -> Response:
        """The absences that have not ended, the last to begin first."""
        page = self.paginate_queryset(absences_to_see(request.user, now=self.now))
        return self.get_paginated_response(AbsenceOut(page or [], many=True).data)

    @extend_schema(request=AbsenceIn, responses={HTTPStatus.CREATED: AbsenceOut})
    def create(self, request: SignedInApiRequest) -> Response:
        """Record that somebody is away; open leads go to others when it begins."""
        given = AbsenceIn.read(request.data).validated_data
        email = given.get("user", request.user.email).lower()
        user = people_to_plan(request.user).filter(email=email).first()
        if user is None:
            raise NothingNamed("user")
        absence = record_absence(
            user,
            begins_at=given["begins_at"],
            ends_at=given["ends_at"],
            by=request.user,
            now=self.now,
        )
        return Response(AbsenceOut(absence).data, status=HTTPStatus.CREATED)

    @extend_schema(request=None, responses={HTTPStatus.NO_CONTENT: None})
    @action(detail=True, methods=["post"])
    def end(self, request: SignedInApiRequest, pk: int) -> Response:
        """Somebody is back sooner, or does not go."""
        absence = get_object_or_404(absences_to_see(request.user, now=self.now), pk=pk)
        end_absence(absence, by=request.user, now=self.now)
        return Response(status=HTTPStatus.NO_CONTENT)
