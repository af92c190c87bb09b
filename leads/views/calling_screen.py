"""What the agent's work screen shows: the held customer, who comes next, and the own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from dealers.domain.presence import Shift
from leads.domain.agents_day import REACHED_IN_A_GOOD_DAY, AgentsDay, day_of
from leads.domain.booking import free_moments
from leads.domain.cadence import day_part
from leads.domain.due import MOST_COUNTED
from leads.domain.holding import HOLD_LASTS, hold_of
from leads.domain.queue import QueueAhead, queue_ahead
from leads.domain.scripts import spoken_lines
from leads.domain.undoing import step_just_done, undoable_steps_of
from leads.models import (
    RESULTS_THAT_ASK_A_NEXT_STEP,
    Channel,
    CustomerVehicle,
    DayPart,
    Ground,
    Hold,
    Kind,
    Lead,
    Queue,
    Result,
    ScriptField,
    Step,
    lead_for_page,
    lead_seen_by,
)
from leads.views.history import Entry
from leads.views.lead_page import LeadPage
from leads.views.saying import at_moment

NEXT_IN_SIGHT = 10
ENTRIES_IN_SIGHT = 12
OTHER_LEADS_IN_SIGHT = 5
RENEWED_AFTER = 60  # seconds

GREETINGS = {
    DayPart.MORNING: _("Good morning"),
    DayPart.AFTERNOON: _("Good afternoon"),
    DayPart.EVENING: _("Good evening"),
}


@dataclass(frozen=True)
class ResultKey:
    """One of the buttons that stand at the same place for every customer."""

    key: str
    label: Promise
    icon: str
    tone: str
    result: str = ""
    panel: str = ""

    @property
    def stays(self) -> bool:
        """Whether a next step follows with the same customer."""
        return self.result in RESULTS_THAT_ASK_A_NEXT_STEP


SPOKEN = ResultKey("0", _("Spoken"), "message", "goal", result=Result.SPOKEN)
# How the call went; then what follows when the customer was reached; then what ends it.
RESULT_KEYS = (
    SPOKEN,
    ResultKey("1", _("Not reached"), "phone-off", "wait", result=Result.NO_ANSWER),
    ResultKey("2", _("Voicemail"), "message-2", "wait", result=Result.VOICEMAIL),
    ResultKey("b", _("Engaged"), "phone-x", "wait", result=Result.ENGAGED),
    ResultKey("3", _("Call back…"), "clock", "plan", panel="call_back"),
    ResultKey("4", _("Appointment…"), "calendar-plus", "goal", panel="appointment"),
    ResultKey("5", _("Quote…"), "file-text", "goal", panel="quote"),
    ResultKey("6", _("No interest…"), "circle-x", "closed", panel="no_interest"),
    ResultKey("7", _("Details wrong…"), "alert-circle", "closed", panel="wrong_details"),
    ResultKey("8", _("To sales…"), "user-check", "goal", panel="to_sales"),
    ResultKey("9", _("Do not call"), "ban", "stop"),
)


@dataclass(frozen=True)
class QueueCount:
    """How many are due in one queue, as the screen writes it."""

    label: str | Promise
    count: int

    @property
    def is_cut(self) -> bool:
        return self.count >= MOST_COUNTED


@dataclass(frozen=True)
class WorkScreen:
    """The screen of one agent at a moment; each part is asked for at most once."""

    agent: User
    at: datetime
    taken: Hold | None = None  # the hold, where it was taken just now

    @cached_property
    def hold(self) -> Hold | None:
        return self.taken or hold_of(self.agent, self.at)

    def is_with(self, lead_pk: int | None) -> bool:
        """Whether the agent holds the customer of this very lead."""
        return self.hold is not None and self.hold.lead_id == lead_pk

    @property
    def renews_in(self) -> int:
        """In how many seconds the open screen renews the hold: when it is a minute old.

        Counted from the hold itself, so that drawing the screen anew does not put it off.
        """
        if self.hold is None:
            return RENEWED_AFTER
        left = self.hold.until - self.at
        return max(1, int((left - HOLD_LASTS).total_seconds()) + RENEWED_AFTER)

    @cached_property
    def page(self) -> LeadPage | None:
        """What is known of the held customer's lead; None while the agent holds nobody."""
        lead = lead_for_page(self.agent, self.hold.lead_id) if self.hold is not None else None
        return LeadPage(lead, self.agent, self.at) if lead is not None else None

    @cached_property
    def lead(self) -> Lead | None:
        """The held lead; with its customer alone for the queue that refreshes itself."""
        if "page" in self.__dict__:
            return self.page.lead if self.page is not None else None
        return lead_seen_by(self.agent, self.hold.lead_id) if self.hold is not None else None

    @cached_property
    def shift(self) -> Shift:
        return Shift(self.agent, self.at)

    # --- Left and right -----------------------------------------------------------------

    @cached_property
    def ahead(self) -> QueueAhead:
        return queue_ahead(self.agent, now=self.at, count=NEXT_IN_SIGHT)

    @property
    def coming(self) -> list[tuple[Lead, bool]]:
        """Who comes next, and whether it is a promised call-back; those go ahead of everything."""
        return [
            (lead, place < self.ahead.promised) for place, lead in enumerate(self.ahead.upcoming)
        ]

    @property
    def counts(self) -> list[QueueCount]:
        return [
            QueueCount(_("Call-backs"), self.ahead.promised),
            *(QueueCount(queue.label, count) for queue, count in self.ahead.due),
        ]

    @cached_property
    def day(self) -> AgentsDay:
        return day_of(self.agent, now=self.at)

    @cached_property
    def undoable(self) -> list[Step]:
        """What the agent did today and can still undo."""
        return undoable_steps_of(self.agent, now=self.at)

    @cached_property
    def just_done(self) -> Step | None:
        """What the agent did in the last ten seconds and can undo by a key, from the bar below."""
        return step_just_done(self.agent, now=self.at)

    @property
    def share_of_a_good_day(self) -> float:
        return self.day.reached / REACHED_IN_A_GOOD_DAY

    @property
    def good_day(self) -> int:
        return REACHED_IN_A_GOOD_DAY

    # --- The held customer --------------------------------------------------------------

    @cached_property
    def has_result(self) -> bool:
        """Whether the call of this hold has a result already."""
        if self.hold is None:
            return False
        return any(
            made.by_id == self.agent.pk and made.at >= self.hold.taken_at
            for made in self._page.attempts
        )

    @cached_property
    def vehicle(self) -> CustomerVehicle | None:
        """The car that the lead is about, else the only one that the customer drives."""
        driven = list(self._page.lead.customer.vehicles.all())
        plate = self._page.lead.plate
        if plate:
            return next((one for one in driven if one.plate == plate), None)
        return driven[0] if len(driven) == 1 else None

    @property
    def plate(self) -> str:
        return self._page.lead.plate or (self.vehicle.plate if self.vehicle else "")

    @property
    def other_numbers(self) -> list[str]:
        """Further numbers that can be called."""
        page = self._page
        return [one.number for one in page.phones if one.is_dialable and one.number != page.phone]

    @property
    def entries(self) -> list[Entry]:
        return self._page.timeline[:ENTRIES_IN_SIGHT]

    @property
    def other_leads(self) -> list[Lead]:
        return self._page.other_leads[:OTHER_LEADS_IN_SIGHT]

    @property
    def _page(self) -> LeadPage:
        if self.page is None:
            raise LookupError("the agent holds nobody")
        return self.page

    # --- What to say --------------------------------------------------------------------

    @property
    def greeting(self) -> str:
        part = day_part(self._page.lead.dealership, self.at)
        return str(GREETINGS[part])

    @property
    def opening(self) -> str:
        """Why we call, as the words of the script are chosen by it."""
        page, lead = self._page, self._page.lead
        if page.permission.ground == Ground.CALL_BACK or (
            page.promise is not None and page.promise.due_at <= self.at
        ):
            return "promise"
        if lead.queue == Queue.SECOND_VOICE:
            return "second_voice"
        if lead.kind == Kind.ACTIVE and lead.channel != Channel.DATA_MINING:
            return "request"
        if self.vehicle is not None and self.vehicle.apk_expires_on is not None:
            return "apk"
        return "car" if page.car else "general"

    @cached_property
    def script(self) -> list[str]:
        """The script of the campaign, line by line; none where another word has to be kept first.

        Who was promised a call, or is called as second voice, is not spoken to as by a campaign.
        """
        campaign = self._page.lead.campaign
        if campaign is None or self.opening in ("promise", "second_voice"):
            return []
        return spoken_lines(campaign.script, self._value_of)

    def _value_of(self, field: ScriptField) -> str:
        """What a field of a script says of this customer; empty when that is unknown."""
        lead = self._page.lead
        if field == ScriptField.FIRST_FREE:
            return at_moment(self.first_free) if self.first_free else ""
        return {
            ScriptField.NAME: lead.customer.name,
            ScriptField.CAR: self._page.car,
            ScriptField.DEALERSHIP: lead.dealership.name,
            ScriptField.AGENT: self.agent.get_short_name(),
        }[field]

    @cached_property
    def first_free(self) -> datetime | None:
        """The first moment at which a salesperson is really free, to propose it at once."""
        found = free_moments(self._page.lead.dealership, now=self.at, count=1)
        return found[0][0] if found else None

    # --- Addresses ----------------------------------------------------------------------

    @property
    def keys(self) -> list[tuple[ResultKey, str]]:
        return keys_of(self._page.lead.pk)

    @cached_property
    def note_url(self) -> str:
        return reverse("leads:calling-note", args=[self._page.lead.pk])

    @cached_property
    def start_url(self) -> str:
        return reverse("leads:calling-start", args=[self._page.lead.pk])

    @cached_property
    def release_url(self) -> str:
        return reverse("leads:calling-release")


def keys_of(pk: int) -> list[tuple[ResultKey, str]]:
    """The buttons for the lead with this id, each with where it sends the form."""
    to_panel, to_result, to_objection = (
        reverse(f"leads:calling-{name}", args=[pk]) for name in ("panel", "result", "objection")
    )
    return [
        (key, to_panel if key.panel else to_result if key.result else to_objection)
        for key in RESULT_KEYS
    ]
