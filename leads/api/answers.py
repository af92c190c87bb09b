"""Leads in answers: read anew after what happened, and shown at the moment of the request."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from bdc.api.views import ApiViewSet
from leads.api.serializers import LeadOut
from leads.models import Lead, lead_for_answer, lead_seen_by
from leads.models.base import OfLead


class LeadAnswers(ApiViewSet):
    """What the views that act on leads share."""

    queryset = Lead.objects.none()  # for the description of the API; see visible_lead
    serializer_class = LeadOut

    def visible_lead(self, pk: int) -> Lead:
        lead = lead_seen_by(self.request.user, pk)
        if lead is None:
            raise Http404
        return lead

    def fresh(self, acted_on: int) -> Lead:
        """The lead as it is now; the domain let the user act on it, so the answer shows it."""
        return lead_for_answer(acted_on)

    def answer(
        self,
        shown: Any,
        out: type[BaseSerializer[Any]] = LeadOut,
        status: HTTPStatus = HTTPStatus.OK,
        **context: Any,
    ) -> Response:
        """`shown` in the shape `out`; a lead, or a row of a lead, is read anew first."""
        if isinstance(shown, Lead):
            shown = self.fresh(shown.pk)
        elif isinstance(shown, OfLead):
            shown.lead = self.fresh(shown.lead_id)
        return Response(out(shown, context={"now": self.now, **context}).data, status=status)
