"""The panels of the work screen: each asks for what one kind of next step needs.

An open panel is the name of it and, for a reason whose facts are asked, the reason's code; both
travel with the form, so that the page needs no memory and works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bdc.errors import Sentence
from leads.domain.after_call import CODES_MET_BY_A_RESULT, OfferAfterCall, reasons_after_call
from leads.domain.closing import needs_approval
from leads.domain.moments import call_back_moments
from leads.forms.booking import AppointmentForm, QuoteForm
from leads.forms.closing import CloseForm
from leads.forms.contacting import CallBackForm
from leads.models import AppointmentKind, CloseReason, Interest, Lead, Result, Round
from leads.views.calling_screen import SPOKEN, ResultKey, WorkScreen
from leads.views.lead_page import LeadPage
from leads.views.moments import (
    USUAL_MINUTES,
    free_slots,
    keyed,
    show_live,
    understood_call_back,
    understood_visit,
)
from leads.views.reasons import GROUPS, NOT_FOR_THIS_SIDE, what_follows

DIGITS = "123456789"

TITLES: dict[str, Promise] = {
    "call_back": _("Call back: when?"),
    "appointment": _("Book an appointment"),
    "quote": _("Quote requested"),
    "no_interest": _("No interest: why?"),
    "wrong_details": _("What is wrong with the details?"),
    "to_sales": _("On to sales or the workshop"),
    "all_reasons": _("All reasons"),
}
# The reasons of a panel, each always at the same digit (ux.md 2.1, B2).
REASONS_OF = {
    "no_interest": (
        "BDC-09",
        "BDC-10",
        "BDC-11",
        "BDC-12",
        "BDC-13",
        "BDC-14",
        "BDC-16",
        "BDC-07",
        "BDC-15",
    ),
    "wrong_details": ("BDC-05", "BDC-03", "BDC-02", "BDC-01", "BDC-04"),
    "to_sales": ("BDC-17", "BDC-18", "BDC-19", "AS-01", "AS-02"),
}
KINDS = list(zip("wsp", ("workshop", "showroom", "test_drive"), strict=True))
OWN = "0"
TYPE_IT = _("Type it yourself")
# In a panel 0 is for what one types oneself.
SPOKEN_HERE = replace(SPOKEN, key="g")
REFUSED = ResultKey("r", _("Refuses to talk"), "hand-stop", "wait", result=Result.REFUSED)
WRONG_NUMBER = ResultKey("w", _("Wrong number"), "phone-x", "wait", result=Result.WRONG_NUMBER)


@dataclass(frozen=True)
class ReasonRow:
    """A reason as a row of a panel: it closes at once, asks facts first, or says what it lacks."""

    reason: CloseReason
    key: str
    missing: list[Sentence]
    follows: list[str]
    asks_facts: bool
    records: Result | None  # the result of this call that goes along


@dataclass(frozen=True)
class ReasonSection:
    label: Sentence
    rows: list[ReasonRow]


@dataclass(frozen=True)
class Panel:
    """What an open panel draws, and where its own action goes."""

    name: str
    title: Sentence
    template: str
    url: str
    form: forms.Form | None = None
    reason: CloseReason | None = None
    results: list[ResultKey] = field(default_factory=list)
    shown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def waits(self) -> str:
        """Whether its own action may wait for a connection, and who follows (calling_unsent.js)."""
        if self.name == "quote":
            return "stay"
        return "on" if self.name == "call_back" or self.reason is not None else ""

    @property
    def is_typed_in(self) -> bool:
        """Whether there is nothing to choose by key, so that the first field takes the focus."""
        return self.name == "quote" or self.reason is not None


def open_panel(
    name: str,
    screen: WorkScreen,
    *,
    typed: Mapping[str, Any],
    form: forms.Form | None = None,
) -> Panel | None:
    """The panel called `name` for the held customer, with what was typed in it so far.

    `form` is one that was judged and has its errors; None for an unknown name or nobody held.
    """
    if name not in TITLES or screen.page is None:
        return None
    lead = screen.page.lead
    results = missing_results(name, screen.page.round, has_result=screen.has_result)
    if name == "call_back":
        form = form or refilled(CallBackForm(dealership=lead.dealership, now=screen.at), typed)
        typed_by_key(form, "due_at", lead)
        moments = call_back_moments(lead.dealership, now=screen.at)
        by_key = list(zip(DIGITS, moments, strict=False))
        said = str(typed.get("due_at", ""))
        understood = understood_call_back(lead.dealership, said, now=screen.at)
        shown = {"moments": by_key, "understood": understood}
        return _panel(name, lead, "call-back", form=form, results=results, shown=shown)
    if name == "appointment":
        return _appointment(screen, lead, typed, form, results)
    if name == "quote":
        form = form or refilled(QuoteForm(), typed)
        takes_focus(form)
        return _panel(name, lead, "quote", form=form, results=results)
    reason = CloseReason.objects.filter(pk=str(typed.get("reason", ""))).first()
    if reason is not None and "open" not in typed:
        return _facts(name, screen, reason, typed, form, results)
    offers = _offers(screen, screen.page)
    if name == "all_reasons":
        sections = {"sections": _sections(screen.page, offers)}
        return _panel(name, lead, "panel", "all_reasons", results=results, shown=sections)
    rows = {"rows": _rows(name, screen.page, offers)}
    return _panel(name, lead, "panel", "reasons", results=results, shown=rows)


def close_form(
    screen: WorkScreen, lead: Lead, reason: CloseReason, data: Mapping[str, Any] | None = None
) -> CloseForm:
    met = CODES_MET_BY_A_RESULT if _may_record(screen.page) else frozenset[str]()
    return CloseForm(data, lead=lead, reason=reason, by=screen.agent, now=screen.at, met=met)


def kind_of(lead: Lead, typed: Mapping[str, Any]) -> str:
    """Which kind of appointment is being made: as chosen, else what the lead is about."""
    for name in ("choose_kind", "kind"):
        if typed.get(name) in AppointmentKind.values:
            return str(typed[name])
    is_service = lead.interest == Interest.SERVICE
    return AppointmentKind.WORKSHOP if is_service else AppointmentKind.SHOWROOM


def _panel(name: str, lead: Lead, action: str, template: str = "", **parts: Any) -> Panel:
    return Panel(
        name,
        TITLES[name],
        f"leads/calling_{template or name}.html",
        reverse(f"leads:calling-{action}", args=[lead.pk]),
        **parts,
    )


def takes_focus(form: forms.Form) -> None:
    """Begin typing in the first field; a form that came back has its errors first."""
    if form.fields and not form.is_bound:
        next(iter(form.fields.values())).widget.attrs["autofocus"] = True


def refilled(form: forms.Form, typed: Mapping[str, Any]) -> forms.Form:
    """An unjudged form with what was typed in it: opening or switching a panel loses nothing."""
    form.initial = {
        **form.initial,
        **{name: value for name, value in typed.items() if name in form.fields},
    }
    return form


def typed_by_key(form: forms.Form, name: str, lead: Lead, **asked: str) -> None:
    """A field that a key goes to, and that says how it is understood."""
    show_live(form, name, lead, **asked)
    form.fields[name].widget.attrs |= {"data-key": OWN, "data-key-label": TYPE_IT}


def missing_results(name: str, round_: Round, *, has_result: bool) -> list[ResultKey]:
    """The results that this panel's next steps lean on and that are not recorded yet."""
    results = [] if has_result and round_.conversations else [SPOKEN_HERE]
    if name in ("no_interest", "all_reasons") and not round_.refusals:
        results.append(REFUSED)
    if name in ("wrong_details", "all_reasons") and not round_.wrong_numbers:
        results = [WRONG_NUMBER] if name == "wrong_details" else [*results, WRONG_NUMBER]
    return results


