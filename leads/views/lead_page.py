"""What the page of one lead shows, for a reader at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Self

from django.urls import reverse
from django.utils.translation import gettext as _

from bdc import clock
from bdc.accounts.models import User
from bdc.errors import RuleBroken
from bdc.http import SignedInRequest
from dealers.domain.hours import next_callable
from dealers.models import Side
from leads.domain.access import may
from leads.domain.agenda import call_before, next_visit, sent_back
from leads.domain.approving import deciding_problem
from leads.domain.binding import open_promise
from leads.domain.cadence import day_part
from leads.domain.calling import calling_problem, dialing_problem, working_problem
from leads.domain.foreseeing import if_unreached
from leads.domain.holding import hold_of
from leads.domain.norms import first_reaction, norms_broken
from leads.domain.permission import Permission, may_call
from leads.domain.routing import TWO_MINUTES
from leads.domain.timeline import sentence
from leads.domain.undoing import undoable_step
from leads.models import (
    Appointment,
    Attempt,
    Call,
    CallBack,
    Consent,
    CustomerPhone,
    DayPart,
    Event,
    Ground,
    Hold,
    Lead,
    Norm,
    Note,
    Proposal,
    Queue,
    Round,
    Status,
    Step,
    other_leads_of,
)
from leads.models.happened import (
    LONGEST_TIMELINE,
    attempts_on,
    events_on,
    last_event_on,
    notes_on,
    open_call_on,
    undone_on,
)
from leads.views.evidence import Line, facts_of, told_with
from leads.views.history import ENQUIRY_VERBS, Entry, timeline_of
from leads.views.saying import foreseen_words
from leads.views.spread import DayOfAttempts, spread_of
from leads.views.standing import Standing, is_blocked, short, standing_of

TRADE_IN = ("make", "model", "year", "plate")
# The entries that say who got the lead, and why.
OWNER_VERBS = (
    "routed_to_salesperson",
    "routed_to_queue",
    "taken",
    "assigned_to_salesperson",
    "assigned_to_queue",
)


@dataclass(frozen=True)
class LeadPage:
    """One lead with everything its page tells; each part is asked for at most once."""

    lead: Lead
    reader: User
    at: datetime

    @classmethod
    def of(cls, request: SignedInRequest, lead: Lead) -> Self:
        return cls(lead, request.user, clock.now())

    # --- Who and what -----------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        return standing_of(self.lead, now=self.at)

    @property
    def car(self) -> str:
        return " ".join(part for part in (self.lead.make, self.lead.model) if part)

    @cached_property
    def round(self) -> Round:
        return self.lead.current_round

    @cached_property
    def rounds(self) -> list[Round]:
        """The rounds, the last one first: their reasons stand side by side for ever."""
        return sorted(self.lead.rounds.all(), key=lambda round_: -round_.number)

    @property
    def told_rounds(self) -> list[tuple[Round, list[Line]]]:
        """The rounds, each with the facts of its close-out."""
        return [(round_, facts_of(round_)) for round_ in self.rounds]

    @cached_property
    def phones(self) -> list[CustomerPhone]:
        return list(self.lead.customer.phones.all())

    @cached_property
    def phone(self) -> str:
        """The number that is called; empty when none can be."""
        return next((phone.number for phone in self.phones if phone.is_dialable), "")

    @property
    def extra(self) -> list[tuple[str, str]]:
        """What else the document said, as far as it helps the conversation."""
        told = self.lead.extra or {}
        trade_in = told.get("trade_in") or {}
        car = " ".join(str(trade_in[part]) for part in TRADE_IN if trade_in.get(part))
        lines = [
            (_("Trade-in"), car),
            (_("About the trade-in"), str(trade_in.get("comments") or "")),
            (_("When to call"), str(told.get("time_preference") or "")),
        ]
        return [(name, text) for name, text in lines if text]

    @property
    def mail_subject(self) -> str:
        if not self.car:
            return _("Your question")
        return _("Your question about the %(car)s") % {"car": self.car}

    @property
    def email(self) -> str:
        return next((email.address for email in self.lead.customer.emails.all()), "")

    @cached_property
    def other_leads(self) -> list[Lead]:
        """The customer's other leads, as far as the reader may see them."""
        return other_leads_of(self.lead, self.reader)

    @property
    def others_standing(self) -> list[tuple[Lead, Standing]]:
        return [(lead, standing_of(lead, now=self.at)) for lead in self.other_leads]

    # --- Whose, and why ---------------------------------------------------------------

    @cached_property
    def why_owner(self) -> str:
        """The last sentence of the timeline that says who got the lead."""
        known = (event for event in self._events if event.verb in OWNER_VERBS)
        event = next(known, None) or last_event_on(self.lead, *OWNER_VERBS)
        return sentence(event) if event is not None else ""

    @property
    def is_mine(self) -> bool:
        return self.lead.owner_id == self.reader.pk

    @cached_property
    def hold(self) -> Hold | None:
        """The reader's own hold, when it is on this customer."""
        held = hold_of(self.reader, self.at) if self.lead.is_at_bdc else None
        return held if held and held.customer_id == self.lead.customer_id else None

    @cached_property
    def working_problem(self) -> RuleBroken | None:
        """Why the reader may not work the lead now; None when he may."""
        if not self._may("work"):
            return RuleBroken(
                "not_owner", _("You can look at this lead. Salespeople and the BDC work it.")
            )
        return working_problem(self.lead, by=self.reader, now=self.at)

    @property
    def may_work(self) -> bool:
        return self.working_problem is None

    @property
    def may_be_taken(self) -> bool:
        return self.lead.is_open and self.lead.queue == Queue.CATCH_ALL and self._may("take")

    @property
    def may_assign(self) -> bool:
        return not self.lead.is_closed and self._may("assign")

    @property
    def may_reopen(self) -> bool:
        return self.lead.is_closed and self._may("reopen")

    @property
    def may_write_notes(self) -> bool:
        return self._may("work")

    @property
    def may_object(self) -> bool:
        return self._may("object") and not is_blocked(self.lead)

    def _may(self, action: str) -> bool:
        return may(self.reader, action, self.lead.dealership_id)

    # --- May we call, and the call itself -----------------------------------------------

    @cached_property
    def permission(self) -> Permission:
        return may_call(self.lead, now=self.at)

    @property
    def ground(self) -> str:
        return str(Ground(self.permission.ground).label) if self.permission.ground else ""

    @property
    def ground_until(self) -> datetime | None:
        """Until when the ground lasts, where it ends at all."""
        until = self.permission.until
        return until if until is not None and until - self.at < timedelta(days=3650) else None

    @property
    def consents(self) -> list[Consent]:
        return sorted(self.lead.customer.consents.all(), key=lambda one: one.given_at, reverse=True)

    @cached_property
    def calling_problem(self) -> RuleBroken | None:
        """Why no call may be started now, whoever asks."""
        return calling_problem(self.lead, self.round, permission=self.permission, now=self.at)

    @property
    def dialing_problem(self) -> RuleBroken | None:
        """Why there is nobody to dial; what to do instead."""
        return dialing_problem(self.lead)

    @property
    def calls_again_at(self) -> datetime | None:
        """When calling hours allow a call again; None when the hours are not the problem."""
        if self.calling_problem is None or self.calling_problem.code != "outside_calling_hours":
            return None
        return next_callable(self.lead.dealership, self.at)

    @cached_property
    def call(self) -> Call | None:
        """The reader's own call that still waits for its result."""
        return open_call_on(self.lead, self.reader)

    @property
    def is_mail_task(self) -> bool:
        """Nobody can be called: this lead is answered by e-mail, outside the calling queue."""
        return not self.phone and not self.lead.is_closed

    @property
    def call_before(self) -> datetime | None:
        return call_before(self.lead)

    @property
    def first_reaction(self) -> timedelta | None:
        return first_reaction(self.lead)

    @property
    def reaction_words(self) -> str:
        """How long the customer waited for the first call."""
        if self.first_reaction is None:
            return ""
        return _("Called after %(time)s") % {"time": short(self.first_reaction)}

    @property
    def first_reaction_short(self) -> str:
        return short(self.first_reaction) if self.first_reaction is not None else ""

    @property
    def was_in_time(self) -> bool:
        return self.first_reaction is not None and self.first_reaction <= TWO_MINUTES

    # --- The cadence ----------------------------------------------------------------------

    @cached_property
    def attempts(self) -> list[Attempt]:
        """The attempts on the lead, the last one first."""
        return attempts_on(self.lead)

    @property
    def attempts_of_round(self) -> list[Attempt]:
        """Those that the round counts: its own, and those of the rounds that it goes on with."""
        goes_on_with = {round_.pk: round_.continues_id for round_ in self.rounds}
        counted: set[int] = set()
        pk: int | None = self.round.pk
        while pk is not None:
            counted.add(pk)
            pk = goes_on_with.get(pk)
        return [attempt for attempt in self.attempts if attempt.round_id in counted]

    @property
    def spread(self) -> list[DayOfAttempts]:
        return spread_of(self.attempts_of_round)

    @property
    def day_parts(self) -> list[str]:
        return [str(part.label) for part in DayPart]

    @property
    def attempt_number(self) -> int:
        """Which attempt the next call is; the last one once the maximum is made."""
        return min(self.round.attempts + 1, self.round.maximum)

    @property
    def is_planned_in_another_part(self) -> bool:
        """Whether the planned call is in another part of the day than the last attempt."""
        at, last = self.lead.next_call_at, self.attempts[0] if self.attempts else None
        if at is None or last is None:
            return False
        return day_part(self.lead.dealership, at) != last.day_part

    @cached_property
    def foreseen(self) -> str:
        """What follows when a call now reaches nobody; empty where no call may be made."""
        may_be_made = self.call is not None or self.calling_problem is None
        if not self.lead.is_open or self.is_mail_task or not may_be_made:
            return ""
        return foreseen_words(if_unreached(self.lead, self.round, now=self.at))

    # --- What is agreed -----------------------------------------------------------------

    @property
    def promise(self) -> CallBack | None:
        return open_promise(self.lead)

    @property
    def visits(self) -> list[Appointment]:
        return sorted(self.lead.appointments.all(), key=lambda visit: visit.starts_at, reverse=True)

    @property
    def next_visit(self) -> Appointment | None:
        return next_visit(self.lead)

    @property
    def visit_has_been(self) -> bool:
        return self.next_visit is not None and self.next_visit.starts_at <= self.at

    # --- The close-out ------------------------------------------------------------------

    @cached_property
    def proposal(self) -> Proposal | None:
        """The close-out that waits for somebody's decision."""
        if self.lead.status != Status.PROPOSED:
            return None
        pending = (one for one in self.lead.proposals.all() if one.decided_at is None)
        return next(pending, None)

    @property
    def told(self) -> list[Line]:
        """The facts that were told with the close-out that waits."""
        return told_with(self.proposal) if self.proposal is not None else []

    @property
    def instructions(self) -> list[tuple[str, str]]:
        """What a manager can ask instead; to the BDC only from sales, as the second voice."""
        return [
            (value, str(label))
            for value, label in Proposal.Instruction.choices
            if value != Proposal.Instruction.TO_BDC or self.round.side == Side.SALESPERSON
        ]

    @property
    def sent_back(self) -> Proposal | None:
        return sent_back(self.lead)

    @property
    def decides(self) -> bool:
        """Whether deciding on this proposal is the reader's to do, own proposals included."""
        action = "approve_sales" if self.round.side == Side.SALESPERSON else "approve_bdc"
        return self.proposal is not None and self._may(action)

    @property
    def norms_broken(self) -> list[Norm]:
        """The norms that the close-out which waits does not meet."""
        if self.proposal is None:
            return []
        return norms_broken(self.proposal, self.proposal.round.attempts_made)

    @cached_property
    def deciding_problem(self) -> RuleBroken | None:
        return deciding_problem(self.lead, self.proposal, by=self.reader)

    # --- What happened ------------------------------------------------------------------

    @cached_property
    def _events(self) -> list[Event]:
        return events_on(self.lead)

    @cached_property
    def _notes(self) -> list[Note]:
        return notes_on(self.lead)

    @property
    def seen(self) -> int:
        """The newest entry that the reader knows; an action that is sent twice counts once."""
        return self._events[0].pk if self._events else 0

    @property
    def messages(self) -> list[str]:
        """What the customer wrote, the newest first."""
        moments = {event.at for event in self._events if event.verb in ENQUIRY_VERBS}
        return [note.body for note in self._notes if note.at in moments]

    @cached_property
    def timeline(self) -> list[Entry]:
        """What happened and what people wrote, the newest first; what came together is one."""
        return timeline_of(self._events, self._notes, self._withdrawn)

    @cached_property
    def _withdrawn(self) -> list[tuple[int, int]]:
        return undone_on(self.lead)

    @cached_property
    def undoable(self) -> Step | None:
        """What the reader did last and can still undo."""
        return undoable_step(self.lead, by=self.reader, now=self.at) if self._may("undo") else None

    @property
    def is_timeline_cut(self) -> bool:
        return len(self._events) == LONGEST_TIMELINE

    @property
    def url(self) -> str:
        return reverse("leads:detail", args=[self.lead.pk])
