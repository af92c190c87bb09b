"""Who is calling: the card that the shell asks for every few seconds, and the same as a page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from bdc import clock
from bdc.http import SignedInRequest
from leads.domain.telephone import incoming_calls

TEMPLATE = "leads/ringing.html"


@require_safe
def ringing(request: SignedInRequest) -> HttpResponse:
    """The calls to who asks; as a page for who has no JavaScript."""
    context = {"calls": incoming_calls(request.user, now=clock.now())}
    if request.htmx:  # without the frame of a page, and so without what that asks
        response = HttpResponse(render_to_string(f"{TEMPLATE}#calls", context))
    else:
        response = render(request, TEMPLATE, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
