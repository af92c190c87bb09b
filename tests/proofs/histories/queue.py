"""The next call: who is offered, renewed, and let go."""

from __future__ import annotations

from datetime import timedelta

from tests.proofs.histories.chronicle import Violation
from tests.proofs.histories.model import HOLD, LONGEST_HOLD, LeadModel
from tests.proofs.histories.undoing import Undoing
from tests.proofs.histories.world import BDC, day_part, local


class AtTheQueue(Undoing):
    """The steps of an agent at the queue."""

    def next(self, who: str) -> None:
        roles = self.model.roles[who] if who not in self.model.inactive else {}
        is_agent = any(at & BDC for at in roles.values())
        is_with_somebody = self.model.hold_of(who, self.now + timedelta(seconds=1)) is not None
        is_there = who not in self.model.absentees or is_with_somebody
        answer = self.step("next", who, allowed=is_agent and is_there)
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
        made = lead.customer.called_on(local(now).date())
        first = lead.active and lead.last_attempt is None
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
        found = self.found(who, hold.lead) if hold is not None else None
        answer = self.step(
            "release",
            who,
            allowed=hold is not None and who not in self.model.inactive,
            reason=reason,
        )
        release = (who, hold.lead.pk, self.now) if hold is not None else None
        if not answer.refused and release is not None:
            self.model.releases.append(release)
            del self.model.holds[who]
        self.check()
        if not answer.refused and found is not None:
            self.keep(found, release=release)