def _appointment(
    screen: WorkScreen,
    lead: Lead,
    typed: Mapping[str, Any],
    form: forms.Form | None,
    results: list[ResultKey],
) -> Panel:
    kind = kind_of(lead, typed)
    if form is None:
        unjudged = AppointmentForm(lead=lead, now=screen.at, initial={"minutes": USUAL_MINUTES})
        form = refilled(unjudged, {**typed, "kind": kind})
    minutes = str(typed.get("minutes", ""))
    said = str(typed.get("starts_at", ""))
    length = int(minutes) if minutes.isdecimal() else 0
    slots = free_slots(lead, kind, text=said, now=screen.at, minutes=length)
    typed_by_key(form, "starts_at", lead, kind=kind, slots="1")
    form.fields["starts_at"].widget.attrs["hx-include"] = "#id_minutes"
    shown = {
        "kind": kind,
        "kinds": KINDS,
        "labels": dict(AppointmentKind.choices),
        "slots": keyed(slots),
        "understood": understood_visit(lead.dealership, said, now=screen.at),
    }
    return _panel("appointment", lead, "appointment", form=form, results=results, shown=shown)


def _offers(screen: WorkScreen, page: LeadPage) -> list[OfferAfterCall]:
    return reasons_after_call(
        page.lead, by=screen.agent, now=screen.at, may_record=_may_record(page)
    )


def _may_record(page: LeadPage | None) -> bool:
    """Whether the result of a call can be recorded now, along with what follows from it."""
    return page is not None and (page.call is not None or page.calling_problem is None)


def _rows(name: str, page: LeadPage, offers: list[OfferAfterCall]) -> list[ReasonRow]:
    by_code = {offer.reason.code: offer for offer in offers}
    keyed = zip(DIGITS, REASONS_OF[name], strict=False)
    return [_row(by_code[code], page, key) for key, code in keyed if code in by_code]


def _sections(page: LeadPage, offers: list[OfferAfterCall]) -> list[ReasonSection]:
    """Every reason of this side, in the groups of the list."""
    sections: dict[str, ReasonSection] = {}
    for offer in offers:
        if offer.problem is not None and offer.problem.code in NOT_FOR_THIS_SIDE:
            continue
        group = offer.reason.group
        section = sections.setdefault(group, ReasonSection(GROUPS.get(group, group), []))
        section.rows.append(_row(offer, page))
    return list(sections.values())


def _row(offer: OfferAfterCall, page: LeadPage, key: str = "") -> ReasonRow:
    missing: list[Sentence] = []
    if offer.problem is not None:
        missing = [one.message for one in offer.problem.problems] or [offer.problem.message]
    follows = what_follows(offer.reason, page.lead, page.round)
    return ReasonRow(
        offer.reason,
        key,
        missing,
        follows,
        asks_facts=bool(offer.told_needs),
        records=offer.records,
    )


def _facts(
    name: str,
    screen: WorkScreen,
    reason: CloseReason,
    typed: Mapping[str, Any],
    form: forms.Form | None,
    results: list[ResultKey],
) -> Panel:
    """The facts that one reason needs, and what follows when it is chosen."""
    page = screen.page
    if page is None:
        raise LookupError("the agent holds nobody")
    shown = {
        "follows": what_follows(reason, page.lead, page.round),
        "needs_approval": needs_approval(reason, page.lead, page.round),
    }
    form = form or refilled(close_form(screen, page.lead, reason), typed)
    takes_focus(form)
    return Panel(
        name,
        reason.label,
        "leads/calling_facts.html",
        reverse("leads:calling-close", args=[page.lead.pk]),
        form=form,
        reason=reason,
        results=results if not screen.has_result else [],
        shown=shown,
    )
