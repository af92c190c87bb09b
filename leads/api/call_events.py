"""Where telephone exchanges deliver what they tell of calls: a signed webhook, outside the API.

Source: docs/telephony.md. No token signs in here: the signature says who it is. A delivery that
is not signed is a 401 that does not tell why.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bdc import clock
from bdc.api.bodies import read_body
from bdc.api.limits import RateLimit
from bdc.api.problems import INVALID, problem
from dealers.domain.call_events import Receipt, is_exchange
from dealers.domain.signing import Delivery
from dealers.models import DeliveryRefusal
from leads.domain.telephone import take_delivery


class DeliveryLimit(RateLimit):
    """As for a token; an address that is no exchange's is not counted, and is refused anyway."""

    def who(self, request: Request, view: Any) -> str | None:
        slug: str = view.kwargs["slug"]
        return f"exchange:{slug}" if is_exchange(slug) else None


class CallEventsView(APIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (DeliveryLimit,)

    @extend_schema(exclude=True)
    def post(self, request: Request, slug: str) -> HttpResponse:
        """Take in one delivery; sent again it is answered as before."""
        delivery = Delivery(
            id=request.headers.get("webhook-id", ""),
            timestamp=request.headers.get("webhook-timestamp", ""),
            signature=request.headers.get("webhook-signature", ""),
            body=read_body(request),
        )
        receipt = take_delivery(slug, delivery, now=clock.now())
        if receipt.refused is not None:
            return _refusal(receipt)
        headers = {"Idempotent-Replay": "true"} if receipt.is_repeat else None
        return Response({"id": delivery.id}, headers=headers)


def _refusal(receipt: Receipt) -> HttpResponse:
    if receipt.refused == DeliveryRefusal.Why.UNREADABLE:
        return problem(HTTPStatus.BAD_REQUEST, "invalid", INVALID, receipt.problems)
    if receipt.refused == DeliveryRefusal.Why.CONFLICT:
        used = _("This webhook-id was used for another body. Use a new one for each event.")
        return problem(HTTPStatus.CONFLICT, "idempotency_conflict", used)
    unsigned = _("This delivery is not signed as it has to be: see docs/telephony.md.")
    return problem(HTTPStatus.UNAUTHORIZED, "not_signed", unsigned)
