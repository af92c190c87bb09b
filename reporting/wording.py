"""How the figures are said: the period, the steps, the targets and the signal of the weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bdc.templatetags.shell import day, number, percent
from reporting.domain.figures import (
    ENOUGH_TO_JUDGE,
    STEP_TARGET,
    Conversion,
    MapFigures,
    Step,
    share,
)
from reporting.domain.periods import Period, Span
from reporting.domain.weeks import Signal

SPANS: dict[str, Promise] = {
    Span.WEEK: gettext_lazy("This week"),
    Span.LAST_WEEK: gettext_lazy("Last week"),
    Span.MONTH: gettext_lazy("This month"),
    Span.LAST_MONTH: gettext_lazy("Last month"),
    Span.WEEKS: gettext_lazy("In these 13 weeks"),
}
BEFORE: dict[str, Promise] = {
    Span.WEEK: gettext_lazy("last week"),
    Span.LAST_WEEK: gettext_lazy("the week before"),
    Span.MONTH: gettext_lazy("last month"),
    Span.LAST_MONTH: gettext_lazy("the month before"),
    Span.WEEKS: gettext_lazy("the 13 weeks before"),
}
STEPS: dict[str, Promise] = {
    "reached": gettext_lazy("Reached"),
    "appointment": gettext_lazy("Appointment"),
    "showed": gettext_lazy("Showed up"),
    "sold": gettext_lazy("Sold"),
}
COUNT_FOR_TAKEN_OVER = ("showed", "sold")
SEGMENTS: dict[str, Promise] = {
    "all": gettext_lazy("All leads"),
    "online_new": gettext_lazy("Online, new car"),
    "online_used": gettext_lazy("Online, used car"),
    "phone": gettext_lazy("Phone"),
    "passive_sales": gettext_lazy("Sales campaigns: showroom"),
    "passive_service": gettext_lazy("Service: workshop"),
}
SIGNALS: dict[tuple[str, bool], Promise] = {
    ("outside", True): gettext_lazy(
        "Signal: the last full week was above the limits. Find out what went well."
    ),
    ("outside", False): gettext_lazy(
        "Signal: the last full week was below the limits. Find out what happened."
    ),
    ("seven_in_a_row", True): gettext_lazy(
        "Signal: seven weeks in a row above the average. Something has improved."
    ),
    ("seven_in_a_row", False): gettext_lazy(
        "Signal: seven weeks in a row below the average. Something has changed; find out what."
    ),
    ("ten_of_twelve", True): gettext_lazy(
        "Signal: ten of the last twelve weeks above the average. Something has improved."
    ),
    ("ten_of_twelve", False): gettext_lazy(
        "Signal: ten of the last twelve weeks below the average. "
        "Something has changed; find out what."
    ),
    ("three_of_four", True): gettext_lazy(
        "Signal: three of the last four weeks near the upper limit. Something is improving."
    ),
    ("three_of_four", False): gettext_lazy(
        "Signal: three of the last four weeks near the lower limit. Look before it gets worse."
    ),
}


@dataclass(frozen=True)
class FunnelLine:
    """One bar of the funnel, as parts/_funnel.html draws it: a share of the first bar."""

    label: str
    count: int
    share: Decimal | None
    note: str = ""
    target: Decimal | None = None
    url: str = ""


def when(span: str, period: Period) -> str:
    """This week; or: From Mon 2 Nov to Sun 8 Nov."""
    if span:
        return str(SPANS[span])
    if period.first == period.last:
        return _("On %(day)s") % {"day": day(period.first)}
    return _("From %(first)s to %(last)s") % {"first": day(period.first), "last": day(period.last)}


def before(span: str) -> str:
    """What the period before is called: last week."""
    return str(BEFORE[span]) if span else _("the period before")


def signal_sentence(signal: Signal | None, *, is_known: bool) -> str:
    """Whether the weeks say something; `is_known` is False with too little to tell."""
    if not is_known:
        return _("Too few leads to tell ordinary ups and downs from a change.")
    if signal is None:
        return _("No signal: this is ordinary variation.")
    return str(SIGNALS[signal.rule, signal.is_above])


def segment_label(conversion: Conversion) -> str:
    return str(SEGMENTS[conversion.segment.name])


def funnel_lines(figures: MapFigures, *, leads_url: str) -> list[FunnelLine]:
    """The four 60 % steps as bars of all leads; the note says what a step kept of the one before.

    The marks at 60, 36, 21.6 and 13 % stand where they can be compared: for enough leads, all
    of which began at the first step.
    """
    tally = figures.tally
    has_marks = tally.is_judged and not tally.taken_over
    lines = [FunnelLine(_("Leads"), tally.leads, share(tally.leads, tally.leads), url=leads_url)]
    mark = Decimal(1)
    for step in figures.steps:
        mark *= STEP_TARGET
        began = tally.leads + (tally.taken_over if step.name in COUNT_FOR_TAKEN_OVER else 0)
        lines.append(
            FunnelLine(
                label=str(STEPS[step.name]),
                count=step.count,
                share=share(step.count, began),
                note=_step_note(step),
                target=mark if has_marks else None,
            )
        )
    return lines


def leak_sentence(figures: MapFigures) -> str:
    """Which step keeps too few; empty with too few leads to say so."""
    if not figures.tally.is_judged:
        return ""
    judged = [step for step in figures.steps if step.of >= ENOUGH_TO_JUDGE]
    weakest = min(judged, key=lambda step: step.share or Decimal(0))
    if (weakest.share or Decimal(0)) >= STEP_TARGET:
        return _("No leak: each step keeps %(target)s or more.") % {"target": percent(STEP_TARGET)}
    return _("Biggest leak: %(step)s, %(share)s of %(of)s.") % {
        "step": str(STEPS[weakest.name]).lower(),
        "share": percent(weakest.share),
        "of": number(weakest.of),
    }


def _step_note(step: Step) -> str:
    if step.of < ENOUGH_TO_JUDGE or step.target is None:
        return _("%(count)s of %(of)s") % {"count": number(step.count), "of": number(step.of)}
    return _("%(share)s of %(of)s, target %(target)s") % {
        "share": percent(step.share),
        "of": number(step.of),
        "target": percent(step.target),
    }


def minutes(waited: timedelta | None) -> str:
    """1:47, or 1:02:05 from an hour on; a dash without a call."""
    if waited is None:
        return "\N{EN DASH}"
    total = round(waited.total_seconds())
    rest, seconds = divmod(total, 60)
    hours, whole_minutes = divmod(rest, 60)
    if hours:
        return f"{hours}:{whole_minutes:02}:{seconds:02}"
    return f"{whole_minutes}:{seconds:02}"
