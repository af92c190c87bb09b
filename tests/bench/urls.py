"""The ceiling: what any answer of the API costs at least, behind all that each request passes."""

from functools import cache

from django.db import transaction
from django.db.models import F
from django.urls import include, path
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from bdc.api.tokens import SignedInApiRequest
from leads.api import bodies
from leads.api.answers import LeadAnswers
from leads.api.serializers import LeadOut
from leads.models import Lead, lead_for_answer


class CeilingViewSet(LeadAnswers):
    """One row by its number, one row changed, and an answer as long as that of next call."""

    @action(detail=False, methods=["post"])
    def ceiling(self, request: SignedInApiRequest) -> Response:
        bodies.NextLeadIn.read({})
        with transaction.atomic():
            lead = Lead.objects.get(pk=request.data["lead"])
            Lead.objects.filter(pk=lead.pk).update(priority=F("priority"))
        return Response(LeadOut(_shown(lead.pk), context={"now": self.now}).data)


@cache
def _shown(pk: int) -> Lead:
    return lead_for_answer(pk)


router = SimpleRouter(use_regex_path=False)
router.register("bench", CeilingViewSet, basename="bench")
urlpatterns = [path("api/v1/", include(router.urls)), path("", include("bdc.urls"))]
