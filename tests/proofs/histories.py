"""A history of leads: each step is done, told to the model, and compared with the rows.

A step that is refused must change nothing, one that the model forbids must be refused, and
after each step the invariants hold. `Domain` does the steps through the domain itself;
tests/proofs/histories_http.py does the same through the API.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import IntegrityError, connection, transaction

from bdc.accounts.models import User
from bdc.errors import Malformed, NotAllowed, RuleBroken
from bdc.outbox import effects
from bdc.outbox.models import Effect
from campaigns.domain.importing import import_file
from campaigns.models import ImportRow
from dealers.domain.absence import record_absence
from dealers.domain.presence import set_presence
from dealers.models import Dealership
from leads.domain.adf_intake import receive_adf
from leads.domain.approving import approve, reopen, send_back
from leads.domain.booking import ask_quote, book_appointment, record_outcome
from leads.domain.closing import close_lead
from leads.domain.contacting import (
    promise_call_back,
    record_attempt,
    record_conversation,
    start_call,
)
from leads.domain.facts import Facts, SaleIn
from leads.domain.handing_over import assign, take
from leads.domain.holding import release_hold, renew_hold
from leads.domain.intake import LeadIn, keep_raw, receive_lead
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.domain.sweeping import sweep
from leads.models import FIXED_REASONS, Appointment, Customer, Lead, Reject
from tests.factories import consent
from tests.proofs.histories_model import (
    HOLD,
    LONGEST_HOLD,
    CallModel,
    LeadModel,
    Model,
    PlaceModel,
    ReasonModel,
)
from tests.proofs.histories_world import BDC, PEOPLE, SALES, World, day_part, local
from tests.proofs.invariants import AFTER_A_SWEEP, every_invariant, violations

RESULTS = ("no_answer", "voicemail", "engaged", "spoken", "wrong_number", "refused")
REASONS = {
    row["code"]: ReasonModel(
        row["code"], row["track"], tuple(row["needs"].split(";")), row["effect"]
    )
    for row in FIXED_REASONS
}
# What anybody may be told with a close-out.
SALE = {
    "make": "Volkswagen",
    "model": "Polo",
    "condition": "new",
    "new_customer": True,
    "fleet": False,
}


class Violation(AssertionError):
    """The product did what it must not do, or did not do what it must."""


@dataclass(frozen=True)
class Answer:
    """What came of a step: the id of what was made, or the code of the refusal."""

    made: int = 0
    refused: str = ""


class Driver(Protocol):
    """How the steps are done: through the domain, or through the API."""

    name: str

    def do(self, history: History, verb: str, who: str, lead: int, **given: Any) -> Answer: ...


class Domain:
    """Each step is one call of the domain, as every door does it."""

    name = "domain"

    def do(self, history: History, verb: str, who: str, lead: int, **given: Any) -> Answer:
        try:
            made = getattr(self, verb)(history, history.user(who), lead, **given)
        except RuleBroken as broken:
            return Answer(refused=broken.code)
        except NotAllowed:
            return Answer(refused="permission_denied")
        except Malformed:
            return Answer(refused="invalid")
        return Answer(made=made or 0)

    def receive(self, h: History, by: User, _lead: int, *, body: dict[str, Any], **_: Any) -> int:
        place = h.place(body["dealership"])
        given = {k: v for k, v in body.items() if k not in ("dealership", "consent", "key")}
        asked = LeadIn(
            dealership=place,
            consents=(consent(h.now),) if body.get("consent") else (),
            **{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()},
        )
        with transaction.atomic():  # as the doors do
            raw = keep_raw("api", json.dumps(body).encode(), "application/json", by=by, now=h.now)
            return receive_lead(asked, raw=raw, by=by, now=h.now).pk

    def adf(self, h: History, by: User, _lead: int, *, document: bytes) -> int:
        receipt = receive_adf(
            document, content_type="application/xml", dealership=None, by=by, now=h.now
        )
        return receipt.leads[0].pk if receipt.leads else 0

    def start_call(self, h: History, by: User, lead: int) -> int:
        return start_call(h.lead(lead), by=by, now=h.now).pk

    def attempt(self, h: History, by: User, lead: int, **given: Any) -> int:
        return record_attempt(h.lead(lead), by=by, now=h.now, **given).pk

    def conversation(self, h: History, by: User, lead: int, *, channel: str) -> int:
        return record_conversation(h.lead(lead), channel=channel, by=by, now=h.now).pk

    def call_back(self, h: History, by: User, lead: int, *, due_at: datetime) -> int:
        return promise_call_back(h.lead(lead), due_at=due_at, by=by, now=h.now).pk

    def appointment(self, h: History, by: User, lead: int, **given: Any) -> int:
        return book_appointment(h.lead(lead), by=by, now=h.now, **given).pk

    def outcome(self, h: History, by: User, lead: int, *, appointment: int, outcome: str) -> int:
        row = Appointment.objects.get(pk=appointment)
        return record_outcome(row, outcome=outcome, by=by, now=h.now).pk

    def quote(self, h: History, by: User, lead: int) -> int:
        return ask_quote(h.lead(lead), by=by, now=h.now).pk

    def close(self, h: History, by: User, lead: int, *, reason: str, told: dict[str, Any]) -> int:
        facts = dict(told)
        if "sale" in facts:
            facts["sale"] = SaleIn(**facts["sale"])
        for name in ("purchase", "preferred_car"):
            for part, text in facts.pop(name, {}).items():
                facts[f"{name.removesuffix('_car')}_{part}"] = text
        return close_lead(h.lead(lead), reason=reason, facts=Facts(**facts), by=by, now=h.now).pk

    def approve(self, h: History, by: User, lead: int) -> int:
        return approve(h.lead(lead), by=by, now=h.now).pk

    def send_back(self, h: History, by: User, lead: int, *, instruction: str) -> int:
        return send_back(h.lead(lead), instruction=instruction, by=by, now=h.now).pk

    def reopen(self, h: History, by: User, lead: int) -> int:
        return reopen(h.lead(lead), by=by, now=h.now).pk

    def assign(self, h: History, by: User, lead: int, *, user: str, queue: str) -> int:
        person = h.user(user) if user else None
        return assign(h.lead(lead), by=by, now=h.now, user=person, queue=queue).pk

    def take(self, h: History, by: User, lead: int) -> int:
        return take(h.lead(lead), by=by, now=h.now).pk

    def objection(self, h: History, by: User, lead: int) -> int:
        customer = Customer.objects.get(leads=lead)
        return record_objection(customer, by=by, now=h.now).pk

    def presence(self, h: History, by: User, _lead: int, *, state: str) -> int:
        set_presence(by, state=state, now=h.now)
        return 0

    def absence(self, h: History, by: User, _lead: int, *, user: str, **given: Any) -> int:
        return record_absence(h.user(user), by=by, now=h.now, **given).pk

    def next(self, h: History, by: User, _lead: int) -> int:
        hold = next_lead(by, now=h.now)
        return hold.lead_id if hold is not None else 0

    def renew(self, h: History, by: User, _lead: int) -> int:
        return renew_hold(by, now=h.now).lead_id

    def release(self, h: History, by: User, _lead: int, *, reason: str) -> int:
        release_hold(by, reason=reason, now=h.now)
        return 0

    def look(self, h: History, by: User, lead: int) -> int:
        return int(Lead.objects.visible_to(by).filter(pk=lead).exists()) or _not_found()


def _not_found() -> int:
    raise RuleBroken("not_found", "")


class _SweepErrors(logging.Handler):
    """A sweep goes on after a row that fails; here that is a failure."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        problem = record.exc_info[1] if record.exc_info else ""
        self.told.append(f"{record.getMessage()}: {problem!r}")


