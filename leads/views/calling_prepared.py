"""Choices that the work screen can go on with while there is no connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextField
from django.urls import reverse

from bdc.errors import Sentence
from bdc.prepared import Each, Prepared
from leads.domain.evidence import asks_facts
from leads.domain.moments import call_back_moments
from leads.models import CloseReason
from leads.views.calling_panels import DIGITS, REASONS_OF, TITLES
from leads.views.calling_screen import WorkScreen

_REASONS = Prepared(lambda: CloseReason.objects.filter(pk__in=Each("codes", TextField())))


@dataclass(frozen=True)
class PreparedRow:
    """A choice that can be made without a connection: a code, never words of anybody."""

    key: str
    name: str
    value: str
    words: Sentence
    at: datetime | None = None


@dataclass(frozen=True)
class PreparedPanel:
    """What a panel offers when the server cannot be asked."""

    name: str
    title: Sentence
    url: str
    rows: list[PreparedRow]


def prepared_panels(screen: WorkScreen) -> list[PreparedPanel]:
    """The usual moments to call back, and the reasons without facts; judged when they arrive."""
    if screen.page is None:
        return []
    lead = screen.page.lead
    moments = call_back_moments(lead.dealership, now=screen.at)
    rows = [
        PreparedRow(key, "moment", moment.at.isoformat(), moment.words, moment.at)
        for key, moment in zip(DIGITS, moments, strict=False)
    ]
    call_back = reverse("leads:calling-call-back", args=[lead.pk])
    panels = [PreparedPanel("call_back", TITLES["call_back"], call_back, rows)]
    close = reverse("leads:calling-close", args=[lead.pk])
    codes = {name: REASONS_OF[name] for name in ("no_interest", "wrong_details")}
    offered = [code for group in codes.values() for code in group]
    reasons = {reason.code: reason for reason in _REASONS.all(codes=offered)}
    for name, group in codes.items():
        rows = [
            PreparedRow(key, "reason", code, reasons[code].label)
            for key, code in zip(DIGITS, group, strict=False)
            if code in reasons and not asks_facts(reasons[code])
        ]
        panels.append(PreparedPanel(name, TITLES[name], close, rows))
    return panels
