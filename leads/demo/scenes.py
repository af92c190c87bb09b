"""Scenes that few leads have: twice the same lead, a result too late, somebody who leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from bdc.accounts.models import User
from dealers.models import Absence, Role
from leads.demo.cast import EINDHOVEN, HELMOND, LEAVER
from leads.demo.chance import NEVER, Plan
from leads.demo.script import Script
from leads.demo.stage import Story
from leads.demo.story import LeadStory
from leads.domain.booking import book_appointment, record_outcome
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import add_note, record_attempt, start_call
from leads.domain.facts import Facts
from leads.domain.handing_over import assign
from leads.domain.holding import release_hold
from leads.domain.intake import receive_lead
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.models import (
    AppointmentKind,
    AppointmentOutcome,
    Channel,
    Interest,
    Lead,
    Release,
    Result,
    Status,
)

MINUTE = timedelta(minutes=1)
FIVE_MINUTES = timedelta(minutes=5)
# Who is ill for a week, some weeks ago.
ILL = "thijs@noord.example"


class Scenes:
    """Begins the scenes, each on a working day of its own."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.stage = script.stage
        self.cast = script.cast
        self.eindhoven = self.cast.place(EINDHOVEN)
        self.helmond = self.cast.place(HELMOND)
        self.agent = self.cast.person("agent@noord.example")
        self.agent2 = self.cast.person("agent2@noord.example")

    def begin(self) -> None:
        for days_ago, clock_time, story in (
            (79, time(10, 5), self._sent_twice()),
            (70, time(9, 40), self._called_too_often()),
            (65, time(10, 30), self._result_too_late()),
            (63, time(11, 0), self._called_without_ground()),
            (61, time(15, 20), self._call_without_result()),
            (55, time(9, 45), self._workshop_confirmed()),
            (52, time(10, 10), self._objects_at_the_desk()),
            (47, time(8, 40), self._leaves()),
            (41, time(11, 15), self._asks_again_after_a_file()),
            (33, time(14, 10), self._asks_again_after_a_proposal()),
            (29, time(8, 45), self._is_ill()),
            (27, time(9, 20), self._given_by_hand()),
            (66, time(11, 20), self._lets_go(Release.Reason.NOT_NOW)),
            (38, time(11, 20), self._lets_go(Release.Reason.TECHNICAL)),
            (12, time(11, 20), self._lets_go(Release.Reason.WRONG_PERSON)),
        ):
            at = self.script.working_day(days_ago, clock_time, self.eindhoven)
            self.stage.begin(at, story)

    def _sent_twice(self) -> Story:
        """A duplicate: sent again from another address."""
        first = self._active()
        self.stage.begin(self.stage.now, first.play())
        yield self.stage.now + timedelta(hours=2)
        other = self.script.customer(self.eindhoven)
        again = replace(first.opening.customer, phone=other.phone, email=other.email)
        second = self.script.active(
            self.eindhoven,
            at=self.stage.now,
            customer=again,
            plans=(Plan(0, "BDC-02"),),
            decisions=("approve",),
            original=first.lead.pk,
        )
        yield from second.play()

    def _called_too_often(self) -> Story:
        """Four calls on one day, of which two count."""
        story = self._arrives(self._active())
        today = self.stage.now
        for at in (
            today + MINUTE,
            today + timedelta(minutes=45),
            today + timedelta(hours=4),
            today + timedelta(hours=7, minutes=40),
        ):
            yield at
            owner = self._owner(story)
            record_attempt(story.lead, result=Result.NO_ANSWER, by=owner, now=at)
        yield from story.go_on()

    def _result_too_late(self) -> Story:
        """The hold of one agent lapses; the result arrives while a colleague calls."""
        story = self._arrives(self._passive())
        yield self.stage.now + MINUTE
        began = self.stage.now
        for agent in (self.agent, self.agent2):
            self.stage.occupy(agent, began + timedelta(minutes=25))
        forgotten = start_call(story.lead, by=self.agent, now=began)
        yield began + timedelta(minutes=16)
        self.stage.sweeps()
        call = start_call(story.lead, by=self.agent2, now=self.stage.now)
        for agent, answered, after in ((self.agent, forgotten, 1), (self.agent2, call, 2)):
            record_attempt(
                story.lead,
                result=Result.NO_ANSWER,
                by=agent,
                now=self.stage.now + after * MINUTE,
                call_id=answered.pk,
            )
        yield from story.go_on()

    def _called_without_ground(self) -> Story:
        """Breaches, told afterwards: without consent, and after calling hours."""
        story = self._arrives(self._passive(has_consent=False))
        allowed = self._arrives(self._passive())
        yield self.stage.now + FIVE_MINUTES
        self._breach(story)
        yield datetime.combine(self.stage.now.date(), time(21, 20), self.eindhoven.zone)
        self._breach(allowed)

    def _breach(self, story: LeadStory) -> None:
        record_attempt(
            story.lead, result=Result.NO_ANSWER, by=self.agent2, now=self.stage.now, happened=True
        )

    def _call_without_result(self) -> Story:
        """A call whose result nobody told: after half an hour it is a no answer."""
        story = self._arrives(self._active())
        yield self.stage.now + MINUTE
        start_call(story.lead, by=self._owner(story), now=self.stage.now)
        yield self.stage.now + timedelta(minutes=31)
        self.stage.sweeps()
        yield from story.go_on()

    def _workshop_confirmed(self) -> Story:
        """An appointment weeks ahead is confirmed by a call without an offer."""
        story = self._arrives(
            self.script.active(
                self.helmond,
                at=self.stage.now,
                channel=Channel.PHONE,
                interest=Interest.SERVICE,
            )
        )
        now = self.stage.now + FIVE_MINUTES
        visit = book_appointment(
            story.lead,
            kind=AppointmentKind.WORKSHOP,
            starts_at=self.stage.free_workshop_hour(self.helmond, after=now + timedelta(days=36)),
            by=self.agent,
            now=now,
        )
        promise_call_back(
            story.lead, due_at=visit.starts_at - timedelta(days=1), by=self.agent, now=now
        )
        yield self.stage.in_calling_hours(self.helmond, now + timedelta(days=32))
        now = self.stage.now
        record_attempt(story.lead, result=Result.SPOKEN, by=self.agent, now=now)
        close_lead(story.lead, reason="AS-01", facts=Facts(), by=self.agent, now=now + MINUTE)
        yield visit.ends_at
        record_outcome(visit, outcome=AppointmentOutcome.SHOWED, by=self.agent, now=self.stage.now)

    def _objects_at_the_desk(self) -> Story:
        """The receptionist hears that a customer wants no more calls."""
        story = self._arrives(self._active(channel=Channel.PHONE))
        yield self.stage.now + timedelta(hours=3)
        desk = self.cast.at(self.eindhoven, Role.RECEPTIONIST)[0]
        record_objection(story.lead.customer, by=desk, now=self.stage.now)

    def _asks_again_after_a_file(self) -> Story:
        """Nobody answers the BDC; then the customer asks something himself."""
        passive = self._passive(plans=(Plan(NEVER, "talk"),))
        self.stage.begin(self.stage.now, passive.play())
        yield self.stage.now + timedelta(days=4)
        passive.plans[:] = [Plan(0, "appointment")]
        asks = self._active(customer=passive.opening.customer)
        yield from asks.play()

    def _asks_again_after_a_proposal(self) -> Story:
        """A new question comes before the manager has decided: the proposal is withdrawn."""
        lost = self._active(plans=(Plan(0, "VK-07"), Plan(0, "appointment")))
        self.stage.begin(self.stage.now, lost.play())
        yield self.stage.now + MINUTE
        while Lead.objects.get(pk=lost.lead.pk).status == Status.OPEN:
            yield self.stage.now + MINUTE
        yield from self._active(customer=lost.opening.customer).play()

    def _given_by_hand(self) -> Story:
        """A manager and the team lead put leads where they want them."""
        manager = self.cast.at(self.eindhoven, Role.SALES_MANAGER)[0]
        team_lead = self.cast.at(self.helmond, Role.TEAM_LEAD)[0]
        inbound = self._arrives(self.script.active(self.helmond, at=self.stage.now))
        seller = self.cast.person("wilma@noord.example")
        assign(inbound.lead, user=seller, by=team_lead, now=self.stage.now + FIVE_MINUTES)
        self.stage.begin(self.stage.now + 2 * FIVE_MINUTES, inbound.go_on())
        visitor = self._arrives(self._active(channel=Channel.WALK_IN))
        yield self.stage.now + timedelta(minutes=20)
        text = "Kende Bram nog van de vorige auto."
        add_note(visitor.lead, body=text, by=manager, now=self.stage.now)
        bram = self.cast.person("bram@noord.example")
        assign(visitor.lead, user=bram, by=manager, now=self.stage.now)
        yield from visitor.go_on()

    def _lets_go(self, reason: str) -> Story:
        """An agent gets a customer and lets him go; tried until there is one."""
        while (hold := next_lead(self.agent2, now=self.stage.now)) is None:
            yield self.stage.now + timedelta(hours=1)
        release_hold(self.agent2, reason=reason, now=hold.taken_at + MINUTE)

    def _leaves(self) -> Story:
        """A salesperson leaves; the same minute his leads are routed again."""
        leaver = self.cast.person(LEAVER)
        self.stage.send_away(leaver, since=self.stage.now, until=self.stage.ends + MINUTE)
        leaver.is_active = False
        leaver.save(update_fields=["is_active"])
        self.stage.sweeps()
        yield self.stage.now

    def _is_ill(self) -> Story:
        ill = self.cast.person(ILL)
        until = self.stage.now + timedelta(days=6)
        Absence.objects.create(user=ill, begins_at=self.stage.now, ends_at=until)
        self.stage.send_away(ill, since=self.stage.now, until=until)
        self.stage.sweeps()
        yield self.stage.now

    def _active(self, **more: Any) -> LeadStory:
        return self.script.active(self.eindhoven, at=self.stage.now, **more)

    def _passive(self, **more: Any) -> LeadStory:
        campaign = "nieuw-model"
        return self.script.passive(self.eindhoven, at=self.stage.now, campaign=campaign, **more)

    def _arrives(self, story: LeadStory) -> LeadStory:
        opening = story.opening
        story.lead = receive_lead(opening.asked, raw=None, by=opening.by, now=self.stage.now)
        return story

    def _owner(self, story: LeadStory) -> User:
        owner_id = Lead.objects.get(pk=story.lead.pk).owner_id
        return next(user for user in self.cast.people.values() if user.pk == owner_id)
