"""What is said after an action: what was done, and what the system does next (ux.md 5.6)."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bdc.templatetags.shell import moment
from leads.domain.cadence import day_part
from leads.domain.foreseeing import Follows, Foreseen
from leads.models import Appointment, Attempt, Lead, Round, Status, Step

UNCOUNTED = {
    "same_day_part": gettext_lazy(
        "It does not count: this part of the day already had an attempt."
    ),
    "day_limit": gettext_lazy("It does not count: this customer was already called twice today."),
}

LET_GO = gettext_lazy("Let go. For half an hour this customer is not offered to you.")


def at_moment(at: datetime) -> str:
    return str(moment(localtime(at)))


def who(lead: Lead) -> str:
    """Whom a sentence is about, short enough for the bar below."""
    customer = lead.customer
    surname = " ".join(part for part in (customer.infix, customer.last_name) if part)
    return surname or customer.name


def already_saved(lead: Lead) -> str:
    return _("%(who)s: this was saved already, and counts once.") % {"who": who(lead)}


def after_undoing(step: Step, lead: Lead) -> str:
    return _("%(who)s: %(what)s undone.") % {"who": who(lead), "what": step.get_what_display()}


def after_attempt(attempt: Attempt) -> str:
    """Jansen: no answer, attempt 2 of 5. Again Thu 26 Nov 17:30."""
    lead, round_ = attempt.lead, attempt.round
    return " ".join(
        [
            _("%(who)s: %(result)s, attempt %(made)d of %(maximum)d.")
            % {
                "who": who(lead),
                "result": attempt.get_result_display(),
                "made": round_.attempts,
                "maximum": round_.maximum,
            },
            *([str(UNCOUNTED[attempt.why])] if attempt.why in UNCOUNTED else []),
            _next_after(lead, round_, attempt),
        ]
    ).strip()


def _next_after(lead: Lead, round_: Round, attempt: Attempt) -> str:
    if lead.status == Status.CLOSED:
        return _("The lead is closed.")
    if lead.round_number != round_.number:
        return _("The maximum has been made: the BDC goes on with it.")
    if lead.next_call_at is None:
        return _("The maximum has been made: close it now, or the system does in 15 minutes.")
    at = {"at": at_moment(lead.next_call_at)}
    if round_.attempts_left == 0 and _is_visit(lead, lead.next_call_at):
        return _("The maximum has been made: the appointment of %(at)s is what comes next.") % at
    if day_part(lead.dealership, lead.next_call_at) != attempt.day_part:
        return _("Again %(at)s, another part of the day.") % at
    return _("Again %(at)s.") % at


FORESEEN = {
    Follows.AGAIN: gettext_lazy("If not reached: again %(at)s."),
    Follows.PROMISE: gettext_lazy("If not reached: the call-back of %(at)s comes next."),
    Follows.VISIT: gettext_lazy(
        "If not reached: that was the last attempt, and the appointment of %(at)s comes next."
    ),
    Follows.LONG_TERM: gettext_lazy(
        "If not reached: that was the last attempt. The BDC calls on, first %(at)s."
    ),
    Follows.END: gettext_lazy(
        "If not reached: that was the last attempt. Close it then, or the system does in "
        "15 minutes."
    ),
}
AGAIN_IN_ANOTHER_PART = gettext_lazy(
    "If not reached: again %(at)s, another part of the day than this time."
)


def foreseen_words(foreseen: Foreseen) -> str:
    """What the system does when this call reaches nobody, said before it is made."""
    sentence = FORESEEN[foreseen.follows]
    if foreseen.follows == Follows.AGAIN and foreseen.in_another_part:
        sentence = AGAIN_IN_ANOTHER_PART
    said = str(sentence) % {"at": at_moment(foreseen.at) if foreseen.at else ""}
    if foreseen.uncounted not in UNCOUNTED:
        return said
    return f"{UNCOUNTED[foreseen.uncounted]} {said}"


def _is_visit(lead: Lead, at: datetime) -> bool:
    return lead.appointments.filter(outcome="", starts_at=at).exists()


def after_booking(appointment: Appointment) -> str:
    return _("%(who)s: %(kind)s booked for %(at)s.") % {
        "who": who(appointment.lead),
        "kind": appointment.get_kind_display(),
        "at": at_moment(appointment.starts_at),
    }


def after_promise(lead: Lead, due_at: datetime) -> str:
    return _("%(who)s: call back %(at)s. It comes by itself then.") % {
        "who": who(lead),
        "at": at_moment(due_at),
    }


def after_quote(lead: Lead) -> str:
    return _("%(who)s: quote requested.") % {"who": who(lead)}


def after_objection(lead: Lead) -> str:
    return _("%(who)s: noted, do not call any more. Every campaign skips this customer.") % {
        "who": who(lead)
    }


def after_closing(lead: Lead, number_before: int) -> str:
    """What became of a lead that was closed out."""
    if lead.status == Status.PROPOSED:
        return _("%(who)s: approval asked. Until then the lead stays open.") % {"who": who(lead)}
    if lead.is_closed:
        return _("%(who)s: closed out.") % {"who": who(lead)}
    if lead.round_number != number_before and lead.owner is not None:
        return _("%(who)s: on to %(owner)s.") % {"who": who(lead), "owner": lead.owner}
    return _("%(who)s: the next round begins in the queue %(queue)s.") % {
        "who": who(lead),
        "queue": lead.get_queue_display(),
    }
