"""What calls for who is at work, in the bar of every page: call-backs that are due, new leads."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bdc import clock
from bdc.http import SignedInRequest
from leads.domain.access import require_anywhere
from leads.domain.alerting import alerts_for


@require_safe
def alerts(request: SignedInRequest) -> HttpResponse:
    """The alerts alone, for the bar that asks every now and then."""
    require_anywhere(request.user, "keep_shift")
    context = {"alerts": alerts_for(request.user, now=clock.now())}
    return render(request, "leads/alerts.html", context)
