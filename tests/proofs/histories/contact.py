"""People call, talk, promise, book and object: what is done with a lead."""

from __future__ import annotations

from datetime import timedelta

from tests.proofs.histories.chronicle import Violation
from tests.proofs.histories.model import LeadModel
from tests.proofs.histories.undoing import Undoing
from tests.proofs.histories.world import BDC, SALES


class Contact(Undoing):
    """The steps by which a customer is spoken with, and what comes of it."""

    def start_call(self, who: str, lead: LeadModel) -> None:
        model, at = self.model, self.now + timedelta(seconds=1)
        allowed = (
            model.can_take_up(who, lead, at)
            and model.has_room(lead, at)
            and model.may_call(lead, at)
            and lead.customer.has_number
        )
        answer = self.step("start_call", who, lead, allowed=allowed)
        if not answer.refused:
            model.take_up(who, lead, self.now)
            model.begin_call(lead, who, self.now)
        self.check()

    def attempt(
        self,
        who: str,
        lead: LeadModel,
        result: str,
        *,
        happened: bool = False,
        objection: bool = False,
    ) -> None:
        model, at = self.model, self.now + timedelta(seconds=1)
        allowed = model.attempt_is_allowed(lead, who, at, happened=happened)
        found, is_late = self.found(who, lead), not model.can_work(who, lead, at)
        answer = self.step(
            "attempt",
            who,
            lead,
            allowed=allowed,
            result=result,
            happened=happened,
            objection=objection,
        )
        if not answer.refused:
            model.attempt(lead, who, result, self.now)
            if objection:
                model.object(lead.customer, self.now)
        self.check()
        if not (answer.refused or is_late or objection):
            self.keep(found, attempt=lead.last_attempt)

    def conversation(self, who: str, lead: LeadModel, channel: str) -> None:
        allowed = self.model.can_work(who, lead, self.now + timedelta(seconds=1))
        answer = self.step("conversation", who, lead, allowed=allowed, channel=channel)
        if not answer.refused:
            self.model.converse(lead, self.now)
        self.check()

    def call_back(self, who: str, lead: LeadModel, after: timedelta) -> None:
        due_at = self.now + after
        at = self.now + timedelta(seconds=1)
        allowed = self.model.can_take_up(who, lead, at) and due_at > at
        found = self.found(who, lead)
        answer = self.step("call_back", who, lead, allowed=allowed, due_at=due_at)
        if not answer.refused:
            self.model.take_up(who, lead, self.now)
            lead.promise, lead.system_at = due_at, None
            self.model.let_customer_go(who, lead)
        self.check()
        if not answer.refused:
            self.keep(found)

    def appointment(self, who: str, lead: LeadModel, kind: str, after: timedelta) -> None:
        starts_at = self.now + after
        can = self.model.can_take_up(who, lead, self.now + timedelta(seconds=1))
        found = self.found(who, lead)
        answer = self.step(
            "appointment",
            who,
            lead,
            allowed=None if can else False,
            kind=kind,
            starts_at=starts_at,
        )
        if not answer.refused:
            self.model.take_up(who, lead, self.now)
            lead.appointments[answer.made] = (kind, starts_at, True)
            self.model.wait_for_visit(lead, self.now)
        elif can and answer.refused != "slot_taken":
            raise Violation(f"an appointment was refused: {answer.refused}")
        self.check()
        if not answer.refused:
            self.keep(found, appointment=answer.made)

    def outcome(self, who: str, lead: LeadModel, outcome: str) -> None:
        standing = [pk for pk, (_k, _at, live) in lead.appointments.items() if live]
        every = list(lead.appointments)
        if not every:
            return
        pk = standing[0] if standing else every[0]
        allowed = bool(standing) and self.model.may_work(who, lead.place)
        answer = self.step("outcome", who, lead, allowed=allowed, appointment=pk, outcome=outcome)
        if not answer.refused:
            kind, at, _live = lead.appointments[pk]
            lead.appointments[pk] = (kind, at, False)
            is_open = lead.status != "closed"
            if is_open and outcome == "cancelled" and lead.owner:
                self.model.wait_for_visit(lead, self.now)
            if is_open and (outcome == "no_show" or (outcome == "cancelled" and lead.owner)):
                self.model.end_when_full(lead, self.now)
        self.check()

    def move(self, who: str, lead: LeadModel, after: timedelta) -> None:
        """Another moment for a visit: the next that stands, else one that has ended."""
        standing = [pk for pk, (_kind, _at, live) in lead.appointments.items() if live]
        if not lead.appointments:
            return
        pk = next(iter(standing), next(iter(lead.appointments)))
        starts_at = self.now + after
        can = bool(standing) and self.model.may_work(who, lead.place)
        answer = self.step(
            "move", who, lead, allowed=None if can else False, appointment=pk, starts_at=starts_at
        )
        if not answer.refused:
            kind, at, _live = lead.appointments[pk]
            lead.appointments[pk] = (kind, at, False)
            lead.appointments[answer.made] = (kind, starts_at, True)
            if lead.status != "closed":
                self.model.wait_for_visit(lead, self.now)
        elif can and answer.refused != "slot_taken":
            raise Violation(f"a visit was not moved: {answer.refused}")
        self.check()

    def quote(self, who: str, lead: LeadModel) -> None:
        allowed = self.model.can_take_up(who, lead, self.now + timedelta(seconds=1))
        answer = self.step("quote", who, lead, allowed=allowed)
        if not answer.refused:
            self.model.take_up(who, lead, self.now)
            lead.quotes += 1
        self.check()

    def object(self, who: str, lead: LeadModel) -> None:
        allowed = self.model.may_for(who, SALES | BDC | {"receptionist"}, lead.customer)
        answer = self.step("objection", who, lead, allowed=allowed)
        if not answer.refused:
            self.model.object(lead.customer, self.now)
        self.check()

    def look(self, who: str, lead: LeadModel) -> None:
        self.step("look", who, lead, allowed=self.model.sees(who, lead))