@contextmanager
def _failing_aloud() -> Iterator[None]:
    handler = _SweepErrors()
    logger = logging.getLogger("leads.domain.sweeping")
    logger.addHandler(handler)
    propagates, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
    if handler.told:
        raise Violation("; ".join(handler.told))


class History:
    """One history in one transaction, which is rolled back when it ends."""

    def __init__(
        self, world: World, driver: Driver, now: datetime, steps: Counter[str] | None = None
    ) -> None:
        self.world = world
        self.driver = driver
        self.now = now
        self.steps: Counter[str] = Counter() if steps is None else steps
        self.done: list[str] = []
        self.model = Model(
            (
                PlaceModel(
                    pk=place.pk,
                    group=place.group_id,
                    bdc_first=place.routing == Dealership.Routing.BDC_FIRST,
                    needs_approval=place.bdc_close_needs_approval,
                    policy={
                        side: place.attempts_allowed(side)
                        for side in (
                            "salesperson",
                            "inbound",
                            "second_voice",
                            "unreached",
                            "passive",
                        )
                    },
                )
                for place in world.places
            ),
            world.roles,
        )
        self.sent: list[tuple[str, dict[str, Any], int]] = []  # by whom, body, the lead it made
        self.keys: dict[str, datetime] = {}  # when each was used first
        self.renewed: set[str] = set()  # used again after they were forgotten
        self.absences: list[tuple[str, datetime]] = []
        self._users = User.objects.in_bulk([user.pk for user in world.users.values()])
        self._places = self._read_places()
        self._before: dict[int, tuple[Any, ...]] = {}
        self._numbers = 0

    # -- the rows ---------------------------------------------------------------------------

    def user(self, who: str) -> User:
        return self._users[self.world.users[who].pk]

    def place(self, slug: str) -> Dealership:
        return self._places[slug]

    @staticmethod
    def _read_places() -> dict[str, Dealership]:
        return {place.slug: place for place in Dealership.objects.with_hours()}

    def lead(self, pk: int) -> Lead:
        return Lead.objects.select_related("customer", "dealership__group").get(pk=pk)

    def leads(self) -> list[LeadModel]:
        return list(self.model.leads.values())

    def pick(self, number: int) -> LeadModel | None:
        leads = self.leads()
        return leads[number % len(leads)] if leads else None

    # -- one step ---------------------------------------------------------------------------

    def step(
        self,
        verb: str,
        who: str,
        lead: LeadModel | None = None,
        *,
        allowed: bool | None,
        **given: Any,
    ) -> Answer:
        """Do one step; `allowed` is what the model says of it, None where it does not know."""
        self.now += timedelta(seconds=1)
        if lead is not None and not self.model.sees(who, lead) and self.driver.name == "http":
            allowed = False
        self.done.append(
            f"{local(self.now):%a %d %b %H:%M:%S} {who}: {verb}"
            f" {f'#{lead.pk}' if lead else ''} {given or ''}"
        )
        before = None if allowed is True else fingerprint()
        answer = self.driver.do(self, verb, who, lead.pk if lead else 0, **given)
        self.steps[f"{verb} {'refused' if answer.refused else 'done'}"] += 1
        self.done[-1] += f" -> {answer.refused or 'done'}"
        if answer.refused and allowed is True:
            raise Violation(f"{verb} was refused ({answer.refused}), though it may be done")
        if answer.refused and before is not None and fingerprint() != before:
            raise Violation(f"{verb} was refused ({answer.refused}) and changed rows all the same")
        if not answer.refused and allowed is False:
            raise Violation(f"{verb} was done, though it must be refused")
        return answer

    def system(self, what: str, act: Callable[[], Any]) -> Any:
        """A step of nobody: a sweep, a policy, an effect."""
        self.now += timedelta(seconds=1)
        self.done.append(f"{local(self.now):%a %d %b %H:%M:%S} {what}")
        self.steps[f"{what.split(' ')[0]} done"] += 1
        return act()

    def check(self) -> None:
        """Compare model and rows, and look for what may not be, as cheaply as every step allows."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        self._compare_leads()
        self._compare_holds()
        broken = _broken_now()
        if broken:
            raise Violation(", ".join(broken))

    def finish(self) -> None:
        """All invariants, one by one."""
        found = violations()
        if found:
            raise Violation("\n".join(map(str, found)))

    def _compare_leads(self) -> None:
        rows = _projection()
        if set(rows) != set(self.model.leads):
            raise Violation(f"leads {sorted(rows)} and not {sorted(self.model.leads)}")
        customers: dict[int, tuple[int, int]] = {}
        for pk, lead in self.model.leads.items():
            status, kind, owner, queue, rounds, system_at, customer, told = rows[pk]
            wanted = (
                lead.status,
                "active" if lead.active else "passive",
                [
                    f"{round_.side} {round_.attempts}/{round_.maximum} {round_.end}"
                    for round_ in lead.rounds
                ],
            )
            if (status, kind, rounds) != wanted:
                raise Violation(f"lead {pk} is {(status, kind, rounds)} and not {wanted}")
            if status != "closed" and (system_at is None) != (lead.system_at is None):
                raise Violation(f"lead {pk} ends by itself at {system_at}, not {lead.system_at}")
            if customers.setdefault(customer, lead.customer.key) != lead.customer.key:
                raise Violation(f"lead {pk} is of customer {customer}, who is somebody else")
            lead.owner = self.world.name_of(owner) if owner else ""
            lead.queue = queue
            if lead.owner and not self.world.roles[lead.owner].get(lead.place, set()) & SALES:
                raise Violation(f"lead {pk} is with {lead.owner}, who does not sell there")
            shown = (status, kind, owner, queue, rounds)
            known = self._before.get(pk)
            if known is not None and known[0] != shown and known[1] >= told:
                raise Violation(f"lead {pk} changed from {known[0]} to {shown} and nothing tells")
            self._before[pk] = (shown, told)
        if len(set(customers.values())) != len(customers):
            raise Violation(f"one customer is known twice: {customers}")

    def _compare_holds(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT agent_id, lead_id, until FROM leads_hold WHERE until > %s", [self.now]
            )
            held = {
                self.world.name_of(agent): (lead, until) for agent, lead, until in cursor.fetchall()
            }
        wanted = {
            who: (hold.lead.pk, hold.until)
            for who, hold in self.model.holds.items()
            if hold.until > self.now
        }
        if held != wanted:
            raise Violation(f"holds are {held} and not {wanted}")

    # -- steps ------------------------------------------------------------------------------

    def receive(
        self,
        *,
        person: int,
        place: int,
        kind: str = "active",
        channel: str = "online",
        interest: str = "new",
        external_id: str = "",
        who: str = "",
        key: str = "",
        words: bool = True,
        later_phone: bool = False,
    ) -> LeadModel | None:
        """A lead comes in: new, repeated, or the same document again."""
        where = self.world.places[place]
        whom = PEOPLE[person]
        phones = [p for p in (whom.phone, whom.later_phone if later_phone else "") if p]
        body = {
            "kind": kind,
            "channel": channel if kind == "active" else "data_mining",
            "dealership": where.slug,
            "name": whom.name,
            "company": whom.company,
            "phones": phones,
            "emails": [whom.email] if whom.email else [],
            "interest": interest,
            "source": "site",
            "external_id": external_id,
            "consent": kind == "passive" and words,
        }
        who = who or self.world.with_role(where, "agent")[0]
        allowed = bool(self.model.roles_of(who, where.pk))
        answer = self.step("receive", who, allowed=allowed, body=body, key=key)
        if answer.refused:
            self.check()
            return None
        self.sent.append((who, {**body, "key": key}, answer.made))
        self.keys.setdefault(key, self.now)
        self._received(answer.made, where, person, body)
        self.check()
        return self.model.leads.get(answer.made)

    def _received(self, made: int, where: Dealership, person: int, body: dict[str, Any]) -> None:
        model = self.model
        again = [
            lead
            for _who, sent, lead in self.sent[:-1]
            if body["external_id"]
            and (sent["dealership"], sent["external_id"])
            == (body["dealership"], body["external_id"])
        ]
        if again:
            if made != again[0]:
                raise Violation(f"the same document made lead {made} after {again[0]}")
            return
        customer = model.customer(where.pk, person)
        active = body["kind"] == "active"
        joined = model.to_join(customer, where.pk, body["interest"], self.now) if active else None
        knows_number = bool(body["phones"])
        customer.has_number |= knows_number
        customer.is_company = bool(body["company"])
        customer.consented |= bool(body["consent"])
        arrives = active and body["channel"] in ("phone", "walk_in", "service_referral")
        if joined is not None:
            if made != joined.pk:
                raise Violation(f"a repeat enquiry made lead {made} and did not join {joined.pk}")
            model.join(joined, self._side_of(made), self.now, arrives=arrives)
            return
        if made in model.leads:
            raise Violation(f"lead {made} was joined, though it is another matter")
        side = self._side_of(made)
        wanted = {"passive"} if not active else {"salesperson", "inbound"}
        if active and not model.places[where.pk].bdc_first:
            wanted = {"salesperson"}
        if side not in wanted:
            raise Violation(f"lead {made} went to {side} and not to {wanted}")
        lead = LeadModel(
            pk=made,
            place=where.pk,
            customer=customer,
            active=active,
            interest=body["interest"],
            received_at=self.now,
            requested_at=self.now if active else None,
        )
        model.receive(lead, side, self.now, arrives=arrives)

    def _side_of(self, pk: int) -> str:
        """Where routing has put it: in sales, or in which queue."""
        owner, queue = Lead.objects.values_list("owner", "queue").get(pk=pk)
        return "salesperson" if owner or queue == "catch_all" else queue

    def receive_adf(self, *, person: int, place: int) -> None:
        """An ADF document with one prospect, and one that nobody can read."""
        where, whom = self.world.places[place], PEOPLE[person]
        phone = f"<phone>{whom.phone}</phone>" if whom.phone else ""
        email = f"<email>{whom.email}</email>" if whom.email else ""
        document = (
            "<?xml version='1.0'?><?adf version='1.0'?><adf><prospect>"
            "<vehicle interest='buy' status='new'><make>Volkswagen</make></vehicle>"
            f"<customer><contact><name part='full'>{whom.company or whom.name}</name>"
            f"{email}{phone}</contact></customer>"
            f"<vendor><contact><name part='full'>{where.slug}</name></contact></vendor>"
            "</prospect></adf>"
        ).encode()
        answer = self.step("adf", "team", allowed=True, document=document)
        body = {
            "kind": "active",
            "channel": "online",
            "dealership": where.slug,
            "company": whom.company,
            "phones": [whom.phone] if whom.phone else [],
            "interest": "new",
            "external_id": "",
            "consent": False,
        }
        if not answer.made:
            raise Violation("an ADF document made no lead")
        self._received(answer.made, where, person, body)
        rejects = Reject.objects.count()
        self.step("adf", "team", allowed=True, document=b"<adf><prospect>&broken;")
        if Reject.objects.count() <= rejects:
            raise Violation("a document that nobody can read left no reject")
        self.check()

    def import_rows(self, *, place: int, people: list[int], words: bool) -> None:
        """A small passive file, perhaps with rows that are there already."""
        where = self.world.places[place]
        header = "Naam;Telefoon;E-mail;Toestemming;Datum toestemming"
        lines = [
            f"{whom.name};{whom.phone or whom.later_phone};{whom.email};ja;2026-01-05"
            for whom in (PEOPLE[person] for person in people)
        ]
        body = "\r\n".join([header, *lines, ";;;;", "Zonder Contact;;;;"]).encode()
        taken_in = self.system(
            f"import {people} at {where.slug}",
            lambda: import_file(
                body,
                file_name="lijst.csv",
                dealership=self.place(where.slug),
                campaign=self.world.campaigns[where.pk],
                by=self.user("team"),
                now=self.now,
                consent_words="Bel mij gerust." if words else "",
            ),
        )
        if taken_in.rows != taken_in.imported + taken_in.duplicates + taken_in.rejected:
            raise Violation(f"rows of import {taken_in.pk} do not add up")
        rows = ImportRow.objects.filter(import_of=taken_in, outcome="imported").order_by("pk")
        for row in rows.select_related("lead__customer"):
            lead = row.lead
            person = next(
                number
                for number, whom in enumerate(PEOPLE)
                if whom.name.split()[-1] in (lead.customer.name + lead.customer.company_name)
                or whom.company == lead.customer.company_name != ""
            )
            customer = self.model.customer(where.pk, person)
            customer.has_number |= lead.customer.phones.filter(is_dialable=True).exists()
            customer.consented |= lead.customer.consents.exclude(words="").exists()
            customer.is_company |= bool(PEOPLE[person].company and lead.customer.company_name)
            self.model.receive(
                LeadModel(
                    pk=lead.pk,
                    place=where.pk,
                    customer=customer,
                    active=False,
                    interest=lead.interest,
                    received_at=self.now,
                    requested_at=None,
                ),
                "passive",
                self.now,
                arrives=False,
            )
        self.check()

    def start_call(self, who: str, lead: LeadModel) -> None:
        model, at = self.model, self.now + timedelta(seconds=1)
        allowed = (
            model.can_take_up(who, lead, at)
            and model.has_room(lead, at)
            and model.may_call(lead, at)
        )
        answer = self.step("start_call", who, lead, allowed=allowed)
        if not answer.refused:
            model.take_up(who, lead, self.now)
            model.calls.append(CallModel(lead, lead.round, who, self.now))
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
        answer = self.step("call_back", who, lead, allowed=allowed, due_at=due_at)
        if not answer.refused:
            self.model.take_up(who, lead, self.now)
            lead.promise, lead.system_at = due_at, None
            self.model.let_customer_go(who, lead)
        self.check()

    def appointment(self, who: str, lead: LeadModel, kind: str, after: timedelta) -> None:
        starts_at = self.now + after
        can = self.model.can_take_up(who, lead, self.now + timedelta(seconds=1))
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

    def quote(self, who: str, lead: LeadModel) -> None:
        allowed = self.model.can_take_up(who, lead, self.now + timedelta(seconds=1))
        answer = self.step("quote", who, lead, allowed=allowed)
        if not answer.refused:
            self.model.take_up(who, lead, self.now)
            lead.quotes += 1
        self.check()

    def close(self, who: str, lead: LeadModel, code: str, *, tells: bool = True) -> None:
        """Close with a reason; `tells` says everything that a person can tell, and rightly."""
        reason = REASONS.get(code)
        told = self._told(lead, reason, tells)
        allowed: bool | None = False
        at = self.now + timedelta(seconds=1)
        if reason is not None and lead.status == "open":
            allowed = (
                self.model.can_take_up(who, lead, at)
                and self.model.right_track(lead, reason)
                and self.model.evidence(lead, reason, set(told) | self._same_words(told))
            )
        answer = self.step("close", who, lead, allowed=allowed, reason=code, told=told)
        if not answer.refused and reason is not None:
            self.model.close(lead, reason, who, self.now, told.get("follow_up_at"))
        self.check()

    def fitting_reasons(self, lead: LeadModel) -> list[str]:
        """The codes that the model holds for possible, when everything is told."""
        return [
            code
            for code, reason in REASONS.items()
            if self.model.right_track(lead, reason)
            and self.model.evidence(lead, reason, self._all_told(lead, reason))
        ]

    def _all_told(self, lead: LeadModel, reason: ReasonModel) -> set[str]:
        told = self._told(lead, reason, tells=True)
        return set(told) | self._same_words(told)

    @staticmethod
    def _same_words(told: dict[str, Any]) -> set[str]:
        """The needs that facts of another name fill."""
        names = {
            "original": "original_lead",
            "dealer": "own_or_other_dealer",
            "follow_up_at": "follow_up_date",
        }
        return {need for fact, need in names.items() if fact in told}

    def _told(self, lead: LeadModel, reason: ReasonModel | None, tells: bool) -> dict[str, Any]:
        if reason is None or not tells:
            return {}
        told: dict[str, Any] = {}
        others = [
            one.pk
            for one in self.leads()
            if one is not lead and one.place == lead.place and one.active
        ]
        make = {"VK-02": "Volkswagen", "VK-03": "Volkswagen"}.get(reason.code, "Toyota")
        area = {"VK-02": "5600", "VK-03": "9999"}.get(reason.code, "5600")
        for need in reason.needs:
            if need == "original_lead" and others:
                told["original"] = others[0]
            elif need == "destination":
                told["destination"] = "parts"
            elif need == "objection":
                told["objection"] = True
            elif need == "purchase":
                told["purchase"] = {"make": make, "postcode": area}
            elif need == "preferred_car":
                told["preferred_car"] = {"make": "Toyota"}
            elif need == "own_or_other_dealer":
                told["dealer"] = "own"
            elif need == "follow_up_date":
                told["follow_up_at"] = self.now + timedelta(days=7)
            elif need == "sale":
                told["sale"] = dict(SALE)
        return told

    def approve(self, who: str, lead: LeadModel) -> None:
        allowed = None if self._may_decide(who, lead) else False
        reason = REASONS.get(lead.proposed)
        answer = self.step("approve", who, lead, allowed=allowed)
        if not answer.refused and reason is not None:
            self.model.write_off(lead, reason, self.now)
        elif allowed is None and reason is not None and self._evidence_stays(reason):
            raise Violation(f"approval of {reason.code} was refused: {answer.refused}")
        self.check()

    @staticmethod
    def _evidence_stays(reason: ReasonModel) -> bool:
        """Whether nothing that happens after the proposal can take the evidence away."""
        may_go = {"no_dialable_number", "maximum_attempts"}
        return not any(need in may_go or need.startswith("appointment") for need in reason.needs)

    def _may_decide(self, who: str, lead: LeadModel) -> bool:
        wanted = {"sales_manager"} if lead.side == "salesperson" else {"sales_manager", "team_lead"}
        return (
            lead.status == "proposed"
            and who != lead.proposer
            and bool(self.model.roles_of(who, lead.place) & wanted)
        )

    def send_back(self, who: str, lead: LeadModel, instruction: str) -> None:
        allowed = self._may_decide(who, lead)
        answer = self.step("send_back", who, lead, allowed=allowed, instruction=instruction)
        if not answer.refused:
            self.model.withdraw(lead, self.now)
            if instruction == "to_bdc" and lead.side == "salesperson":
                lead.round.end = "handed_over"
                self.model.begin(lead, "second_voice")
        self.check()

    def reopen(self, who: str, lead: LeadModel) -> None:
        roles = self.model.roles_of(who, lead.place) & {"sales_manager", "team_lead"}
        answer = self.step("reopen", who, lead, allowed=lead.status == "closed" and bool(roles))
        if not answer.refused:
            self.model.begin(lead, self._side_after_reopening(lead))
        self.check()

    def _side_after_reopening(self, lead: LeadModel) -> str:
        side = self._side_of(lead.pk)
        if not lead.active:
            wanted = {"passive"}
        elif lead.side == "salesperson":
            wanted = {"salesperson"}
            if self.model.places[lead.place].bdc_first:
                wanted.add("inbound")
        else:
            wanted = {lead.side} - {"passive"} or {"salesperson", "inbound"}
        if side not in wanted:
            raise Violation(f"lead {lead.pk} was reopened with {side} and not {wanted}")
        return side

    def assign(self, who: str, lead: LeadModel, *, user: str = "", queue: str = "") -> None:
        roles = self.model.roles_of(who, lead.place) & {"sales_manager", "team_lead"}
        sells = not user or bool(self.model.roles_of(user, lead.place) & SALES)
        fits = lead.active or (not user and queue == "passive")
        wrong_queue = lead.active and queue == "passive"
        allowed = bool(roles) and sells and fits and not wrong_queue and lead.status != "closed"
        answer = self.step("assign", who, lead, allowed=allowed, user=user, queue=queue)
        if not answer.refused:
            self._assigned(lead, user, queue)
        self.check()

    def _assigned(self, lead: LeadModel, user: str, queue: str) -> None:
        side = "salesperson" if user or queue == "catch_all" else queue
        if side == lead.side:
            self.model.let_go(lead)
            self.model.withdraw(lead, self.now)
            self.model.end_when_full(lead, self.now)
        else:
            self.model.hand_over(lead, side)

    def take(self, who: str, lead: LeadModel) -> None:
        allowed = (
            lead.queue == "catch_all"
            and lead.status != "closed"
            and bool(self.model.roles_of(who, lead.place) & SALES)
        )
        self.step("take", who, lead, allowed=allowed)
        self.check()

    def object(self, who: str, lead: LeadModel) -> None:
        roles = self._roles_for_objection(who, lead)
        answer = self.step("objection", who, lead, allowed=roles)
        if not answer.refused:
            self.model.object(lead.customer, self.now)
        self.check()

    def _roles_for_objection(self, who: str, lead: LeadModel) -> bool:
        wanted = SALES | BDC | {"receptionist"}
        return any(
            self.model.sees(who, one) and bool(self.model.roles_of(who, one.place) & wanted)
            for one in self.leads()
            if one.customer is lead.customer
        )

    def presence(self, who: str, state: str) -> None:
        self.step("presence", who, allowed=None, state=state)
        self.user(who).__dict__.get("_state").fields_cache.pop("presence", None)
        self.check()

    def next(self, who: str) -> None:
        roles = self.model.roles[who] if who not in self.model.inactive else {}
        is_agent = any(at & BDC for at in roles.values())
        answer = self.step("next", who, allowed=is_agent)
        if answer.made:
            self._offered(who, self.model.leads[answer.made])
        self.check()

    def _offered(self, who: str, lead: LeadModel) -> None:
        """Judge the offer: nobody else is there, there is a ground, and the moment is right."""
        model, now = self.model, self.now
        held = model.hold_of(who, now)
        if held is not None:
            if held.lead is not lead:
                raise Violation(f"{who} holds lead {held.lead.pk} and was offered {lead.pk}")
            return
        if lead.status != "open" or not lead.at_bdc or not lead.customer.has_number:
            raise Violation(f"lead {lead.pk} was offered, though it is no call of a queue")
        if model.held_by_other(who, lead, now):
            raise Violation(
                f"lead {lead.pk} was offered to {who} while somebody holds its customer"
            )
        if not model.roles_of(who, lead.place) & BDC:
            raise Violation(f"lead {lead.pk} was offered to {who}, who does not work there")
        if any(
            (agent, pk) == (who, lead.pk) and now - at < timedelta(minutes=30)
            for agent, pk, at in model.releases
        ):
            raise Violation(f"lead {lead.pk} was offered to {who}, who had just let it go")
        if not model.may_call(lead, now):
            raise Violation(f"lead {lead.pk} was offered, though it may not be called now")
        if not lead.active and lead.customer.parked_until and now < lead.customer.parked_until:
            raise Violation(f"lead {lead.pk} was offered within 90 days after BDC-06")
        made = lead.customer.made.get(local(now).date(), [])
        first = lead.active and not lead.tried
        if not model.promise_is_due(lead, now) and not first and day_part(now) in made:
            raise Violation(f"lead {lead.pk} was offered twice in a part of the day")
        model.hold(who, lead, now)

    def renew(self, who: str) -> None:
        at = self.now + timedelta(seconds=1)
        hold = self.model.hold_of(who, at)
        answer = self.step(
            "renew", who, allowed=hold is not None and who not in self.model.inactive
        )
        if not answer.refused and hold is not None:
            hold.until = max(hold.until, min(self.now + HOLD, hold.taken_at + LONGEST_HOLD))
        self.check()

    def release(self, who: str, reason: str) -> None:
        hold = self.model.hold_of(who, self.now + timedelta(seconds=1))
        answer = self.step(
            "release",
            who,
            allowed=hold is not None and who not in self.model.inactive,
            reason=reason,
        )
        if not answer.refused and hold is not None:
            self.model.releases.append((who, hold.lead.pk, self.now))
            del self.model.holds[who]
        self.check()

    def look(self, who: str, lead: LeadModel) -> None:
        self.step("look", who, lead, allowed=self.model.sees(who, lead))

    # -- what nobody does -------------------------------------------------------------------

    def tick(self, passed: timedelta) -> None:
        self.now += passed
        self.done.append(f"{local(self.now):%a %d %b %H:%M:%S} time passes: {passed}")
        self.steps["tick done"] += 1

    def sweep(self) -> None:
        """The timetable; a second time at once it finds nothing to do."""
        with _failing_aloud():
            self.system("sweep", lambda: sweep(self.now))
        self.model.sweep(self.now, REASONS["BDC-06"])
        self._ended_without_ground()
        self._compare_leads()
        found = _due(self.now)
        if found:
            raise Violation(f"after a sweep: {', '.join(found)}")
        before = fingerprint()
        with _failing_aloud():
            sweep(self.now)
        if fingerprint() != before:
            raise Violation("a second sweep at the same moment changed rows")
        self.check()

    def _ended_without_ground(self) -> None:
        """SYS-01 is taken over where it may be."""
        ended = Lead.objects.filter(close_reason="SYS-01", status="closed", closed_at__isnull=False)
        for pk in ended.values_list("pk", flat=True):
            lead = self.model.leads[pk]
            if lead.status == "closed":
                continue
            if not self.model.may_end_without_ground(lead, self.now):
                raise Violation(f"lead {pk} was ended for want of a ground that it has")
            self.model.let_go(lead)
            lead.round.end, lead.status, lead.system_at = "SYS-01", "closed", None

    def change_policy(self, place: int, side: str, most: int) -> None:
        """Maximums go up and down; rounds that run keep theirs."""
        where = self.world.places[place]

        def change() -> None:
            Dealership.objects.filter(pk=where.pk).update(**{f"attempts_{side}": most})

        self.system(f"policy {where.slug} {side} {most}", change)
        self._places = self._read_places()
        self.model.places[where.pk].policy[side] = most
        self.check()

    def deactivate(self, who: str, *, active: bool) -> None:
        """Somebody's account is closed, or opened again."""
        user = self.user(who)

        def change() -> None:
            user.is_active = active
            user.save(update_fields=["is_active"])
            user.__dict__.pop("_reach", None)

        self.system(f"account {who} {'opened' if active else 'closed'}", change)
        (self.model.inactive.discard if active else self.model.inactive.add)(who)
        self.check()

    def absence(self, who: str, days: float) -> None:
        begins_at, ends_at = self.now, self.now + timedelta(days=days)
        manager = "breda-manager" if who.startswith("breda") else "manager"
        taken = any(one == who and until > begins_at for one, until in self.absences)
        given = {"user": who, "begins_at": begins_at, "ends_at": ends_at}
        self.driver, driver = Domain(), self.driver
        try:
            answer = self.step("absence", manager, allowed=days >= 1 and not taken, **given)
        finally:
            self.driver = driver
        if not answer.refused:
            self.absences.append((who, ends_at))
        self.check()

    def deliver_again(self, number: int) -> None:
        """An effect is delivered, and once more; no row of a lead changes by it."""
        rows = list(Effect.objects.order_by("pk"))
        if not rows:
            return
        effect = rows[number % len(rows)]
        before = fingerprint()
        for _time in range(2):
            self.system(
                f"effect {effect.kind}",
                lambda: effects._handlers[effect.kind](effect.payload, now=self.now),
            )
        if fingerprint() != before:
            raise Violation(f"delivering {effect} changed rows")
        self.check()

    def send_again(self, number: int, *, other_body: bool) -> None:
        """What was sent with a key or an id of its source is sent once more."""
        kept = [one for one in self.sent if one[1]["external_id"]]
        if not kept:
            return
        who, body, made = kept[number % len(kept)]
        again = {**body, "interest": "other" if other_body else body["interest"]}
        key = again.pop("key")
        allowed: bool | None = bool(self.model.roles_of(who, self.place(body["dealership"]).pk))
        if self.driver.name == "http" and key and allowed:
            is_kept = self.now - self.keys[key] < timedelta(hours=23)
            allowed = not other_body if is_kept and key not in self.renewed else None
            if not is_kept:
                self.renewed.add(key)
        before = Lead.objects.count()
        answer = self.step("receive", who, allowed=allowed, body=again, key=key)
        if not answer.refused and (answer.made != made or Lead.objects.count() != before):
            raise Violation(f"what made lead {made} was sent again and made {answer.made}")
        self.check()


