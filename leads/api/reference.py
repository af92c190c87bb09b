"""The fixed list of close-out reasons, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from bdc.api.tokens import SignedInApiRequest
from bdc.api.views import ApiViewSet
from leads.api.serializers import CloseReasonOut
from leads.models import CloseReason


class CloseReasonViewSet(ApiViewSet):
    """Why a lead can be closed: a list that nobody adds to or takes from."""

    pagination_class = None

    @extend_schema(responses=CloseReasonOut(many=True))
    def list(self, request: SignedInApiRequest) -> Response:
        """The whole list, in its order; `needs` is what must be there to close with it."""
        return Response(CloseReasonOut(CloseReason.objects.all(), many=True).data)
