"""What is done in a history, told to the model, and compared with the rows.

A step that is refused must change nothing, one that the model forbids must be refused, and
after each step the invariants hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection

from bdc.accounts.models import User
from dealers.models import Dealership
from leads.models import Lead
from tests.proofs.histories.model import LeadModel, Model, PlaceModel
from tests.proofs.histories.rows import broken_now, fingerprint, projection
from tests.proofs.histories.world import SALES, World, local
from tests.proofs.invariants import violations


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

    def do(self, history: Chronicle, verb: str, who: str, lead: int, **given: Any) -> Answer: ...


class Chronicle:
    """World, model and moment of one history; what is done is written down, and compared."""

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
        self.done_by: list[Any] = []  # what can be undone, in the order in which it was done
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

    def told(self, lead: LeadModel) -> int:
        """How much the timeline of a lead told when it was looked at last."""
        return int(self._before[lead.pk][1])

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
        broken = broken_now()
        if broken:
            raise Violation(", ".join(broken))

    def finish(self) -> None:
        """All invariants, one by one."""
        found = violations()
        if found:
            raise Violation("\n".join(map(str, found)))

    def _compare_leads(self) -> None:
        rows = projection()
        if set(rows) != set(self.model.leads):
            raise Violation(f"leads {sorted(rows)} and not {sorted(self.model.leads)}")
        for pk, lead in self.model.leads.items():
            status, kind, owner, queue, rounds, system_at, customer, told, objected_at = rows[pk]
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
            lead.customer.pk = lead.customer.pk or customer
            if (customer, objected_at) != (lead.customer.pk, lead.customer.objected_at):
                raise Violation(
                    f"lead {pk} is of customer {customer} who objected at {objected_at}, and not of"
                    f" {lead.customer.pk} who objected at {lead.customer.objected_at}"
                )
            lead.owner = self.world.name_of(owner) if owner else ""
            lead.queue = queue
            if lead.owner and not self.world.roles[lead.owner].get(lead.place, set()) & SALES:
                raise Violation(f"lead {pk} is with {lead.owner}, who does not sell there")
            shown = (status, kind, owner, queue, rounds, customer)
            known = self._before.get(pk)
            if known is not None and known[0] != shown and known[1] >= told:
                raise Violation(f"lead {pk} changed from {known[0]} to {shown} and nothing tells")
            self._before[pk] = (shown, told)
        known_as = [one.pk for one in self.model.customers.everyone if one.pk]
        if len(set(known_as)) != len(known_as):
            raise Violation(f"one customer is known twice: {known_as}")

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

    def _side_of(self, pk: int) -> str:
        """Where routing has put it: in sales, or in which queue."""
        owner, queue = Lead.objects.values_list("owner", "queue").get(pk=pk)
        return "salesperson" if owner or queue == "catch_all" else queue
