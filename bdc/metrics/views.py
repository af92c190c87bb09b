"""The page that Prometheus reads."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bdc.engines.addresses import is_of_this_machine
from bdc.metrics import requests
from bdc.metrics.gauges import Gauges

_gauges = CollectorRegistry()
_gauges.register(Gauges())


@require_safe
@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell the figures to who has the token, or without one to who asks on this very machine."""
    if not _may_read(request):
        raise PermissionDenied
    told = generate_latest(requests.registry) + generate_latest(_gauges)
    return HttpResponse(told, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if token := settings.METRICS_TOKEN:
        asked = request.headers.get("Authorization", "")
        return hmac.compare_digest(asked.encode(), f"Bearer {token}".encode())
    # A proxy on this machine asks for somebody else, and says so.
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return is_of_this_machine(request.META.get("REMOTE_ADDR") or "") and not is_forwarded
