"""The page of figures: are we at 36 %, where does it leak, and who needs help."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from bdc import clock
from bdc.http import SignedInRequest, render_part
from leads.models import Kind
from reporting.domain.asking import By, require_some_figures, sees_only_oneself
from reporting.domain.board import Board, board_of
from reporting.domain.periods import Span, local_day
from reporting.drawing import drawing_of
from reporting.forms import FiguresFilter
from reporting.wording import before, funnel_lines, leak_sentence, signal_sentence, when

TEMPLATE = "reporting/figures.html"


@require_safe
def figures(request: SignedInRequest) -> HttpResponse:
    """Show the figures that the address asks for; the part refreshes itself."""
    now = clock.now()
    require_some_figures(request.user)
    form = FiguresFilter(request.GET, user=request.user, today=local_day(now))
    context: dict[str, Any] = {
        "form": form,
        "now": now,
        "spans": Span.choices,
        "is_about_oneself": sees_only_oneself(request.user),
    }
    # A filter changes the whole report; what refreshes itself are the figures alone.
    part = "report" if request.htmx.target == "report" else "figures"
    if not form.is_valid():
        if form.unseen:
            raise Http404
        return render_part(request, TEMPLATE, part, context, status=422)
    context["span"] = form.span
    try:
        context |= _shown(board_of(form.question(), now=now), form)
    except OperationalError:
        return render_part(request, TEMPLATE, part, context | {"has_failed": True}, status=503)
    return render_part(request, TEMPLATE, part, context)


def _shown(board: Board, form: FiguresFilter) -> dict[str, Any]:
    """What the page shows of a board: its sentences, bars, drawing and addresses."""
    question = board.head.question
    # The list knows who has a lead, not with whom its rounds began.
    leads_url = "" if question.counts_rounds else _leads_url(form, Kind.ACTIVE)
    return {
        "board": board,
        "head": board.head,
        "tally": board.head.tally,
        "salesperson": question.salesperson,
        "counts_events": question.by == By.EVENT,
        "when": when(form.span, question.period),
        "before": before(form.span),
        "passive_url": _leads_url(form, Kind.PASSIVE),
        "late_url": f"{reverse('leads:list')}?{urlencode({'view': 'all', 'attention': 'late'})}",
        "funnel": funnel_lines(board.head, leads_url=leads_url),
        "leak": leak_sentence(board.head),
        "drawing": drawing_of(board.chart),
        "signal": signal_sentence(board.chart.signal, is_known=board.chart.limits is not None),
    }


def _leads_url(form: FiguresFilter, kind: Kind) -> str:
    """The list of the leads that were counted, as far as the list can tell them apart."""
    period = form.question().period
    narrowed = {
        "view": "all",
        "kind": kind,
        "received_from": period.first.isoformat(),
        "received_until": period.last.isoformat(),
    }
    for name in ("dealership", "campaign"):
        if value := form.data.get(name):
            narrowed[name] = value
    return f"{reverse('leads:list')}?{urlencode(narrowed)}"
