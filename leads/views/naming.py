"""The fixed close-out reasons: read by administrators, renamed and retired by who runs Spits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bdc import clock
from bdc.errors import NotAllowed, Sentence
from bdc.http import SignedInRequest
from leads.domain.access import may_anywhere
from leads.domain.reasons import may_rename, rename_reason, retire_reason
from leads.forms.naming import ReasonForm
from leads.models import CloseReason
from leads.views.reasons import GROUPS


@require_safe
def reasons(request: SignedInRequest) -> HttpResponse:
    """The whole list with what each needs and starts."""
    if not may_anywhere(request.user, "administer") and not may_rename(request.user):
        raise NotAllowed(_("Only an administrator reads the list of reasons here."))
    context = {
        "groups": _in_groups(),
        "may_rename": may_rename(request.user),
        "administers": may_anywhere(request.user, "administer"),
        "tab": "reasons",
    }
    return render(request, "leads/reasons.html", context)


def _in_groups() -> list[tuple[Sentence, list[CloseReason]]]:
    """The list in its groups, in the order in which people look for them."""
    groups: dict[str, list[CloseReason]] = {name: [] for name in GROUPS}
    for reason in CloseReason.objects.all():
        groups.setdefault(reason.group, []).append(reason)
    return [(GROUPS.get(name, name), reasons) for name, reasons in groups.items() if reasons]


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: SignedInRequest, code: str) -> HttpResponse:
    if not may_rename(request.user):
        raise NotAllowed(_("Only who runs Spits renames reasons: they are the same for everybody."))
    reason = get_object_or_404(CloseReason, pk=code)
    form = ReasonForm(request.POST if request.method == "POST" else None, instance=reason)
    if request.method == "POST" and form.is_valid():
        rename_reason(reason, **form.cleaned_data, by=request.user, now=clock.now())
        messages.success(request, _("Reason %(code)s renamed.") % {"code": code})
        return redirect("leads:reasons")
    context = {"reason": reason, "form": form}
    return render(request, "leads/reason.html", context, status=422 if form.errors else 200)


@require_POST
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    reason = get_object_or_404(CloseReason, pk=code)
    retired = request.POST.get("retired") == "1"
    retire_reason(reason, retired=retired, by=request.user, now=clock.now())
    said = (
        _("Reason %(code)s is not offered any more.")
        if retired
        else _("Reason %(code)s is offered again.")
    )
    messages.success(request, said % {"code": code})
    return redirect("leads:reasons")
