"""The stream of what changed, for the open pages of who has signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from bdc.live.streaming import stream_of
from leads.domain.hearing import topics_of


@login_not_required  # answers 401 by itself: a stream cannot be sent to a page to sign in
@require_GET
async def live(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events, each a name and numbers; docs/live.md."""
    return await stream_of(request, topics_of)
