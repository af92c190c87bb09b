"""The story of one lead: who calls when, what the customer says, and what comes of it.

Everything that happens goes through the domain, at the moment that the stage has moved to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from bdc.accounts.models import User
from dealers.domain.hours import next_opening
from dealers.models import Dealership, Role
from leads.demo.chance import (
    Plan,
    draw_at_bdc,
    draw_in_sales,
    lost_sale,
    suits,
    unanswered,
)
from leads.demo.evidence import facts_of
from leads.demo.names import NOTES, Customer
from leads.demo.stage import Stage, Story
from leads.domain.approving import approve, reopen, send_back
from leads.domain.booking import ask_quote, book_appointment, record_outcome
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import SOLD, close_lead
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.handing_over import take
from leads.domain.intake import LeadIn, receive_lead
from leads.domain.permission import may_call
from leads.models import (
    Appointment,
    AppointmentKind,
    AppointmentOutcome,
    Channel,
    ConversationChannel,
    Lead,
    Proposal,
    Queue,
    Result,
    Status,
)

REACHED_ON_ARRIVAL = (Channel.PHONE, Channel.WALK_IN, Channel.SERVICE_REFERRAL)
WITHOUT_A_CALL = ("BDC-01", "BDC-02", "BDC-03", "BDC-04")
# Before these reasons the BDC books or notes what the customer wants.
WANTED = {
    "BDC-17": AppointmentKind.SHOWROOM,
    "BDC-18": AppointmentKind.TEST_DRIVE,
    "AS-01": AppointmentKind.WORKSHOP,
}
RESULT_FOR = {"BDC-05": Result.WRONG_NUMBER, "BDC-07": Result.REFUSED, "BDC-08": Result.REFUSED}
SHOWS, CANCELS, BUYS = 0.52, 0.16, 0.56
MANY = 20  # misses: who never picks up may do so for the long-term queue
LONGEST_SCENE = timedelta(minutes=20)  # nothing may happen after the end


@dataclass(frozen=True)
class Opening:
    """How a story begins: who asks what where, and what is to come of it."""

    place: Dealership
    customer: Customer
    asked: LeadIn
    in_own_area: bool
    by: User | None = None
    plans: tuple[Plan, ...] = ()
    # What a manager says first: "approve" or an instruction to send back.
    decisions: tuple[str, ...] = ()
    original: int | None = None
    is_reopened: bool = False
    # Where the play leaves the lead alone: a queue, or "proposed".
    leave_in: str = ""


class LeadStory:
    """One lead from its arrival to its end, or to the end of the play."""

    def __init__(self, stage: Stage, opening: Opening, *, random: Random) -> None:
        self.stage = stage
        self.opening = opening
        self.random = random
        self.place = opening.place
        self.plans = list(opening.plans)
        self.decisions = list(opening.decisions)
        self.is_to_be_reopened = opening.is_reopened
        self.visit: Appointment | None = None
        self.is_over = False
        self.lead: Lead

    def play(self) -> Story:
        """The whole of it, as far as it fits before the end."""
        for until in self._from_arrival():
            if until > self.stage.ends - LONGEST_SCENE:
                return
            yield until

    def _from_arrival(self) -> Story:
        now = self.stage.now
        self.lead = receive_lead(self.opening.asked, raw=None, by=self.opening.by, now=now)
        if self.lead.received_at < now:
            return  # joined an open lead, whose own story goes on
        if self.lead.owner_id and self.lead.channel in REACHED_ON_ARRIVAL:
            yield now + self._minutes(8, 40)
            if self._reload().owner_id:
                self._agree(self._plan_face_to_face(), by=self._owner(), at=self.stage.now)
        yield from self.go_on()

    def go_on(self) -> Story:
        """Pause until the moment of each next step, whoever has the lead by then."""
        self._reload()
        while not self.is_over:
            lead = self.lead
            if self.opening.leave_in in (lead.queue or "-", lead.status):
                return
            if lead.is_closed:
                yield from self._after_the_end()
            elif lead.status == Status.PROPOSED:
                yield from self._decision()
            elif lead.queue == Queue.CATCH_ALL:
                yield from self._in_catch_all()
            elif self.visit is not None:
                yield from self._visit(self.visit)
            elif lead.owner_id:
                yield from self._in_sales()
            else:
                yield from self._at_bdc()

    # --- Who has the lead -----------------------------------------------------------------

    def _in_sales(self) -> Story:
        lead = self.lead
        if lead.offer_ends_at is not None:
            is_fast = self.random.random() < 0.7
            in_time = self.stage.now + timedelta(seconds=self.random.randint(15, 100))
            a_second = timedelta(seconds=1)
            yield (
                min(in_time, lead.offer_ends_at - a_second)
                if is_fast
                else (lead.offer_ends_at + a_second)
            )
            if not is_fast:
                self.stage.sweeps()
                self._reload()
                return
        else:
            planned = lead.next_call_at or self.stage.now + self._minutes(30, 120)
            yield self.stage.in_opening_hours(self.place, self._later(planned, 1, 25))
        if self._reload().owner_id != lead.owner_id or not self.lead.is_open:
            return
        if self._may_not_be_called():
            self.is_over = True
            return
        self._contact(self._owner(), at=self.stage.now)

    def _at_bdc(self) -> Story:
        lead = self.lead
        if lead.has_dialable_number and lead.next_call_at is None:
            # The maximum is made: an agent says so, or the system does after a while.
            self.is_over = self.random.random() < 0.5
            yield self.stage.now + timedelta(minutes=3)
            if not self.is_over:
                self._close("BDC-06", by=self._agent(), at=self.stage.now)
            return
        planned = lead.next_call_at or self.stage.now
        slow = 240 if lead.queue == Queue.PASSIVE else 45
        at = self.stage.in_calling_hours(self.place, self._later(planned, 2, slow))
        yield at
        if not self._reload().is_at_bdc or not self.lead.is_open:
            return
        if self._may_not_be_called():
            self.is_over = True
            return
        agent = self._agent()
        free_from = self.stage.free_from(agent)
        if free_from > self.stage.now:
            yield self.stage.in_calling_hours(self.place, free_from)
            return
        self.stage.occupy(agent, self.stage.now + timedelta(minutes=7))
        self._contact(agent, at=self.stage.now)

    def _may_not_be_called(self) -> bool:
        """No ground and no promise: the lead waits until the customer asks, or SYS-01 comes."""
        lead, now = self.lead, self.stage.now
        needs_no_call = bool(self.plans) and self.plans[0].then in WITHOUT_A_CALL
        if needs_no_call or not lead.has_dialable_number:
            return False
        if lead.callable_until is not None and lead.callable_until > now:
            return False
        return not may_call(lead, now=now).allowed

    def _in_catch_all(self) -> Story:
        lead, now = self.lead, self.stage.now
        if lead.alarm_at is not None:
            yield now + self._minutes(3, 30)
            if self._reload().queue == Queue.CATCH_ALL:
                sellers = self.stage.sellers(self.place, self.stage.now)
                seller = self.random.choice(sellers)
                self.lead = take(self.lead, by=seller, now=self.stage.now)
            return
        opens = next_opening(self.place, now)
        yield max(opens or now, now) + timedelta(minutes=2)
        self._reload()

    def _decision(self) -> Story:
        yield self.stage.next_decision(self.place, self.stage.now + timedelta(minutes=15))
        if self._reload().status != Status.PROPOSED:
            return
        cast, now = self.stage.cast, self.stage.now
        role = Role.SALES_MANAGER if self.lead.owner_id else Role.TEAM_LEAD
        manager = cast.at(self.place, role)[0]
        decision = self.decisions.pop(0) if self.decisions else self._drawn_decision()
        if decision == "approve":
            override = Proposal.Override.CUSTOMER_DECIDED
            self.lead = approve(self.lead, by=manager, now=now, override=override)
            return
        self.lead = send_back(self.lead, instruction=decision, by=manager, now=now)
        if decision == Proposal.Instruction.SEND_MESSAGE:
            yield now + self._minutes(20, 50)
            self._reload()
            note = "Bericht gestuurd en antwoord gekregen."
            self._converse(ConversationChannel.MAIL, by=self._owner(), at=self.stage.now, note=note)

    def _drawn_decision(self) -> str:
        if self.random.random() < 0.88:
            return "approve"
        return self.random.choice(
            [Proposal.Instruction.MORE_ATTEMPTS, Proposal.Instruction.OTHER_REASON]
        )

    def _after_the_end(self) -> Story:
        if self.visit is not None:  # the workshop still sees the car
            yield from self._visit(self.visit)
        elif self.is_to_be_reopened:
            yield self.stage.next_decision(self.place, self.stage.now + timedelta(days=3))
            self.is_to_be_reopened = False
            manager = self.stage.cast.at(self.place, Role.SALES_MANAGER)[0]
            self.lead = reopen(self.lead, by=manager, now=self.stage.now)
        else:
            self.is_over = True

    # --- Contact with the customer ----------------------------------------------------------

    def _contact(self, by: User, *, at: datetime) -> None:
        """Call once, or do what needs no call; what follows is agreed in the same breath."""
        plan = self._plan()
        if plan.then in WITHOUT_A_CALL:
            self.plans.pop(0)
            self._close(plan.then, by=by, at=at)
        elif not self.lead.has_dialable_number:
            self._converse(ConversationChannel.MAIL, by=by, at=at)
            self._agree(self._plan_face_to_face(), by=by, at=at)
        elif plan.misses > 0:
            self.plans[0] = plan.after_a_miss()
            self._call(unanswered(self.random), by=by, at=at)
        elif plan.then in RESULT_FOR:
            self.plans.pop(0)
            result, objects = RESULT_FOR[plan.then], plan.then == "BDC-08"
            until = self._call(result, by=by, at=at, objects=objects)
            if not objects:
                self._close(plan.then, by=by, at=until)
        else:
            until = self._call(Result.SPOKEN, by=by, at=at)
            self._agree(plan, by=by, at=until)

    def _call(self, result: str, *, by: User, at: datetime, objects: bool = False) -> datetime:
        """Call and record the result; return when that was.

        A salesperson's first call about a lead is seen to begin, since it stops the two-minute
        clock; of others only the result is told.
        """
        phone = self.opening.customer.phone
        seconds = self.random.randint(70, 420) if result == Result.SPOKEN else None
        until = at + timedelta(seconds=seconds or self.random.randint(20, 50))
        call = None
        if self.lead.first_call_at is None and self.lead.owner_id:
            call = start_call(self.lead, by=by, now=at, phone=phone)
        note = self.random.choice(NOTES) if result == Result.SPOKEN else ""
        attempt = record_attempt(
            self.lead,
            result=result,
            by=by,
            now=until if call else at,
            call_id=call.pk if call else None,
            phone=phone,
            note=note if self.random.random() < 0.5 else "",
            seconds=seconds,
            objection=objects,
        )
        self.lead = attempt.lead
        return until

    def _converse(self, channel: str, *, by: User, at: datetime, note: str = "") -> None:
        conversation = record_conversation(self.lead, channel=channel, by=by, now=at, note=note)
        self.lead = conversation.lead

    def _agree(self, plan: Plan, *, by: User, at: datetime) -> None:
        """What a customer who is spoken with comes to."""
        self.plans.pop(0)
        at += timedelta(seconds=self.random.randint(20, 90))
        if plan.then == "appointment":
            kinds = (AppointmentKind.SHOWROOM, AppointmentKind.TEST_DRIVE)
            self._book(self.random.choice(kinds), by=by, at=at)
        elif plan.then == "quote":
            self._quote(by=by, at=at)
            self._promise(by=by, at=at)
        elif plan.then == "call_back":
            self._promise(by=by, at=at)
        elif plan.then in WANTED:
            self._book(WANTED[plan.then], by=by, at=at)
            self._close(plan.then, by=by, at=at + timedelta(seconds=30))
        elif plan.then != "talk":
            if plan.then in ("BDC-19", "VK-05") and self.lead.quoted_at is None:
                self._quote(by=by, at=at)
            self._close(plan.then, by=by, at=at + timedelta(seconds=30))

    def _book(self, kind: str, *, by: User, at: datetime) -> None:
        stage, lead = self.stage, self.lead
        after = at + timedelta(days=self.random.randint(1, 4))
        person = None
        if kind == AppointmentKind.WORKSHOP:
            starts_at = stage.free_workshop_hour(self.place, after=after)
        else:
            person = self._owner() if lead.owner_id else self._receiver(after)
            starts_at = stage.free_hour(self.place, person, after=after)
        is_drive = kind == AppointmentKind.TEST_DRIVE
        self.visit = book_appointment(
            lead,
            kind=kind,
            starts_at=starts_at,
            by=by,
            now=at,
            salesperson=person,
            vehicle=f"{lead.make} {lead.model} {person.pk}" if is_drive and person else "",
        )
        self.lead = self.visit.lead

    def _quote(self, *, by: User, at: datetime) -> None:
        amount = Decimal(self.random.randrange(9_950, 48_000, 50))
        self.lead = ask_quote(self.lead, by=by, now=at, amount=amount).lead

    def _promise(self, *, by: User, at: datetime) -> None:
        later = timedelta(days=self.random.randint(1, 5), hours=self.random.randint(0, 3))
        due = self.stage.in_opening_hours(self.place, at + later).replace(second=0, microsecond=0)
        self.lead = promise_call_back(self.lead, due_at=due, by=by, now=at).lead

    def _close(self, code: str, *, by: User, at: datetime) -> None:
        if code == "bought":
            make, code = lost_sale(self.place, self.random, in_own_area=self.opening.in_own_area)
        else:
            make = self.place.brands[0] if code in ("VK-02", "VK-03") else ""
        facts = facts_of(
            code,
            lead=self.lead,
            make=make,
            original=self.opening.original,
            follow_up_at=self.stage.in_calling_hours(
                self.place, at + timedelta(days=self.random.randint(9, 25))
            ),
            random=self.random,
        )
        self.lead = close_lead(self.lead, reason=code, facts=facts, by=by, now=at)

    # --- The visit --------------------------------------------------------------------------

    def _visit(self, appointment: Appointment) -> Story:
        """Wait for the appointment, and for what the customer does with it."""
        yield appointment.ends_at + self._minutes(5, 50)
        self.visit = None
        lead = self._reload()
        is_workshop = appointment.kind == AppointmentKind.WORKSHOP
        by = self._owner() if lead.owner_id else self._agent()
        at = self.stage.now
        outcome = AppointmentOutcome.SHOWED if is_workshop else self._outcome()
        appointment.lead = lead
        self.lead = record_outcome(appointment, outcome=outcome, by=by, now=at).lead
        if lead.is_closed or not lead.owner_id:
            return
        if outcome == AppointmentOutcome.SHOWED:
            self._after_the_visit(by=by, at=at + timedelta(minutes=2))
        elif not self.plans:
            self.plans.append(Plan(self.random.randint(0, 2), self._second_chance()))

    def _outcome(self) -> str:
        if self.plans and self.plans[0].outcome:
            return self.plans[0].outcome
        chance = self.random.random()
        if chance < SHOWS:
            return AppointmentOutcome.SHOWED
        is_cancelled = chance < SHOWS + CANCELS
        return AppointmentOutcome.CANCELLED if is_cancelled else AppointmentOutcome.NO_SHOW

    def _after_the_visit(self, *, by: User, at: datetime) -> None:
        buys = self.random.random() < BUYS
        then = self.plans[0].then if self.plans else ""
        if then != SOLD and not (buys and not then):
            self._converse(ConversationChannel.SHOWROOM, by=by, at=at)
        if then:
            self._agree(self.plans[0], by=by, at=at)
        elif self.random.random() < 0.5:
            self._close(SOLD if buys else self._regret(by=by, at=at), by=by, at=at)
        else:
            self._quote(by=by, at=at)
            self._promise(by=by, at=at)
            self.plans.append(Plan(self.random.randint(0, 1), SOLD if buys else "VK-05"))

    def _regret(self, *, by: User, at: datetime) -> str:
        code = self.random.choice(("bought", "VK-05", "VK-06", "VK-07"))
        if code == "VK-05":
            self._quote(by=by, at=at)
        return code

    def _second_chance(self) -> str:
        return self.random.choice(("appointment", "bought", "bought", "VK-07"))

    # --- Small things -----------------------------------------------------------------------

    def _plan(self) -> Plan:
        """What the customer will do: as scripted, else as chance has it for this side."""
        in_sales = self.lead.owner_id is not None
        while self.plans and not self._still_holds(self.plans[0], in_sales=in_sales):
            self.plans.pop(0)
        if not self.plans:
            lead = self.lead
            self.plans.append(
                draw_in_sales(lead, self._owner().email, self.random)
                if lead.owner_id
                else draw_at_bdc(lead, self.random)
            )
        return self.plans[0]

    def _still_holds(self, plan: Plan, *, in_sales: bool) -> bool:
        """Whether a plan suits whoever has the lead by now."""
        is_reached_at_last = self.lead.queue == Queue.UNREACHED and plan.misses > MANY
        return suits(plan, in_sales=in_sales) and not is_reached_at_last

    def _plan_face_to_face(self) -> Plan:
        """The same for who is here, or on the line: there is no call to be missed or refused."""
        plan = self._plan()
        if plan.then == "talk" or plan.then in RESULT_FOR:
            self.plans[0] = Plan(0, "call_back")
        return self.plans[0]

    def _owner(self) -> User:
        people = self.stage.cast.people.values()
        return next(person for person in people if person.pk == self.lead.owner_id)

    def _agent(self) -> User:
        return self.stage.free_agent(self.place, self.random)

    def _receiver(self, at: datetime) -> User:
        return self.random.choice(self.stage.sellers(self.place, at))

    def _reload(self) -> Lead:
        self.lead = Lead.objects.get(pk=self.lead.pk)
        self.lead.dealership = self.place  # with its hours, read once for the whole play
        return self.lead

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self.random.randint(least * 60, most * 60))

    def _later(self, planned: datetime, least: int, most: int) -> datetime:
        return max(planned, self.stage.now) + self._minutes(least, most)