# -- what is asked of the database after each step ----------------------------------------------


def _tables() -> list[str]:
    wanted = ("leads_", "campaigns_", "outbox_", "bdc_idempotent", "dealers_")
    return sorted(
        name for name in connection.introspection.table_names() if name.startswith(wanted)
    )


def prepare() -> None:
    """Have the database plan once what is asked after every step of this process."""
    every = " UNION ALL ".join(
        f"SELECT '{one.id} {one.name}: ' || (q.x)::text FROM ({one.sql}) AS q(x)"
        for one in every_invariant()
    )
    due = " UNION ALL ".join(
        f"SELECT '{one.id} {one.name}: ' || (q.x)::text FROM ({one.sql}) AS q(x)"
        for one in AFTER_A_SWEEP
    )
    marks = " UNION ALL ".join(
        f"SELECT '{table}' AS t, count(*) AS n,"
        f" sum(hashtextextended(ctid::text || xmin::text, 0)) AS h FROM {table}"
        for table in _tables()
    )
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan; SET jit = off")
        cursor.execute("DEALLOCATE ALL")
        cursor.execute(f"PREPARE broken_now AS {every}")
        cursor.execute(f"PREPARE due_now(timestamptz) AS {due.replace('%s', '$1')}")
        cursor.execute(
            f"PREPARE marks AS SELECT string_agg(t || n || coalesce(h, 0), ' ' ORDER BY t)"
            f" FROM ({marks}) AS m"
        )


