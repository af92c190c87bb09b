"""How a lead stands, in the badge that lists and pages show: icon, word and tone together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bdc.templatetags.shell import clock_time, moment
from leads.domain.agenda import late_since, next_visit
from leads.domain.binding import open_promise
from leads.models import Lead, Queue, Status

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Standing:
    """What parts/_badge.html draws."""

    text: str
    tone: str
    icon: str
    solid: bool = False


def standing_of(lead: Lead, *, now: datetime) -> Standing:
    """The one thing that matters most about a lead now (ux.md 5.3)."""
    if lead.status != Status.OPEN:
        return _ended(lead)
    since = late_since(lead, now=now)
    if since is not None:
        return Standing(_("Late %(by)s") % {"by": short(now - since)}, "late", "alert-triangle")
    if is_blocked(lead):
        return Standing(_("Do not call"), "stop", "ban")
    promise = open_promise(lead)
    if promise is not None:
        return Standing(_("Call back %(at)s") % {"at": near(promise.due_at, now)}, "plan", "clock")
    return _working(lead, now=now)


def _ended(lead: Lead) -> Standing:
    if lead.status == Status.PROPOSED:
        return Standing(_("Awaiting approval"), "wait", "hourglass")
    if lead.sold_at is not None:
        return Standing(_("Sold"), "goal", "car", solid=True)
    return Standing(_("Closed out"), "closed", "archive")


def _working(lead: Lead, *, now: datetime) -> Standing:
    visit = next_visit(lead)
    if visit is not None and visit.starts_at <= now:
        return Standing(_("Did the customer come?"), "info", "help-circle")
    if visit is not None:
        return Standing(
            _("Appointment %(at)s") % {"at": near(visit.starts_at, now)},
            "goal",
            "calendar-check",
        )
    if lead.queue == Queue.CATCH_ALL:
        return Standing(_("Nobody has it"), "info", "bell")
    if lead.quoted_at is not None:
        return Standing(_("Quote requested"), "goal", "file-text")
    if lead.reached_at is not None:
        return Standing(_("Spoken"), "plan", "message")
    attempts = lead.current_round.attempts
    if attempts:
        return Standing(_("Not reached %(times)d×") % {"times": attempts}, "wait", "phone-off")
    if not lead.has_dialable_number:
        return Standing(_("No number"), "wait", "mail")
    if lead.is_at_bdc:
        return Standing(_("With the BDC"), "plan", "headset")
    return Standing(_("New"), "info", "bell")


def is_blocked(lead: Lead) -> bool:
    """Whether the customer objects to calls and asked nothing since."""
    objected_at = lead.customer.objected_at
    if objected_at is None:
        return False
    return lead.requested_at is None or lead.requested_at <= objected_at


def near(at: datetime, now: datetime) -> str:
    """12:30 today, and with its day on another."""
    here = localtime(at)
    return clock_time(here) if here.date() == localtime(now).date() else str(moment(here))


def short(duration: timedelta) -> str:
    """0:25, 3:40, 4 u, 2 d: as little as says it."""
    seconds = int(duration.total_seconds())
    if seconds < HOUR:
        return f"{seconds // MINUTE}:{seconds % MINUTE:02}"
    if seconds < DAY:
        return _("%(hours)d h") % {"hours": seconds // HOUR}
    return _("%(days)d d") % {"days": seconds // DAY}
