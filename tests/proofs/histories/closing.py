"""Close-outs with what is told of them, decisions on them, and who has the lead next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from leads.models import FIXED_REASONS
from tests.proofs.histories.chronicle import Violation
from tests.proofs.histories.model import LeadModel, ReasonModel
from tests.proofs.histories.undoing import Undoing
from tests.proofs.histories.world import SALES

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


class Closing(Undoing):
    """The steps by which rounds end, and leads change hands."""

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
        found = self.found(who, lead)
        answer = self.step("close", who, lead, allowed=allowed, reason=code, told=told)
        if not answer.refused and reason is not None:
            self.model.close(lead, reason, who, self.now, told.get("follow_up_at"))
        self.check()
        can_be_undone = reason is not None and reason.effect != "stop_calling" and code != "VK-01"
        if not answer.refused and can_be_undone:
            self.keep(found)

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
        may_go = {"no_dialable_number", "maximum_attempts", "objection"}
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