def _broken_now() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("EXECUTE broken_now")
        return [row[0] for row in cursor.fetchall()]


def _due(now: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXECUTE due_now('{now.isoformat()}')")
        return [row[0] for row in cursor.fetchall()]


def fingerprint() -> str:
    """Changes with every row that is written, also when it is written as it was."""
    with connection.cursor() as cursor:
        cursor.execute("EXECUTE marks")
        return str(cursor.fetchone()[0])


def _projection() -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, l.status, l.kind, l.owner_id, l.queue, (SELECT array_agg(r.side || ' '"
            " || r.attempts || '/' || r.maximum || ' ' || CASE r.ending WHEN 'closed'"
            " THEN r.reason_id ELSE r.ending END ORDER BY r.number)"
            " FROM leads_round r WHERE r.lead_id = l.id), l.system_close_at, l.customer_id,"
            " (SELECT count(*) FROM leads_event e WHERE e.lead_id = l.id)"
            " FROM leads_lead l ORDER BY l.id"
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


@contextmanager
def history(
    world: World, driver: Driver, now: datetime, steps: Counter[str] | None = None
) -> Iterator[History]:
    """A history in a transaction of its own; what went before is told with what failed."""
    with transaction.atomic():
        told = History(world, driver, now, steps)
        try:
            yield told
        except (Violation, IntegrityError) as problem:
            problem.add_note("\n".join(told.done))
            raise
        finally:
            transaction.set_rollback(True)
