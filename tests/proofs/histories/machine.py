"""The rules by which Hypothesis makes up histories: who does what, when, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dealers.models import Dealership
from leads.models import FIXED_REASONS, QUEUE_ORDER
from tests.proofs.histories.chronicle import Driver
from tests.proofs.histories.customers import CustomerModel
from tests.proofs.histories.history import History, history
from tests.proofs.histories.model import LeadModel
from tests.proofs.histories.world import (
    BEGINNINGS,
    FIRST_POLICY,
    PEOPLE,
    SALES,
    World,
    next_good_moment,
)

SOLD_BY = ("internet", "hybrid", "showroom", "seller", "breda")
AGENTS = ("agent", "team", "narrow")
CORRECTORS = ("team", "manager", "breda-manager", "admin", "agent")
RESULTS = ("no_answer", "voicemail", "engaged", "spoken", "wrong_number", "refused")
TICKS = tuple(
    timedelta(**passed)
    for passed in (
        {"seconds": 1},
        {"minutes": 3},
        {"minutes": 16},
        {"minutes": 31},
        {"minutes": 61},
        {"hours": 4},
        {"days": 1},
        {"days": 3},
    )
)
CODES = tuple(row["code"] for row in FIXED_REASONS)

numbers = st.integers(0, 11)
# Who works the lead, but for the last three: then anybody.
whoever = st.integers(0, 11)
RIGHT_ONE = 8
places = st.integers(0, 2)
people = st.integers(0, len(PEOPLE) - 1)


class Histories(RuleBasedStateMachine):
    """One history; `of()` says in which world and through which door."""

    world: World
    driver: Driver
    steps: Counter[str]

    @classmethod
    def of(cls, world: World, driver: Driver, steps: Counter[str]) -> type[Histories]:
        return type("Histories", (cls,), {"world": world, "driver": driver, "steps": steps})

    @initialize(beginning=st.sampled_from(BEGINNINGS), place=places, person=people)
    def begin(self, beginning: Any, place: int, person: int) -> None:
        self.stack = ExitStack()
        self.h: History = self.stack.enter_context(
            history(self.world, self.driver, beginning, self.steps)
        )
        self.make(self.h.receive, person=person, place=place)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    def make(self, step: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Do a step; what went before is told with what fails."""
        try:
            return step(*given, **named)
        except Exception as problem:
            problem.add_note("\n".join(self.h.done))
            raise

    def who(self, lead: LeadModel, number: int) -> str:
        """Who works the lead, or for high numbers anybody at all."""
        if number <= RIGHT_ONE and lead.owner:
            return lead.owner
        if number <= RIGHT_ONE and lead.at_bdc:
            return AGENTS[number % len(AGENTS)]
        everybody = list(self.world.users)
        return everybody[(number + len(self.h.done)) % len(everybody)]

    def sellers(self, lead: LeadModel) -> list[str]:
        return [name for name, at in self.world.roles.items() if at.get(lead.place, set()) & SALES]

    def deciders(self, lead: LeadModel) -> list[str]:
        wanted = {"sales_manager"} if lead.side == "salesperson" else {"sales_manager", "team_lead"}
        return [name for name, at in self.world.roles.items() if at.get(lead.place, set()) & wanted]

    # -- leads come in ----------------------------------------------------------------------

    @rule(
        person=people,
        place=places,
        channel=st.sampled_from(["online", "phone", "walk_in", "email", "chat"]),
        interest=st.sampled_from(["new", "service"]),
        later_phone=st.booleans(),
    )
    def somebody_asks(self, **given: Any) -> None:
        self.make(self.h.receive, **given)

    @rule(
        person=people, place=places, words=st.booleans(), interest=st.sampled_from(["new", "other"])
    )
    def somebody_is_selected(self, **given: Any) -> None:
        self.make(self.h.receive, kind="passive", **given)

    @rule(person=people, place=places, number=st.integers(0, 3))
    def document_arrives(self, person: int, place: int, number: int) -> None:
        known = any(body["external_id"] == f"doc-{number}" for _w, body, _l in self.h.sent)
        if not known:
            self.make(
                self.h.receive,
                person=person,
                place=place,
                external_id=f"doc-{number}",
                key=f"key-{number}",
            )

    @rule(number=numbers)
    def same_document_again(self, number: int) -> None:
        self.make(self.h.send_again, number, other_body=False)

    @rule(number=numbers)
    def same_key_with_another_body(self, number: int) -> None:
        self.make(self.h.send_again, number, other_body=True)

    @rule(person=people, place=places)
    def adf_arrives(self, person: int, place: int) -> None:
        self.make(self.h.receive_adf, person=person, place=place)

    @rule(place=places, whom=st.lists(people, min_size=1, max_size=3), words=st.booleans())
    def file_is_imported(self, place: int, whom: list[int], words: bool) -> None:
        self.make(self.h.import_rows, place=place, people=whom, words=words)

    # -- the queue --------------------------------------------------------------------------

    @rule(who=st.sampled_from((*AGENTS, *AGENTS, "team2", "internet")))
    def next_call(self, who: str) -> None:
        self.make(self.h.next, who)

    @precondition(lambda self: self.h.model.holds)
    @rule(number=numbers)
    def renew(self, number: int) -> None:
        self.make(self.h.renew, self.holder(number))

    @precondition(lambda self: self.h.model.holds)
    @rule(
        number=numbers,
        reason=st.sampled_from(["not_now", "technical", "wrong_person"]),
    )
    def release(self, number: int, reason: str) -> None:
        self.make(self.h.release, self.holder(number), reason)

    def holder(self, number: int) -> str:
        holders = sorted(self.h.model.holds)
        return holders[number % len(holders)]

    # -- contact ----------------------------------------------------------------------------

    @rule(number=numbers, who=whoever)
    def start_call(self, number: int, who: int) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.start_call, self.who(lead, who), lead)

    @rule(number=numbers, who=whoever, result=st.sampled_from(RESULTS))
    def attempt(self, number: int, who: int, result: str) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.attempt, self.who(lead, who), lead, result)

    @rule(number=numbers, who=whoever, result=st.sampled_from(RESULTS))
    def attempt_that_happened(self, number: int, who: int, result: str) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.attempt, self.who(lead, who), lead, result, happened=True)

    @rule(number=numbers, who=whoever)
    def attempt_with_an_objection(self, number: int, who: int) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.attempt, self.who(lead, who), lead, "spoken", objection=True)

    @rule(number=numbers, times=st.integers(1, 3))
    def nobody_answers(self, number: int, times: int) -> None:
        """Call at good moments until the lead goes elsewhere."""
        lead = self.h.pick(number)
        for _time in range(times if lead else 0):
            self.make(self.h.tick, next_good_moment(self.h.now) - self.h.now)
            self.make(self.h.attempt, self.who(lead, 0), lead, "no_answer")

    @rule(number=numbers, result=st.sampled_from(RESULTS), passed=st.sampled_from(TICKS[:5]))
    def late_result(self, number: int, result: str, passed: timedelta) -> None:
        """A colleague takes over before the result is there."""
        if lead := self.h.pick(number):
            caller = self.who(lead, 0)
            self.make(self.h.start_call, caller, lead)
            self.make(self.h.tick, passed)
            self.make(self.h.next, AGENTS[1])
            self.make(self.h.attempt, caller, lead, result)

    @rule(
        number=numbers,
        who=whoever,
        channel=st.sampled_from(["inbound", "showroom", "chat", "mail"]),
    )
    def conversation(self, number: int, who: int, channel: str) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.conversation, self.who(lead, who), lead, channel)

    @rule(
        number=numbers,
        who=whoever,
        after=st.sampled_from([timedelta(minutes=20), timedelta(hours=3), timedelta(days=4)]),
    )
    def call_back(self, number: int, who: int, after: timedelta) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.call_back, self.who(lead, who), lead, after)

    @rule(
        number=numbers,
        who=whoever,
        kind=st.sampled_from(["showroom", "test_drive", "workshop"]),
        after=st.sampled_from([timedelta(hours=2), timedelta(days=2)]),
    )
    def appointment(self, number: int, who: int, kind: str, after: timedelta) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.appointment, self.who(lead, who), lead, kind, after)

    @precondition(lambda self: any(lead.appointments for lead in self.h.leads()))
    @rule(number=numbers, who=whoever, outcome=st.sampled_from(["showed", "no_show", "cancelled"]))
    def outcome(self, number: int, who: int, outcome: str) -> None:
        found = [lead for lead in self.h.leads() if lead.appointments]
        lead = found[number % len(found)]
        self.make(self.h.outcome, self.who(lead, who), lead, outcome)

    @precondition(lambda self: any(lead.appointments for lead in self.h.leads()))
    @rule(
        number=numbers,
        who=whoever,
        after=st.sampled_from([timedelta(hours=1), timedelta(hours=2), timedelta(days=3)]),
    )
    def move(self, number: int, who: int, after: timedelta) -> None:
        found = [lead for lead in self.h.leads() if lead.appointments]
        lead = found[number % len(found)]
        self.make(self.h.move, self.who(lead, who), lead, after)

    @rule(number=numbers, who=whoever)
    def quote(self, number: int, who: int) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.quote, self.who(lead, who), lead)

    # -- closing ----------------------------------------------------------------------------

    @rule(number=numbers, who=whoever, code=st.sampled_from((*CODES, "XX-01")))
    def close(self, number: int, who: int, code: str) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.close, self.who(lead, who), lead, code)

    @rule(number=numbers, code=st.sampled_from(CODES))
    def close_without_facts(self, number: int, code: str) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.close, self.who(lead, 0), lead, code, tells=False)

    @rule(number=numbers, choice=st.integers(0, len(CODES)))
    def close_with_evidence(self, number: int, choice: int) -> None:
        """With one of the reasons that the model holds for possible."""
        if lead := self.h.pick(number):
            fitting = self.h.fitting_reasons(lead)
            if fitting:
                code = fitting[choice % len(fitting)]
                self.make(self.h.close, self.who(lead, 0), lead, code)

    @rule(number=numbers, choice=st.integers(0, len(CODES)))
    def spoken_and_closed(self, number: int, choice: int) -> None:
        """A customer who comes by, asks for a quote, and decides."""
        if lead := self.h.pick(number):
            who = self.who(lead, 0)
            self.make(self.h.conversation, who, lead, "showroom")
            self.make(self.h.quote, who, lead)
            fitting = self.h.fitting_reasons(lead)
            if fitting:
                self.make(self.h.close, who, lead, fitting[choice % len(fitting)])

    @precondition(lambda self: self.some("proposed"))
    @rule(number=numbers, choice=st.integers(0, 3))
    def approve(self, number: int, choice: int) -> None:
        lead = self.pick_of("proposed", number)
        who = self.deciders(lead)
        self.make(self.h.approve, who[choice % len(who)], lead)

    @precondition(lambda self: self.some("proposed"))
    @rule(number=numbers)
    def proposer_approves(self, number: int) -> None:
        lead = self.pick_of("proposed", number)
        self.make(self.h.approve, lead.proposer, lead)

    @precondition(lambda self: self.some("proposed"))
    @rule(
        number=numbers,
        choice=st.integers(0, 3),
        instruction=st.sampled_from(["more_attempts", "send_message", "other_reason", "to_bdc"]),
    )
    def send_back(self, number: int, choice: int, instruction: str) -> None:
        lead = self.pick_of("proposed", number)
        who = self.deciders(lead)
        self.make(self.h.send_back, who[choice % len(who)], lead, instruction)

    @precondition(lambda self: self.some("closed"))
    @rule(number=numbers, choice=st.integers(0, 3))
    def reopen(self, number: int, choice: int) -> None:
        lead = self.pick_of("closed", number)
        names = self.world.with_role(self.place_of(lead), "sales_manager", "team_lead")
        self.make(self.h.reopen, names[choice % len(names)], lead)

    @rule(
        number=numbers,
        who=st.integers(0, 16),
        what=st.sampled_from(["approve", "send_back", "reopen", "take", "outcome"]),
    )
    def anybody_decides_anything(self, number: int, who: int, what: str) -> None:
        if lead := self.h.pick(number):
            more = {"send_back": ("to_bdc",), "outcome": ("showed",)}.get(what, ())
            self.make(getattr(self.h, what), list(self.world.users)[who], lead, *more)

    def some(self, status: str) -> bool:
        return any(lead.status == status for lead in self.h.leads())

    def pick_of(self, status: str, number: int) -> LeadModel:
        found = [lead for lead in self.h.leads() if lead.status == status]
        return found[number % len(found)]

    def place_of(self, lead: LeadModel) -> Dealership:
        return next(place for place in self.world.places if place.pk == lead.place)

    # -- hands ------------------------------------------------------------------------------

    @rule(number=numbers, who=st.sampled_from(["manager", "team", "agent"]), choice=whoever)
    def assign_to_somebody(self, number: int, who: str, choice: int) -> None:
        if lead := self.h.pick(number):
            names = self.sellers(lead) if choice <= RIGHT_ONE else list(self.world.users)
            self.make(self.h.assign, who, lead, user=names[choice % len(names)])

    @rule(
        number=numbers,
        who=st.sampled_from(["manager", "team", "breda-manager"]),
        queue=st.sampled_from([*map(str, QUEUE_ORDER), "catch_all"]),
    )
    def assign_to_a_queue(self, number: int, who: str, queue: str) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.assign, who, lead, queue=queue)

    @precondition(lambda self: any(lead.queue == "catch_all" for lead in self.h.leads()))
    @rule(number=numbers, choice=numbers)
    def take(self, number: int, choice: int) -> None:
        waiting = [lead for lead in self.h.leads() if lead.queue == "catch_all"]
        lead = waiting[number % len(waiting)]
        names = self.sellers(lead)
        self.make(self.h.take, names[choice % len(names)], lead)

    @rule(number=numbers, who=whoever)
    def object(self, number: int, who: int) -> None:
        if lead := self.h.pick(number):
            self.make(self.h.object, self.who(lead, who), lead)

    # -- undone -----------------------------------------------------------------------------

    @precondition(lambda self: self.h.done_by)
    @rule(number=numbers, who=whoever)
    def undo(self, number: int, who: int) -> None:
        """Mostly who did it last; now and then whoever works the lead, or anybody."""
        step = self.h.done_by[-1 - number % min(3, len(self.h.done_by))]
        whom = step.who if who <= RIGHT_ONE else self.who(step.lead, who)
        self.make(self.h.undo, whom, step.lead)

    @rule(number=numbers, code=st.sampled_from(CODES), again=st.booleans())
    def closed_undone_and_closed_again(self, number: int, code: str, again: bool) -> None:
        if lead := self.h.pick(number):
            who = self.who(lead, 0)
            self.make(self.h.close, who, lead, code)
            self.make(self.h.undo, who, lead)
            if again:
                self.make(self.h.close, who, lead, code)

    @rule(number=numbers, results=st.tuples(st.sampled_from(RESULTS), st.sampled_from(RESULTS)))
    def result_is_corrected(self, number: int, results: tuple[str, str]) -> None:
        if lead := self.h.pick(number):
            who = self.who(lead, 0)
            self.make(self.h.attempt, who, lead, results[0])
            self.make(self.h.undo, who, lead)
            self.make(self.h.attempt, who, lead, results[1])

    # -- put right --------------------------------------------------------------------------

    def customers(self) -> list[CustomerModel]:
        """Who has a lead now; nobody who was merged into another."""
        return list(dict.fromkeys(lead.customer for lead in self.h.leads()))

    @rule(number=numbers, other=numbers, who=st.sampled_from(CORRECTORS))
    def merge(self, number: int, other: int, who: str) -> None:
        every = self.customers()
        survivor, gone = every[number % len(every)], every[other % len(every)]
        self.make(self.h.merge, who, survivor, gone)

    @rule(
        place=places,
        persons=st.permutations(range(len(PEOPLE))),
        kinds=st.tuples(*[st.sampled_from(["active", "passive"])] * 2),
        between=st.sampled_from(["", "objection", "enquiry", "calls", "withdrawal"]),
    )
    def two_are_one_and_two_after_all(
        self, place: int, persons: list[int], kinds: tuple[str, str], between: str
    ) -> None:
        """Two enquire, are merged, something happens, and they are parted again."""
        leads = [
            self.make(self.h.receive, person=person, place=place, kind=kind)
            for person, kind in zip(persons, kinds, strict=False)
        ]
        if None in leads:
            return
        survivor, gone = (lead.customer for lead in leads)
        self.make(self.h.merge, "team", survivor, gone)
        if between in ("objection", "withdrawal"):
            self.make(self.h.object, "team", leads[0])
        if between == "withdrawal":
            manager = self.world.with_role(self.place_of(leads[0]), "sales_manager")[0]
            self.make(self.h.withdraw_objection, manager, survivor, "by_mistake")
        elif between == "enquiry":
            self.make(self.h.receive, person=persons[1], place=place, interest="service")
        elif between == "calls":
            for lead in leads:
                self.make(self.h.attempt, self.who(lead, 0), lead, "no_answer")
        self.make(self.h.undo_merge, "team", survivor)

    @precondition(lambda self: self.h.model.customers.merges)
    @rule(number=numbers, who=st.sampled_from(CORRECTORS))
    def undo_merge(self, number: int, who: str) -> None:
        merges = self.h.model.customers.merges
        survivors = [merge.survivor for merge in merges if not merge.survivor.is_merged]
        self.make(self.h.undo_merge, who, survivors[number % len(survivors)])

    @precondition(lambda self: any(one.objections for one in self.customers()))
    @rule(
        number=numbers,
        who=st.sampled_from(CORRECTORS),
        reason=st.sampled_from(["customer_asked", "by_mistake", "another_person"]),
    )
    def withdraw_objection(self, number: int, who: str, reason: str) -> None:
        objectors = [one for one in self.customers() if one.objections]
        self.make(self.h.withdraw_objection, who, objectors[number % len(objectors)], reason)

    # -- people -----------------------------------------------------------------------------

    @rule(
        who=st.sampled_from((*SOLD_BY, "agent")),
        what=st.sampled_from(["available", "pause", "away", "closed", "opened", 0.3, 1, 5]),
    )
    def people_come_and_go(self, who: str, what: str | float) -> None:
        if what in ("closed", "opened"):
            self.make(self.h.deactivate, who, active=what == "opened")
        elif isinstance(what, str):
            self.make(self.h.presence, who, what)
        elif who != "agent":
            self.make(self.h.absence, who, what)

    @rule(number=numbers, who=st.integers(0, 16))
    def nothing_changes(self, number: int, who: int) -> None:
        """Somebody looks, and an effect is delivered twice."""
        if lead := self.h.pick(number):
            self.make(self.h.look, list(self.world.users)[who], lead)
            self.make(self.h.deliver_again, number)

    # -- time and the system ----------------------------------------------------------------

    @rule(place=places, side=st.sampled_from(list(FIRST_POLICY)), most=st.integers(1, 5))
    def change_policy(self, place: int, side: str, most: int) -> None:
        self.make(self.h.change_policy, place, side, most)

    @rule()
    def sweep(self) -> None:
        self.make(self.h.sweep)

    @rule(passed=st.sampled_from(TICKS))
    def tick(self, passed: timedelta) -> None:
        self.make(self.h.tick, passed)

    @rule()
    def to_the_next_good_moment(self) -> None:
        self.make(self.h.tick, next_good_moment(self.h.now) - self.h.now)

    @rule(weeks=st.integers(1, 6))
    def weeks_pass(self, weeks: int) -> None:
        self.make(self.h.tick, timedelta(weeks=weeks))
        self.make(self.h.sweep)
