"""What somebody did last to a lead is undone: who may, until when, and what returns.

As product.md tells it: owner, due time and status return; attempts and what was told stay. The
round that was ended goes on under a new number, with all that was counted in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.proofs.histories.chronicle import Chronicle, Violation
from tests.proofs.histories.model import SYSTEM_ACTS, AttemptModel, LeadModel, Model, RoundModel
from tests.proofs.histories.world import BDC, SALES, local

SHORTEST_WINDOW = timedelta(seconds=10)


@dataclass(eq=False)
class StepModel:
    """What somebody does to a lead, with the lead as he found it."""

    who: str
    lead: LeadModel
    # As he found it.
    told_before: int
    round: RoundModel
    status: str
    owner: str
    queue: str
    active: bool
    promise: datetime | None
    system_at: datetime | None
    parked_until: datetime | None
    was_held: bool
    # What he did.
    at: datetime | None = None
    told_after: int = 0
    attempt: AttemptModel | None = None
    appointment: int = 0
    release: tuple[str, int, datetime] | None = None
    ends_round: bool = False
    undone_told: int | None = None


class Undoing(Chronicle):
    """The step that undoes, and what it has to know of the steps before."""

    def found(self, who: str, lead: LeadModel) -> StepModel:
        """The lead as somebody finds it, before the step."""
        held = self.model.holds.get(who)
        return StepModel(
            who,
            lead,
            told_before=self.told(lead),
            round=lead.round,
            status=lead.status,
            owner=lead.owner,
            queue=lead.queue,
            active=lead.active,
            promise=lead.promise,
            system_at=lead.system_at,
            parked_until=lead.customer.parked_until,
            was_held=held is not None and held.customer is lead.customer,
        )

    def keep(
        self,
        step: StepModel,
        *,
        attempt: AttemptModel | None = None,
        appointment: int = 0,
        release: tuple[str, int, datetime] | None = None,
    ) -> None:
        """Keep what can be undone, once rows and model were compared."""
        lead = step.lead
        step.at, step.told_after = self.now, self.told(lead)
        step.attempt, step.appointment, step.release = attempt, appointment, release
        step.ends_round = lead.status == "closed" or lead.round is not step.round
        self.done_by.append(step)

    def undo(self, who: str, lead: LeadModel) -> None:
        steps = [one for one in self.done_by if (one.who, one.lead) == (who, lead)]
        standing = [one for one in steps if one.undone_told is None]
        step = standing[-1] if standing else None
        allowed = step is not None and self._may_undo(step, self.now + timedelta(seconds=1))
        answer = self.step("undo", who, lead, allowed=allowed)
        if not answer.refused and step is not None:
            _give_back(self.model, step, self.now)
        self.check()
        if not answer.refused and step is not None:
            step.undone_told = self.told(lead)
            if (lead.owner, lead.queue) != (step.owner, step.queue):
                raise Violation(
                    f"lead {lead.pk} is back with {lead.owner or lead.queue} and not with"
                    f" {step.owner or step.queue}"
                )

    def _may_undo(self, step: StepModel, now: datetime) -> bool:
        model, lead = self.model, step.lead
        assert step.at is not None
        is_held = any(
            hold.lead is lead and hold.until > now and agent != step.who
            for agent, hold in model.holds.items()
        )
        objected_at = lead.customer.objected_at
        return (
            bool(model.roles_of(step.who, lead.place) & (SALES | BDC))
            and (local(step.at).date() == local(now).date() or now < step.at + SHORTEST_WINDOW)
            and step.told_after in (self.told(lead), self._settled(lead))
            and not is_held
            and not (objected_at is not None and objected_at > step.at)
        )

    def _settled(self, lead: LeadModel) -> int:
        """How much was told of what still stands: what was undone is as if it never was."""
        told = self.told(lead)
        undone = [one for one in self.done_by if one.lead is lead and one.undone_told is not None]
        for step in sorted(undone, key=lambda one: one.undone_told or 0, reverse=True):
            if step.undone_told == told:
                told = step.told_before
        return told


def _give_back(model: Model, step: StepModel, now: datetime) -> None:
    lead = step.lead
    if step.attempt is not None:
        step.attempt.is_withdrawn = True
    if step.appointment:
        kind, at, _live = lead.appointments[step.appointment]
        lead.appointments[step.appointment] = (kind, at, False)
    if step.release is not None:
        model.releases.remove(step.release)
    if lead.status != "proposed" or step.status == "open":
        lead.status, lead.proposed, lead.proposer = "open", "", ""
    lead.owner, lead.queue, lead.active = step.owner, step.queue, step.active
    lead.promise, lead.system_at = step.promise, step.system_at
    if step.ends_round:
        if lead.round is not step.round:
            lead.round.end = "handed_over"
        lead.rounds.append(replace(step.round, end="", follow_up_at=None))
    if lead.system_at is not None:
        lead.system_at = max(lead.system_at, now + SYSTEM_ACTS)
    model.end_when_full(lead, now)
    lead.customer.parked_until = step.parked_until
    if (
        step.was_held
        and lead.at_bdc
        and model.hold_of(step.who, now) is None
        and not model.held_by_other(step.who, lead, now)
    ):
        model.hold(step.who, lead, now)
