"""The panels of the work screen for a customer of practice, who stands in no table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.urls import reverse

from leads.domain.after_call import CODES_MET_BY_A_RESULT, RESULT_SAID_BY
from leads.domain.evidence import missing_evidence
from leads.domain.facts import Facts
from leads.domain.moments import call_back_moments
from leads.forms.booking import AppointmentForm, QuoteForm
from leads.forms.contacting import CallBackForm
from leads.models import AppointmentKind, CloseReason, Track
from leads.views.calling_panels import (
    DIGITS,
    KINDS,
    REASONS_OF,
    TITLES,
    Panel,
    ReasonRow,
    ReasonSection,
    kind_of,
    missing_results,
    refilled,
    takes_focus,
    typed_by_key,
)
from leads.views.calling_screen import ResultKey
from leads.views.moments import USUAL_MINUTES, understood_call_back, understood_visit
from leads.views.practice_screen import NOBODY, PracticePage, PracticeScreen, practice_slots
from leads.views.reasons import GROUPS, what_follows


def practice_panel(
    name: str,
    screen: PracticeScreen,
    *,
    typed: Mapping[str, Any],
    form: forms.Form | None = None,
) -> Panel | None:
    """The panel called `name`, as open_panel() opens it for a real customer."""
    if name not in TITLES:
        return None
    lead = screen.lead
    results = missing_results(name, screen.page.round, has_result=screen.has_result)
    if name == "call_back":
        form = form or refilled(CallBackForm(dealership=lead.dealership, now=screen.at), typed)
        typed_by_key(form, "due_at", lead)
        moments = call_back_moments(lead.dealership, now=screen.at)
        said = str(typed.get("due_at", ""))
        shown = {
            "moments": list(zip(DIGITS, moments, strict=False)),
            "understood": understood_call_back(lead.dealership, said, now=screen.at),
        }
        return _panel(name, "call-back", form=form, results=results, shown=shown)
    if name == "appointment":
        return _appointment(screen, typed, form, results)
    if name == "quote":
        form = form or refilled(QuoteForm(), typed)
        takes_focus(form)
        return _panel(name, "quote", form=form, results=results)
    rows = _rows(screen.page)
    if name == "all_reasons":
        shown = {"sections": _sections(rows)}
        return _panel(name, "panel", "all_reasons", results=results, shown=shown)
    shown = {"rows": _keyed(name, rows)}
    return _panel(name, "panel", "reasons", results=results, shown=shown)


def _panel(name: str, action: str, template: str = "", **parts: Any) -> Panel:
    url = reverse(f"leads:calling-{action}", args=[NOBODY])
    return Panel(name, TITLES[name], f"leads/calling_{template or name}.html", url, **parts)


def _appointment(
    screen: PracticeScreen,
    typed: Mapping[str, Any],
    form: forms.Form | None,
    results: list[ResultKey],
) -> Panel:
    lead = screen.lead
    kind = kind_of(lead, typed)
    if form is None:
        unjudged = AppointmentForm(lead=lead, now=screen.at, initial={"minutes": USUAL_MINUTES})
        form = refilled(unjudged, {**typed, "kind": kind})
    typed_by_key(form, "starts_at", lead, kind=kind, slots="1")
    said = str(typed.get("starts_at", ""))
    shown = {
        "kind": kind,
        "kinds": KINDS,
        "labels": dict(AppointmentKind.choices),
        "slots": practice_slots(kind, screen.at),
        "understood": understood_visit(lead.dealership, said, now=screen.at),
    }
    return _panel("appointment", "appointment", form=form, results=results, shown=shown)


def _rows(page: PracticePage) -> dict[str, ReasonRow]:
    """The reasons of the BDC by their code; in practice none asks for facts."""
    ours = CloseReason.objects.filter(track__in=(Track.BDC, Track.BOTH), retired_at=None)
    return {reason.code: _row(reason, page) for reason in ours}


def _row(reason: CloseReason, page: PracticePage) -> ReasonRow:
    missing = missing_evidence(reason, page.evidence, Facts(), told=False)
    locked = [one for one in missing if one.code not in CODES_MET_BY_A_RESULT]
    said = next((RESULT_SAID_BY[need] for need in reason.needs if need in RESULT_SAID_BY), None)
    return ReasonRow(
        reason,
        key="",
        missing=[one.message for one in locked],
        follows=what_follows(reason, page.lead, page.round),
        asks_facts=False,
        records=said if missing and not locked else None,
    )


def _keyed(name: str, rows: dict[str, ReasonRow]) -> list[ReasonRow]:
    keyed = zip(DIGITS, REASONS_OF[name], strict=False)
    return [replace(rows[code], key=key) for key, code in keyed if code in rows]


def _sections(rows: dict[str, ReasonRow]) -> list[ReasonSection]:
    sections: dict[str, ReasonSection] = {}
    for row in rows.values():
        group = row.reason.group
        section = sections.setdefault(group, ReasonSection(GROUPS.get(group, group), []))
        section.rows.append(row)
    return list(sections.values())
