"""The first page of each role."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from bdc.http import SignedInRequest
from leads.domain.access import may_anywhere

# In this order: who has several roles begins with the one that waits for nobody.
FIRST_PAGES = (
    ("call_queue", "leads:calling"),
    ("report", "reporting:figures"),
    ("administer", "dealers:people"),
    ("see", "leads:list"),
)


@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Send each role to its own first page; who has no role yet sees the empty list of leads."""
    for action, view in FIRST_PAGES:
        if may_anywhere(request.user, action):
            return redirect(view)
    return redirect("leads:list")
