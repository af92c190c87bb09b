"""What a lead should be after each step, said once more in plain Python and without a database.

It knows rounds, attempts, maximums, reasons, holds and promises as product.md tells them. Who of
the salespeople gets a lead is left to routing and taken over from the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.proofs.histories.customers import CustomerModel, Customers, MergeModel
from tests.proofs.histories.world import day_part, in_calling_hours, in_opening_hours, local

HOLD = timedelta(minutes=15)
LONGEST_HOLD = timedelta(minutes=60)
SYSTEM_ACTS = timedelta(minutes=15)
CALL_WITHOUT_RESULT = timedelta(minutes=30)
EARLY = timedelta(minutes=30)
DAYS_30 = timedelta(days=30)
ASK_A_NEXT_STEP = ("spoken", "wrong_number", "refused")
SALES = "salesperson"


@dataclass
class RoundModel:
    side: str
    policy: int
    maximum: int
    attempts: int = 0
    end: str = ""
    spoken: bool = False
    refused: bool = False
    wrong: bool = False
    follow_up_at: datetime | None = None
    began_after: RoundModel | None = None

    @property
    def is_full(self) -> bool:
        return self.attempts >= self.maximum


@dataclass
class AttemptModel:
    at: datetime
    counts: bool
    is_withdrawn: bool = False


@dataclass(eq=False)
class LeadModel:
    pk: int
    place: int
    customer: CustomerModel
    active: bool
    interest: str
    received_at: datetime
    requested_at: datetime | None
    status: str = "open"
    rounds: list[RoundModel] = field(default_factory=list)
    owner: str = ""  # taken over from the rows
    queue: str = ""  # taken over from the rows
    promise: datetime | None = None
    system_at: datetime | None = None
    proposed: str = ""
    proposer: str = ""
    appointments: dict[int, tuple[str, datetime, bool]] = field(default_factory=dict)
    quotes: int = 0
    last_attempt: AttemptModel | None = None

    @property
    def round(self) -> RoundModel:
        return self.rounds[-1]

    @property
    def side(self) -> str:
        return self.round.side

    @property
    def at_bdc(self) -> bool:
        return self.status != "closed" and self.side != SALES

    def visit_ahead(self, now: datetime) -> bool:
        return any(live and at > now for _kind, at, live in self.appointments.values())

    def standing(self, kind: str) -> bool:
        return any(live for what, _at, live in self.appointments.values() if what == kind)


@dataclass
class CallModel:
    lead: LeadModel
    round: RoundModel
    by: str
    started_at: datetime


@dataclass
class HoldModel:
    customer: CustomerModel
    lead: LeadModel
    taken_at: datetime
    until: datetime


@dataclass(frozen=True)
class ReasonModel:
    code: str
    track: str
    needs: tuple[str, ...]
    effect: str


@dataclass
class PlaceModel:
    pk: int
    group: int
    bdc_first: bool
    needs_approval: bool
    policy: dict[str, int]


class Model:
    """All leads of one history, and what each step makes of them."""

    def __init__(self, places: Iterable[PlaceModel], roles: dict[str, dict[int, set[str]]]) -> None:
        self.places = {place.pk: place for place in places}
        self.roles = roles
        self.inactive: set[str] = set()
        self.absentees: set[str] = set()  # who said to be on a pause or away
        self.customers = Customers()
        self.leads: dict[int, LeadModel] = {}
        self.calls: list[CallModel] = []
        self.begun: list[CallModel] = []
        self.holds: dict[str, HoldModel] = {}
        self.releases: list[tuple[str, int, datetime]] = []

    # -- who may ----------------------------------------------------------------------------

    def roles_of(self, who: str, place: int) -> set[str]:
        return set() if who in self.inactive else self.roles[who].get(place, set())

    def sees(self, who: str, lead: LeadModel) -> bool:
        roles = self.roles_of(who, lead.place)
        return bool(roles) and (lead.active or roles != {"salesperson"})

    def may_work(self, who: str, place: int) -> bool:
        wanted = {"salesperson", "sales_manager", "agent", "team_lead"}
        return bool(self.roles_of(who, place) & wanted)

    def works(self, who: str, lead: LeadModel) -> bool:
        if lead.status == "closed":
            return False
        if lead.owner:
            return lead.owner == who
        return lead.at_bdc and bool(self.roles_of(who, lead.place) & {"agent", "team_lead"})

    def held_by_other(self, who: str, lead: LeadModel, now: datetime) -> bool:
        return lead.at_bdc and any(
            agent != who and hold.customer is lead.customer and hold.until > now
            for agent, hold in self.holds.items()
        )

    def hold_of(self, who: str, now: datetime) -> HoldModel | None:
        hold = self.holds.get(who)
        return hold if hold is not None and hold.until > now else None

    def busy_elsewhere(self, who: str, lead: LeadModel, now: datetime) -> bool:
        hold = self.hold_of(who, now)
        return lead.at_bdc and hold is not None and hold.customer is not lead.customer

    def can_work(self, who: str, lead: LeadModel, now: datetime) -> bool:
        return (
            self.may_work(who, lead.place)
            and self.works(who, lead)
            and not self.held_by_other(who, lead, now)
        )

    def can_take_up(self, who: str, lead: LeadModel, now: datetime) -> bool:
        return self.can_work(who, lead, now) and not self.busy_elsewhere(who, lead, now)

    def take_up(self, who: str, lead: LeadModel, now: datetime) -> None:
        """Work on a queue lead takes its customer's hold when there is none."""
        if lead.at_bdc and self.hold_of(who, now) is None:
            self.hold(who, lead, now)

    def hold(self, who: str, lead: LeadModel, now: datetime) -> None:
        self.holds = {
            agent: hold
            for agent, hold in self.holds.items()
            if agent != who and (hold.customer is not lead.customer or hold.until > now)
        }
        self.holds[who] = HoldModel(lead.customer, lead, now, now + HOLD)

    def let_customer_go(self, who: str, lead: LeadModel) -> None:
        hold = self.holds.get(who)
        if hold is not None and hold.customer is lead.customer:
            del self.holds[who]

    def begin_call(self, lead: LeadModel, who: str, now: datetime) -> None:
        self.calls.append(CallModel(lead, lead.round, who, now))
        self.begun.append(self.calls[-1])

    def end_hold_of(self, call: CallModel) -> None:
        """Whose last call to a customer got no result is not with that customer any more."""
        customer, hold = call.lead.customer, self.holds.get(call.by)
        of_both = [c for c in self.begun if c.by == call.by and c.lead.customer is customer]
        if hold is not None and hold.taken_at <= call.started_at and of_both[-1] is call:
            self.let_customer_go(call.by, call.lead)

    def let_go(self, lead: LeadModel) -> None:
        self.holds = {who: hold for who, hold in self.holds.items() if hold.lead is not lead}
        lead.promise = None

    # -- may we call ------------------------------------------------------------------------

    def ground(self, lead: LeadModel, now: datetime) -> str:
        objected = lead.customer.objected_at
        asked = lead.requested_at
        if objected is not None and (asked is None or asked <= objected):
            return ""
        if asked is not None and now < asked + DAYS_30:
            return "own_request"
        if objected is not None:
            return ""
        if lead.promise is not None and lead.promise - EARLY <= now:
            return "call_back"
        if self.follow_up_is_due(lead, now):
            return "follow_up"
        if lead.customer.consented:
            return "consent"
        if lead.customer.is_company:
            return "company"
        if lead.interest == "service" and any(
            live and kind == "workshop" and at > now
            for kind, at, live in lead.appointments.values()
        ):
            return "service_call"
        return ""

    def follow_up_is_due(self, lead: LeadModel, now: datetime) -> bool:
        before = lead.round.began_after
        return (
            not lead.round.attempts
            and before is not None
            and before.end == "BDC-16"
            and before.follow_up_at is not None
            and before.follow_up_at - EARLY <= now
        )

    def may_call(self, lead: LeadModel, now: datetime) -> bool:
        ground = self.ground(lead, now)
        requested = ground in ("own_request", "call_back")
        return bool(ground) and (in_calling_hours(now) or (requested and in_opening_hours(now)))

    def promise_is_due(self, lead: LeadModel, now: datetime) -> bool:
        return lead.promise is not None and lead.promise <= now + EARLY

    def has_room(self, lead: LeadModel, now: datetime) -> bool:
        return (
            not lead.round.is_full
            or self.promise_is_due(lead, now)
            or self.corrects_undone(lead, now)
        )

    def corrects_undone(self, lead: LeadModel, now: datetime) -> bool:
        """Whether a result takes the place of one that was undone: it does not count again."""
        last = lead.last_attempt
        return (
            last is not None
            and last.is_withdrawn
            and last.counts
            and local(last.at).date() == local(now).date()
            and day_part(last.at) == day_part(now)
        )

    # -- rounds -----------------------------------------------------------------------------

    def begin(self, lead: LeadModel, side: str) -> None:
        place = self.places[lead.place]
        most = place.policy[side]
        before = lead.rounds[-1] if lead.rounds else None
        lead.rounds.append(RoundModel(side, most, most, began_after=before))
        lead.status = "open"
        lead.system_at = None

    def hand_over(self, lead: LeadModel, side: str) -> None:
        self.let_go(lead)
        self.withdraw(lead, None)
        lead.round.end = "handed_over"
        self.begin(lead, side)

    def withdraw(self, lead: LeadModel, now: datetime | None) -> None:
        """End a proposal; a full round of a lead that stays then ends by itself."""
        if lead.status == "proposed":
            lead.status, lead.proposed, lead.proposer = "open", "", ""
            if now is not None:
                self.end_when_full(lead, now)

    def end_when_full(self, lead: LeadModel, now: datetime) -> None:
        if lead.system_at is not None or not lead.round.is_full or lead.promise is not None:
            return
        if not (lead.owner and lead.visit_ahead(now)):
            lead.system_at = now + SYSTEM_ACTS

    def wait_for_visit(self, lead: LeadModel, now: datetime) -> None:
        """A salesperson's lead waits for its visit, when no promise goes first."""
        if lead.owner and lead.promise is None and lead.visit_ahead(now):
            lead.system_at = None

    def converse(self, lead: LeadModel, now: datetime, *, outbound: bool = False) -> None:
        round_ = lead.round
        round_.spoken = True
        round_.maximum = max(round_.maximum, round_.attempts + round_.policy)
        lead.system_at = None
        if not outbound:
            lead.requested_at = now

    # -- intake -----------------------------------------------------------------------------

    def to_join(
        self, customer: CustomerModel, place: int, interest: str, now: datetime
    ) -> LeadModel | None:
        return next(
            (
                lead
                for lead in sorted(self.leads.values(), key=lambda one: (one.received_at, one.pk))
                if lead.customer is customer
                and lead.place == place
                and lead.interest == interest
                and lead.status != "closed"
                and lead.received_at >= now - timedelta(days=90)
            ),
            None,
        )

    def join(self, lead: LeadModel, side: str, now: datetime, *, arrives: bool) -> None:
        self.withdraw(lead, now)
        lead.requested_at = now
        if lead.side not in (SALES, "inbound"):
            self.hand_over(lead, side)
            lead.active = True
        if arrives:
            self.converse(lead, now)

    def receive(self, lead: LeadModel, side: str, now: datetime, *, arrives: bool) -> None:
        self.leads[lead.pk] = lead
        self.begin(lead, side)
        if arrives:
            self.converse(lead, now)

    # -- attempts ---------------------------------------------------------------------------

    def open_call(self, lead: LeadModel, who: str) -> CallModel | None:
        return next((c for c in reversed(self.calls) if c.lead is lead and c.by == who), None)

    def count(
        self,
        lead: LeadModel,
        round_: RoundModel,
        result: str,
        now: datetime,
        *,
        past_maximum: bool = False,
    ) -> bool:
        """Write an attempt; return whether it counts."""
        day, part = local(now).date(), day_part(now)
        counted = lead.customer.counted_on(day)
        lead.customer.made.setdefault(day, []).append(part)
        for merge in self.customers.merges:
            merge.is_worked |= lead.pk in merge.leads and lead.customer is merge.survivor
        counts = part not in counted and len(counted) < 2 and not past_maximum
        if counts:
            lead.customer.counted.setdefault(day, []).append(part)
            if round_.is_full:
                round_.maximum += 1
            round_.attempts += 1
        lead.last_attempt = AttemptModel(now, counts)
        round_.refused |= result == "refused"
        round_.wrong |= result == "wrong_number"
        return counts

    def attempt_is_allowed(
        self, lead: LeadModel, who: str, now: datetime, *, happened: bool
    ) -> bool:
        if not self.may_work(who, lead.place):
            return False
        call = self.open_call(lead, who)
        if not self.can_work(who, lead, now):
            return call is not None and not call.round.is_full
        if not self.has_room(lead, now) or self.busy_elsewhere(who, lead, now):
            return False
        return call is not None or happened or self.may_call(lead, now)

    def attempt(self, lead: LeadModel, who: str, result: str, now: datetime) -> None:
        call = self.open_call(lead, who)
        late = not self.can_work(who, lead, now)
        if call is not None:
            self.calls.remove(call)
        if late and call is not None:
            self.count(lead, call.round, result, now)
            if lead.status != "closed":
                self.end_when_full(lead, now)
            return
        self.take_up(who, lead, now)
        self.count(lead, lead.round, result, now)
        self.follow(lead, result, now, by=who)

    def follow(self, lead: LeadModel, result: str, now: datetime, *, by: str) -> None:
        round_ = lead.round
        if self.promise_is_due(lead, now):
            lead.promise = None
        if result == "spoken":
            self.converse(lead, now, outbound=True)
        if by and result not in ASK_A_NEXT_STEP:
            self.let_customer_go(by, lead)
        if result == "spoken" or not round_.is_full or lead.promise is not None:
            return
        if lead.owner and lead.visit_ahead(now):
            return
        if round_.side in (SALES, "inbound") and result not in ASK_A_NEXT_STEP:
            self.hand_over(lead, "unreached")
        else:
            self.end_when_full(lead, now)

    # -- closing ----------------------------------------------------------------------------

    def evidence(self, lead: LeadModel, reason: ReasonModel, told: set[str]) -> bool:
        """Whether every need of the reason is there."""
        round_ = lead.round
        there = {
            "approval": True,
            "no_dialable_number": not lead.customer.has_number,
            "wrong_details_attempt": round_.wrong,
            "maximum_attempts": round_.is_full,
            "refused_attempt": round_.refused,
            "objection": "objection" in told or lead.customer.objected_at is not None,
            "spoken": round_.spoken,
            "appointment_showroom": lead.standing("showroom"),
            "appointment_test_drive": lead.standing("test_drive"),
            "appointment_workshop": lead.standing("workshop"),
            "quote_request": lead.quotes > 0,
            "quote": lead.quotes > 0,
            "no_ground_for_30_days": False,
        }
        return all(there.get(need, need in told) for need in reason.needs if need)

    def right_track(self, lead: LeadModel, reason: ReasonModel) -> bool:
        return reason.track in ("both", "sales" if lead.side == SALES else "bdc")

    def needs_approval(self, lead: LeadModel, reason: ReasonModel) -> bool:
        if lead.side == SALES:
            return reason.code != "VK-01"
        if reason.code in ("BDC-01", "BDC-02"):
            return True
        return self.places[lead.place].needs_approval and reason.effect != "stop_calling"

    def close(
        self,
        lead: LeadModel,
        reason: ReasonModel,
        who: str,
        now: datetime,
        follow_up_at: datetime | None = None,
    ) -> None:
        self.take_up(who, lead, now)
        needs_approval = self.needs_approval(lead, reason)
        if reason.effect == "stop_calling":
            self.object(lead.customer, now, spare=lead)
        lead.round.follow_up_at = follow_up_at
        if needs_approval:
            self.let_go(lead)
            lead.status, lead.proposed, lead.proposer = "proposed", reason.code, who
        else:
            self.write_off(lead, reason, now)

    def write_off(self, lead: LeadModel, reason: ReasonModel, now: datetime) -> None:
        self.let_go(lead)
        lead.status, lead.proposed, lead.proposer = "open", "", ""
        side = lead.side
        lead.round.end = reason.code
        if reason.effect == "to_sales":
            lead.active = True
            self.begin(lead, SALES)
        elif reason.effect == "second_voice":
            self.begin(lead, "second_voice")
        elif reason.effect == "follow_up":
            self.begin(lead, side)
        else:
            lead.status = "closed"
            lead.system_at = None
            if reason.effect == "park_long_term":
                lead.customer.parked_until = now + timedelta(days=90)

    def object(
        self, customer: CustomerModel, now: datetime, spare: LeadModel | None = None
    ) -> None:
        self.customers.object(customer, now)
        for lead in self.leads.values():
            if lead.customer is not customer or lead.status == "closed" or lead is spare:
                continue
            self.end_for_objection(lead)

    def end_for_objection(self, lead: LeadModel) -> None:
        self.withdraw(lead, None)
        self.let_go(lead)
        lead.round.end = "VK-08" if lead.side == SALES else "BDC-08"
        lead.status = "closed"
        lead.system_at = None

    # -- one customer after all --------------------------------------------------------------

    def leads_of(self, customer: CustomerModel) -> list[LeadModel]:
        return [lead for lead in self.leads.values() if lead.customer is customer]

    def may_for(self, who: str, wanted: set[str], customer: CustomerModel) -> bool:
        """Whether somebody has one of the roles where he sees a lead of the customer."""
        return any(
            self.sees(who, lead) and bool(self.roles_of(who, lead.place) & wanted)
            for lead in self.leads_of(customer)
        )

    def somebody_is_with(self, customer: CustomerModel, now: datetime) -> bool:
        return any(call.lead.customer is customer for call in self.calls) or any(
            hold.customer is customer and hold.until > now for hold in self.holds.values()
        )

    def merge(self, survivor: CustomerModel, other: CustomerModel) -> None:
        self.clear_holds_on(survivor, other)
        leads = self.leads_of(other)
        own = {one.pk: one.customer.objected_at for one in self.leads_of(survivor) + leads}
        merge = self.customers.merge(survivor, other, {lead.pk for lead in leads})
        for lead in leads:
            lead.customer = survivor
        objected_at = survivor.objected_at
        for lead in self.leads_of(survivor):
            if lead.status == "closed" or own[lead.pk] == objected_at:
                continue
            if self.is_objected_to(lead):
                merge.ended[lead.pk] = (lead.round, lead.owner, lead.promise, lead.system_at)
                self.end_for_objection(lead)

    @staticmethod
    def is_objected_to(lead: LeadModel) -> bool:
        objected, asked = lead.customer.objected_at, lead.requested_at
        return objected is not None and (asked is None or asked <= objected)

    def give_back(self, merge: MergeModel, now: datetime) -> None:
        """The leads that ended with the merge go on, unless an objection still stands."""
        for pk, (round_, owner, promise, system_at) in merge.ended.items():
            lead = self.leads[pk]
            if lead.status != "closed" or lead.round is not round_ or self.is_objected_to(lead):
                continue
            lead.rounds.append(replace(round_, end=""))
            lead.status, lead.owner, lead.promise = "open", owner, promise
            lead.system_at = max(system_at, now + SYSTEM_ACTS) if system_at else None
            self.end_when_full(lead, now)

    def clear_holds_on(self, *customers: CustomerModel) -> None:
        """Those that lapsed: of others nobody is merged."""
        self.holds = {
            who: hold for who, hold in self.holds.items() if hold.customer not in customers
        }

    def part(self, merge: MergeModel, now: datetime) -> None:
        self.clear_holds_on(merge.survivor)
        self.customers.part(merge)
        for pk in merge.leads:
            if self.leads[pk].customer is merge.survivor:
                self.leads[pk].customer = merge.other
        self.give_back(merge, now)

    # -- time -------------------------------------------------------------------------------

    def sweep(self, now: datetime, bdc_06: ReasonModel) -> None:
        """What time does by itself; the end without a ground is judged by the history."""
        for call in [c for c in self.calls if c.started_at <= now - CALL_WITHOUT_RESULT]:
            self.calls.remove(call)
            lead = call.lead
            past = call.round.is_full and not self.promise_is_due(lead, now)
            self.count(lead, call.round, "no_answer", now, past_maximum=past)
            self.end_hold_of(call)
            if not past and call.round is lead.round and lead.status != "closed":
                self.follow(lead, "no_answer", now, by="")
        self.holds = {who: hold for who, hold in self.holds.items() if hold.until > now}
        for lead in self.leads.values():
            if lead.status != "open" or lead.system_at is None or lead.system_at > now:
                continue
            if lead.side in (SALES, "inbound"):
                self.hand_over(lead, "unreached")
            else:
                self.write_off(lead, bdc_06, now)

    def may_end_without_ground(self, lead: LeadModel, now: datetime) -> bool:
        """Whether the system may close a queue lead since nobody might call it for 30 days."""
        if not lead.at_bdc or lead.status != "open" or lead.promise is not None:
            return False
        if self.ground(lead, now):
            return False
        objected_at = lead.customer.last_objected_at
        if lead.customer.objected_at is None and (
            lead.customer.consented or lead.customer.is_company
        ):
            return False
        since = lead.requested_at + DAYS_30 if lead.requested_at else lead.received_at
        return now - since >= DAYS_30 or (objected_at is not None and now - objected_at >= DAYS_30)
