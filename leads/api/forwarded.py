"""Tasks for other departments, for programs."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from bdc.api.tokens import SignedInApiRequest
from bdc.api.views import ApiViewSet
from leads.domain.access import require_anywhere
from leads.domain.forwarding import finish_task, open_tasks, tasks_visible_to
from leads.models import Destination

TASK = {
    "id": 31,
    "lead": 10482,
    "destination": "service",
    "dealership": "noord-eindhoven",
    "made_at": "2026-11-24T10:05:00+01:00",
    "done_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("For the workshop", TASK)])
class TaskOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    lead = serializers.IntegerField(source="lead_id")
    destination = serializers.ChoiceField(Destination.choices)
    dealership = serializers.SlugField(source="dealership.slug")
    made_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


class TaskViewSet(ApiViewSet):
    """What other departments have to do about leads that were meant for them."""

    paged_by = "made_at"

    @extend_schema(responses=TaskOut(many=True))
    def list(self, request: SignedInApiRequest) -> Response:
        """The tasks that nobody has done yet, newest first."""
        require_anywhere(request.user, "do_tasks")
        page = self.paginate_queryset(open_tasks(request.user))
        return self.get_paginated_response(TaskOut(page or [], many=True).data)

    @extend_schema(request=None, responses=TaskOut)
    @action(detail=True, methods=["post"])
    def done(self, request: SignedInApiRequest, pk: int) -> Response:
        """Say that a task is done."""
        found = tasks_visible_to(request.user).select_related("lead__dealership", "dealership")
        task = finish_task(get_object_or_404(found, pk=pk), by=request.user, now=self.now)
        return Response(TaskOut(task).data)
