"""The last days and this morning, so that everybody finds work: what is due, waits or is new."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from bdc.accounts.models import User
from dealers.domain.hours import is_open, local, opening_blocks
from dealers.models import Dealership, Role
from leads.demo.cast import BREDA, EINDHOVEN, HELMOND
from leads.demo.chance import NEVER, Plan
from leads.demo.script import Script
from leads.demo.stage import Story
from leads.demo.story import LeadStory
from leads.domain.adf_intake import receive_adf
from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt, start_call
from leads.domain.handing_over import assign
from leads.domain.intake import receive_lead
from leads.domain.rejects import correct_reject, dismiss_reject
from leads.models import (
    AppointmentKind,
    AppointmentOutcome,
    Channel,
    Lead,
    Queue,
    Reject,
    Result,
    Status,
    Turn,
)

DOCUMENTS = Path(__file__).parent / "documents"
MINUTE = timedelta(minutes=1)
VERKOPER, INTERNET, SHOWROOM = (
    f"{who}@noord.example" for who in ("verkoper", "internet", "showroom")
)
VERKOPER_ZUID = "verkoper@zuid.example"
# The up line at opening, from the front; who is not named stands behind.
UP_LINE = (SHOWROOM, VERKOPER, VERKOPER_ZUID)


class Today:
    """Begins what the demo shows at its present."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.stage = script.stage
        self.cast = script.cast
        self.eindhoven = self.cast.place(EINDHOVEN)
        self.helmond = self.cast.place(HELMOND)
        self.breda = self.cast.place(BREDA)
        self.ends = self.stage.ends

    def begin(self) -> None:
        self._close_outs_to_approve()
        self._due_in_the_queues()
        self._promised()
        self._appointments()
        self._rejects()
        self._this_morning()

    def _close_outs_to_approve(self) -> None:
        """Sound ones, with a visit or several calls behind them, and thin ones."""
        visit = Plan(0, "appointment")
        for days_ago, hour, place, plans in (
            (6, 10, self.eindhoven, (Plan(1, "appointment"), _after_visit("VK-04"))),
            (7, 11, self.helmond, (Plan(0, "BDC-17"), _after_visit("VK-06"))),
            (5, 14, self.eindhoven, (Plan(1, "quote"), Plan(1, "VK-05"))),
            (6, 13, self.breda, (visit, _after_visit("VK-05"))),
            (4, 10, self.breda, (Plan(0, "VK-07"),)),
            (1, 15, self.eindhoven, (Plan(0, "VK-07"),)),
            (1, 16, self.eindhoven, (Plan(0, "BDC-07"),)),
            (1, 14, self.eindhoven, (Plan(0, "BDC-05"),)),
            (1, 13, self.helmond, (Plan(0, "BDC-01"),)),
        ):
            at = self.script.working_day(days_ago, time(hour, 12), place)
            self._active(place, at, plans=plans, leave_in=Status.PROPOSED)

    def _due_in_the_queues(self) -> None:
        for days_ago, place in ((15, self.eindhoven), (17, self.eindhoven), (16, self.breda)):
            at = self.script.working_day(days_ago, time(11, 5), place)
            self._active(place, at, plans=(Plan(NEVER, "talk"),), leave_in=Queue.UNREACHED)
        for code, place in (
            ("VK-04", self.eindhoven),
            ("VK-07", self.eindhoven),
            ("VK-02", self.breda),
        ):
            at = self.script.working_day(3, time(10, 35), place)
            self._active(
                place,
                at,
                plans=(Plan(0, code),),
                decisions=("approve",),
                leave_in=Queue.SECOND_VOICE,
            )
        for minutes in (52, 24, 7):
            self._active(self.helmond, self.ends - minutes * MINUTE, leave_in=Queue.INBOUND)

    def _promised(self) -> None:
        """Call-backs: due, later today, and overdue."""
        for email, place, minutes in (
            ("agent@noord.example", self.breda, -6),
            ("agent@noord.example", self.eindhoven, 95),
            ("agent2@noord.example", self.helmond, -4),
            ("agent2@noord.example", self.eindhoven, -55),
        ):
            at = self.script.working_day(2, time(9, 30), place)
            story = self.script.passive(place, at=at, campaign="einde-lease")
            self.stage.begin(at, self._agent_promises(story, self.cast.person(email), minutes))
        for email, place, minutes in (
            (VERKOPER, self.eindhoven, 40),
            (INTERNET, self.eindhoven, -35),
            (SHOWROOM, self.eindhoven, 150),
            (VERKOPER_ZUID, self.breda, 25),
        ):
            at = self.script.working_day(2, time(13, 40), place)
            self.stage.begin(at, self._seller_promises(place, self.cast.person(email), minutes))

    def _appointments(self) -> None:
        for email, place, kind in (
            (VERKOPER, self.eindhoven, AppointmentKind.TEST_DRIVE),
            (INTERNET, self.eindhoven, AppointmentKind.SHOWROOM),
            (SHOWROOM, self.eindhoven, AppointmentKind.SHOWROOM),
            ("sanne@noord.example", self.helmond, AppointmentKind.TEST_DRIVE),
            (VERKOPER_ZUID, self.breda, AppointmentKind.SHOWROOM),
        ):
            at = self.script.working_day(1, time(11, 20), place)
            self.stage.begin(at, self._books_tomorrow(place, self.cast.person(email), kind))

    def _rejects(self) -> None:
        """Documents that could not become leads: dealt with, and waiting."""
        for days_ago, ending in ((34, "corrected"), (22, "dismissed"), (1, ""), (0, "")):
            at = self.script.working_day(days_ago, time(8, 35), self.eindhoven)
            name = "broken.xml" if ending or days_ago == 0 else "unknown_dealership.xml"
            self.stage.begin(min(at, self.ends - MINUTE), self._document(name, ending))

    def _this_morning(self) -> None:
        """The leads of the last hour, as far as the dealerships are open."""
        for place in (self.eindhoven, self.breda):
            self.stage.begin(self._since_opening(place, 58), self._stands_in_line(place))
        for place, minutes, channel in (
            (self.eindhoven, 48, Channel.WALK_IN),
            (self.eindhoven, 31, Channel.WALK_IN),
            (self.breda, 28, Channel.WALK_IN),
            (self.eindhoven, 17, Channel.SERVICE_REFERRAL),
        ):
            at = self._since_opening(place, minutes)
            if is_open(place, at):
                self._active(place, at, channel=channel, leave_in="-")
        self.stage.begin(self._since_opening(self.eindhoven, 40), self._calls_in_vain())
        self.stage.begin(self._since_opening(self.eindhoven, 26), self._nobody_calls())
        self.stage.begin(self._since_opening(self.eindhoven, 15), self._callers_until(INTERNET))
        # Its two minutes are still running.
        self._active(self.eindhoven, self.ends - timedelta(seconds=20), leave_in="-")

    def _agent_promises(self, story: LeadStory, agent: User, minutes: int) -> Story:
        lead = self._arrives(story)
        yield self.script.working_day(1, time(10, 40), story.place)
        if self.stage.free_from(agent) > self.stage.now:
            yield self.stage.free_from(agent)
        now = self.stage.now
        self.stage.occupy(agent, now + 5 * MINUTE)
        record_attempt(lead, result=Result.SPOKEN, by=agent, now=now)
        self._promise(lead, agent, minutes, now=now + MINUTE)

    def _seller_promises(self, place: Dealership, seller: User, minutes: int) -> Story:
        lead = self._given(place, seller)
        yield self.stage.now + 12 * MINUTE
        start_call(lead, by=seller, now=self.stage.now)
        now = self.stage.now + 4 * MINUTE
        record_attempt(lead, result=Result.SPOKEN, by=seller, now=now)
        self._promise(lead, seller, minutes, now=now)

    def _promise(self, lead: Lead, by: User, minutes: int, *, now: datetime) -> None:
        due = (self.ends + minutes * MINUTE).replace(second=0, microsecond=0)
        note = "Wilde eerst overleggen; terugbellen zoals afgesproken."
        promise_call_back(lead, due_at=due, by=by, now=now, note=note)

    def _books_tomorrow(self, place: Dealership, seller: User, kind: str) -> Story:
        lead = self._given(place, seller)
        yield self.stage.now + 25 * MINUTE
        start_call(lead, by=seller, now=self.stage.now)
        now = self.stage.now + 5 * MINUTE
        record_attempt(lead, result=Result.SPOKEN, by=seller, now=now)
        tomorrow = datetime.combine(
            local(place, self.ends).date() + timedelta(days=1), time(), place.zone
        )
        book_appointment(
            lead,
            kind=kind,
            starts_at=self.stage.free_hour(place, seller, after=tomorrow),
            by=seller,
            now=now,
            salesperson=seller,
            vehicle=f"{lead.make} {lead.model}" if kind == AppointmentKind.TEST_DRIVE else "",
        )

    def _document(self, name: str, ending: str) -> Story:
        marketer = self.cast.at(self.eindhoven, Role.MARKETER)[0]
        receipt = receive_adf(
            (DOCUMENTS / name).read_bytes(),
            content_type="application/xml",
            dealership=None,
            by=marketer,
            now=self.stage.now,
        )
        yield self.stage.now + 90 * MINUTE
        for reject in receipt.rejects:
            if ending == Reject.State.CORRECTED:
                story = self.script.active(self.eindhoven, at=self.stage.now)
                story.lead = correct_reject(
                    reject, story.opening.asked, by=marketer, now=self.stage.now
                )
                self.stage.begin(self.stage.now, story.go_on())
            elif ending == Reject.State.DISMISSED:
                dismiss_reject(reject, by=marketer, now=self.stage.now)

    def _stands_in_line(self, place: Dealership) -> Story:
        """Who came in first this morning stands in front."""
        people = self.stage.sellers(place, self.stage.now)
        front = [person for email in UP_LINE for person in people if person.email == email]
        line = front + [person for person in people if person not in front]
        for position, person in enumerate(line):
            Turn.objects.filter(dealership=place, salesperson=person).update(
                stands_since=self.stage.now + timedelta(seconds=position)
            )
        yield self.stage.now

    def _calls_in_vain(self) -> Story:
        seller = self.cast.person(VERKOPER)
        lead = self._given(self.eindhoven, seller)
        yield self.stage.now + MINUTE
        start_call(lead, by=seller, now=self.stage.now)
        now = self.stage.now + MINUTE
        record_attempt(lead, result=Result.NO_ANSWER, by=seller, now=now)

    def _nobody_calls(self) -> Story:
        """Offered to one after another, and then an alarm: somebody has to take it."""
        lead = self._arrives(self.script.active(self.eindhoven, at=self.stage.now))
        while (offered_until := Lead.objects.get(pk=lead.pk).offer_ends_at) is not None:
            yield offered_until
            self.stage.sweeps()

    def _callers_until(self, email: str) -> Story:
        """People ring up one after another, until `email` has one of them."""
        wanted = self.cast.person(email)
        for _caller in self.stage.sellers(self.eindhoven, self.stage.now):
            story = self.script.active(self.eindhoven, at=self.stage.now, channel=Channel.PHONE)
            if self._arrives(story).owner_id in (wanted.pk, None):
                return
            yield self.stage.now + 3 * MINUTE

    def _given(self, place: Dealership, seller: User) -> Lead:
        """A lead that is with `seller`, by itself or given by the manager."""
        lead = self._arrives(self.script.active(place, at=self.stage.now))
        if lead.owner_id == seller.pk:
            return lead
        manager = self.cast.at(place, Role.SALES_MANAGER)[0]
        return assign(lead, user=seller, by=manager, now=self.stage.now)

    def _arrives(self, story: LeadStory) -> Lead:
        opening = story.opening
        return receive_lead(opening.asked, raw=None, by=opening.by, now=self.stage.now)

    def _active(self, place: Dealership, at: datetime, **more: Any) -> None:
        story = self.script.active(place, at=at, **more)
        self.stage.begin(at, story.play())

    def _since_opening(self, place: Dealership, minutes: int) -> datetime:
        """So many minutes before the end; while the dealership opened later, just after that."""
        at = self.ends - minutes * MINUTE
        for opens, _closes in opening_blocks(place, local(place, self.ends).date()):
            if at < opens < self.ends:
                return min(opens + MINUTE, self.ends - MINUTE)
        return at


def _after_visit(code: str) -> Plan:
    return Plan(0, code, AppointmentOutcome.SHOWED)
