"""The call queue for programs: the next customer, held for this agent alone."""

from __future__ import annotations

from http import HTTPStatus

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from bdc.api.tokens import SignedInApiRequest
from leads.api import bodies
from leads.api.answers import LeadAnswers
from leads.api.serializers import HeldLeadOut
from leads.api.views import named_dealership
from leads.domain.holding import release_hold, renew_hold
from leads.domain.queue import next_lead
from leads.models import Hold, Release

NOTHING_DUE = OpenApiResponse(description="Nothing is due.")
LET_GO = OpenApiResponse(description="The customer is let go.")


class QueueViewSet(LeadAnswers):
    """The call queue: never two agents on one customer, nor two customers for one agent."""

    @extend_schema(
        request=bodies.NextLeadIn,
        responses={HTTPStatus.OK: HeldLeadOut, HTTPStatus.NO_CONTENT: NOTHING_DUE},
    )
    @action(detail=False, methods=["post"])
    def next(self, request: SignedInApiRequest) -> Response:
        """Hold the best due lead; while you hold one, the same comes again."""
        given = bodies.NextLeadIn.read(request.data).validated_data
        if slug := given.get("dealership"):
            named_dealership(request.user, slug)
        hold = next_lead(request.user, now=self.now, **given)
        if hold is None:
            return Response(status=HTTPStatus.NO_CONTENT)
        return self._held(hold)

    def _held(self, hold: Hold) -> Response:
        shown = HeldLeadOut(self.fresh(hold.lead_id), context={"now": self.now, "hold": hold})
        return Response(shown.data)

    @extend_schema(request=None, responses=HeldLeadOut)
    @action(detail=False, methods=["post"])
    def renew(self, request: SignedInApiRequest) -> Response:
        """Hold on for another 15 minutes, 60 at most."""
        hold = renew_hold(request.user, now=self.now)
        return self._held(hold)

    @extend_schema(request=bodies.ReleaseIn, responses={HTTPStatus.NO_CONTENT: LET_GO})
    @action(detail=False, methods=["post"])
    def release(self, request: SignedInApiRequest) -> Response:
        """Let the customer go; for 30 minutes you are not offered this lead."""
        given = bodies.ReleaseIn.read(request.data).validated_data
        reason = given.get("reason", Release.Reason.NOT_NOW)
        release_hold(request.user, reason=reason, now=self.now)
        return Response(status=HTTPStatus.NO_CONTENT)
