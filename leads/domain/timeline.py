"""The timeline of a lead: one entry for everything that happens, and its sentence on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.prepared import add_prepared
from leads.domain.changes import lead_changed
from leads.models import (
    AppointmentKind,
    AppointmentOutcome,
    Channel,
    CloseReason,
    ConversationChannel,
    Event,
    Ground,
    Lead,
    LegalForm,
    Norm,
    Objection,
    Proposal,
    Queue,
    Release,
    Result,
    Step,
)

# What each verb says; the names in the sentences are prepared by _WORDS below.
SENTENCES: dict[str, Promise] = {
    "received": _("Received: %(channel)s, from %(source)s."),
    "call_missed": _("Nobody picked up when the customer called."),
    "read_with_warnings": _("The document had remarks: %(warnings)s."),
    "joined_by_repeat_enquiry": _("The customer asked again: %(channel)s, from %(source)s."),
    "became_active": _("Became an active lead: the customer took the initiative."),
    "routed_to_salesperson": _("To %(owner_name)s: %(why)s."),
    "routed_to_queue": _("To the queue %(queue)s: %(why)s."),
    "alarmed": _("Alarm to the sales manager: %(why)s."),
    "taken": _("%(owner_name)s took the lead."),
    "assigned_to_salesperson": _("Given to %(owner_name)s by hand."),
    "assigned_to_queue": _("Put in the queue %(queue)s by hand."),
    "round_began": _("Round %(number)s began, with %(maximum)s attempts at most."),
    "round_handed_over": _("Round %(number)s ended with a hand-over after %(attempts)s attempts."),
    "call_started": _("Call started. Ground: %(ground)s."),
    "attempted": _("Attempt: %(result)s. %(counting)s"),
    "breached": _("Called although it was not allowed: %(why)s."),
    "conversed": _("Conversation: %(channel)s."),
    "maximum_raised": _("The customer spoke with us: up to %(maximum)s attempts in all."),
    "call_planned": _("Next call planned for %(at)s."),
    "call_back_promised": _("Call-back promised for %(at)s, by %(owner_name)s."),
    "call_back_fell_to_team": _("The call-back is overdue: the team has it now."),
    "call_back_taken_over": _("%(owner_name)s took over the call-back."),
    "appointment_booked": _("Appointment: %(kind)s, %(at)s."),
    "appointment_moved": _("Appointment of %(moved_from)s moved to %(at)s."),
    "appointment_ended": _("Appointment of %(at)s: %(outcome)s."),
    "quote_asked": _("Quote requested."),
    "sold": _("Sold."),
    "close_proposed": _("Proposed to close: %(reason)s."),
    "close_approved": _("Close-out approved: %(reason)s."),
    "norms_overridden": _("Approved although a norm is not met (%(norms)s): %(override)s."),
    "close_sent_back": _("Close-out sent back: %(instruction)s."),
    "close_withdrawn": _("The proposal to close was withdrawn: %(why)s."),
    "closed": _("Closed out: %(reason)s."),
    "reopened": _("Reopened."),
    "objected": _("The customer objects to calls. Nobody calls this customer any more."),
    "objection_withdrawn": _("The objection to calls was withdrawn: %(why_withdrawn)s."),
    "released": _("Let go: %(release_reason)s."),
    "given_back": _("Given back to the queue: %(agent_name)s is not with this customer any more."),
    "hold_taken_over": _("%(owner_name)s took over this customer from %(agent_name)s."),
    "consent_recorded": _("Consent to call recorded."),
    "consent_withdrawn": _("Consent to call withdrawn."),
    "customer_corrected": _("Details of the customer corrected: %(fields)s."),
    "became_legal_person": _(
        "The customer was made a legal person (%(legal_form)s): that is a ground to call."
    ),
    "is_no_legal_person": _(
        "The customer is no legal person any more (%(legal_form)s): a call needs another ground."
    ),
    "customer_merged": _("Two customers turned out to be one and were merged."),
    "merge_undone": _("The merge was undone: they are two customers again."),
    "possible_duplicate": _(
        "The customer has another open lead here for the same: perhaps a duplicate."
    ),
    "details_asked": _("The customer is sent an e-mail asking for contact details."),
    "forwarded": _("Forwarded to %(destination)s."),
    "task_done": _("Done by %(destination)s."),
    "up_line_overridden": _(
        "This follow-up is overdue; %(owner_name)s stands in turn in the up line all the same."
    ),
    "undone": _("Undone: %(what)s."),
    "late_result": _("This result came after the hold had ended. It is kept and changes nothing."),
}

# Why a lead has this owner (product.md, Routing), by the code in an entry's facts.
WHY: dict[str, Promise] = {
    "least_recently_served": _(
        "on shift, may take %(channel)s leads, and got one the longest time ago"
    ),
    "hybrid_furthest_back": _(
        "no internet salesperson is free; of the hybrids this one is furthest back in the up line"
    ),
    "first_in_up_line": _("first in the up line for a visitor"),
    "first_by_override": _(
        "first in the up line for a visitor; a sales manager let overdue follow-ups pass"
    ),
    "had_the_customer": _("had this customer before"),
    "of_the_appointment": _("the appointment is with this salesperson"),
    "next_after_two_minutes": _("nobody had called within two minutes"),
    "owner_left": _("the owner is not there any more"),
    "owner_absent": _("the owner is absent for a day or more"),
    "passive": _("the customer asked nothing; the BDC calls first"),
    "bdc_first": _("this dealership works BDC first"),
    "lost_sale": _("a second voice calls after a lost sale"),
    "unreached": _("not reached after the maximum of attempts"),
    "outside_opening_hours": _("received outside opening hours; routed at opening"),
    "nobody_eligible": _("nobody on shift can take it"),
    "nobody_called": _("nobody called in time"),
    "by_hand": _("given by hand"),
    "reopened": _("reopened"),
    "follow_up": _("the customer is called again on the agreed date"),
    "repeat_enquiry": _("the customer asked again"),
    "outside_calling_hours": _("outside calling hours"),
    "no_ground_to_call": _("no ground to call"),
    "maximum_attempts_reached": _("past the maximum of attempts"),
    "objected": _("the customer objects to calls"),
}

# What of a customer was corrected; never what it says.
CUSTOMER_FIELDS: dict[str, Promise] = {
    "name": _("name"),
    "company": _("company"),
    "legal_form": _("legal form"),
    "address": _("address"),
    "phones": _("phone numbers"),
    "emails": _("e-mail addresses"),
    "vehicles": _("cars"),
}

COUNTING: dict[str, Promise] = {
    "": _("It counts."),
    "same_day_part": _("It does not count: this part of the day already had one."),
    "day_limit": _("It does not count: this customer was already called twice today."),
    "maximum": _("It does not count: the maximum of this round had been made."),
    "late": _("It came after the hold had ended."),
}


def record(
    lead: Lead, verb: str, *, by: User | None, now: datetime, **facts: str | int | list[str] | None
) -> Event:
    """Add an entry to the timeline of `lead`; `facts` hold codes and numbers, no personal text."""
    if verb not in SENTENCES:
        raise LookupError(f"the timeline knows no verb {verb!r}")
    event = Event(
        lead=lead,
        dealership_id=lead.dealership_id,
        at=now,
        by=by,
        verb=verb,
        facts={name: fact for name, fact in facts.items() if fact is not None},
    )
    add_prepared(event)
    lead.newest_entry = event.pk
    lead_changed(lead, version=event.pk)
    return event


def sentences(events: Iterable[Event]) -> list[str]:
    """Return each entry as a sentence in the language of the reader, with one query at most."""
    events = list(events)
    codes = {event.facts["reason"] for event in events if "reason" in event.facts}
    reasons = CloseReason.objects.in_bulk(codes) if codes else {}
    return [str(SENTENCES[event.verb]) % _Words(event.facts, reasons) for event in events]


def sentence(event: Event) -> str:
    """Return one entry as a sentence. See also sentences()."""
    return sentences([event])[0]


class _Words(dict[str, str]):
    """The facts of an entry, each in words; a fact that is missing reads as a dash."""

    def __init__(self, facts: dict[str, Any], reasons: dict[str, CloseReason]) -> None:
        super().__init__(
            {name: self._word(name, fact, facts, reasons) for name, fact in facts.items()}
        )
        counting = str(COUNTING.get(facts.get("uncounted", ""), ""))
        self["counting"] = " ".join(part for part in (counting, _took(facts)) if part)

    def __missing__(self, name: str) -> str:
        return "–"

    @staticmethod
    def _word(name: str, fact: Any, facts: dict[str, Any], reasons: dict[str, CloseReason]) -> str:
        if name == "why":
            return str(WHY.get(fact, fact)) % {"channel": _label(Channel, facts.get("channel"))}
        if name == "reason":
            return str(reasons.get(fact, fact))
        if name in ("at", "moved_from"):
            return local_moment(fact)
        if name == "fields":
            return ", ".join(str(CUSTOMER_FIELDS.get(part, part)) for part in fact)
        if name == "norms":
            return ", ".join(str(Norm(norm).label) for norm in fact)
        if isinstance(fact, list):
            return ", ".join(str(part) for part in fact)
        for choices in _CHOICES.get(name, ()):
            if fact in choices.values:
                return str(choices(fact).label)
        return str(fact)


def _took(facts: dict[str, Any]) -> str:
    """How long was spoken, where that is known."""
    if not facts.get("seconds"):
        return ""
    minutes, seconds = divmod(facts["seconds"], 60)
    return str(_("It took %(duration)s.") % {"duration": f"{minutes}:{seconds:02}"})


_CHOICES: dict[str, tuple[Any, ...]] = {
    "channel": (Channel, ConversationChannel),
    "queue": (Queue,),
    "ground": (Ground,),
    "result": (Result,),
    "kind": (AppointmentKind,),
    "outcome": (AppointmentOutcome,),
    "instruction": (Proposal.Instruction,),
    "override": (Proposal.Override,),
    "release_reason": (Release.Reason,),
    "legal_form": (LegalForm,),
    "why_withdrawn": (Objection.WhyWithdrawn,),
    "what": (Step.What,),
}


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else ""


def local_moment(iso: str) -> str:
    """An ISO moment as people say it: "do 26 nov 17:30", "Thu 26 Nov 17:30"."""
    at = parse_datetime(iso)
    if at is None:
        return iso
    here = at.astimezone(ZoneInfo("Europe/Amsterdam"))
    locale = "en_GB" if get_language() == "en" else "nl"
    return str(format_datetime(here, "EEE d MMM HH:mm", locale=locale))
