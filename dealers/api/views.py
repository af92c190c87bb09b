"""Presence, which people and programs set for themselves."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from bdc.api.fields import BodyIn
from bdc.api.tokens import SignedInApiRequest
from bdc.api.views import ApiViewSet
from dealers.domain.presence import set_presence
from dealers.models import Presence


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
