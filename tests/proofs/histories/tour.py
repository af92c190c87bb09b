"""One history that does everything once, so that no kind of step is left to chance."""

from __future__ import annotations

from datetime import timedelta

from tests.proofs.histories.history import History
from tests.proofs.histories.model import LeadModel
from tests.proofs.histories.world import next_good_moment

NOORD, HELMOND, BREDA = range(3)
# Each must have been done, not only refused.
STEPS = frozenset(
    {
        *("receive", "adf", "import", "next", "renew", "release", "start_call", "attempt"),
        *("conversation", "call_back", "appointment", "outcome", "quote", "close", "approve"),
        *("send_back", "reopen", "assign", "take", "objection", "presence", "account"),
        *("absence", "look", "policy", "sweep", "tick", "effect"),
        *("move", "merge", "unmerge", "withdraw_objection", "undo"),
    }
)


def tour(h: History) -> None:
    """From the first enquiry to the second voice, with all that can come between."""
    lead = _sold_by_nobody(h)
    _called_from_the_queue(h)
    _nobody_there(h)
    _everything_else(h, lead)


def _received(h: History, place: int, person: int, kind: str = "active") -> LeadModel:
    lead = h.receive(person=person, place=place, kind=kind, external_id=f"{place}-{person}-{kind}")
    assert lead is not None
    return lead


def _sold_by_nobody(h: History) -> LeadModel:
    """Sales loses a lead, a manager decides twice, and the second voice wins it back."""
    lead = _received(h, NOORD, 0)
    seller = lead.owner
    h.start_call(seller, lead)
    h.attempt(seller, lead, "spoken")
    h.quote(seller, lead)
    h.close(seller, lead, "VK-05")
    h.approve(seller, lead)
    h.send_back("manager", lead, "more_attempts")
    h.close(seller, lead, "VK-04")
    h.approve("manager", lead)
    h.tick(next_good_moment(h.now) - h.now)
    h.next("agent")
    h.appointment("agent", lead, "test_drive", timedelta(days=2))
    h.move("agent", lead, timedelta(days=3))
    h.close("agent", lead, "BDC-18")
    h.undo("agent", lead)
    h.close("agent", lead, "BDC-18")
    h.outcome("manager", lead, "showed")
    h.close(lead.owner, lead, "VK-01")
    h.reopen("team", lead)
    return lead


def _called_from_the_queue(h: History) -> None:
    """Holds, a call-back, the maximum, and the end by the system."""
    h.import_rows(place=HELMOND, people=[1, 3], words=True)
    h.next("team")
    h.renew("team")
    h.release("team", "technical")
    lead = _received(h, BREDA, 1, "passive")
    h.call_back("agent", lead, timedelta(minutes=20))
    h.tick(timedelta(minutes=40))
    h.sweep()
    for _time in range(4):
        h.attempt("agent", lead, "no_answer")
        h.tick(next_good_moment(h.now) - h.now)
    h.sweep()
    h.conversation("agent", _received(h, HELMOND, 0), "inbound")


def _nobody_there(h: History) -> None:
    """Nobody sells in Helmond any more; a manager takes what comes, and sales is away in Noord."""
    h.presence("seller", "away")
    h.user("seller").__dict__.pop("_reach", None)
    lead = _received(h, HELMOND, 3)
    h.assign("manager", lead, queue="catch_all")
    h.take("manager", lead)
    other = _received(h, NOORD, 3)
    h.deactivate("internet", active=False)
    h.absence("hybrid", 5)
    h.sweep()
    h.assign("manager2", other, user="manager2")


def _everything_else(h: History, lead: LeadModel) -> None:
    h.receive_adf(person=1, place=NOORD)
    h.send_again(0, other_body=False)
    h.change_policy(NOORD, "salesperson", 4)
    h.change_policy(NOORD, "salesperson", 1)
    for who in h.world.users:
        h.look(who, lead)
    h.deliver_again(0)
    other = _received(h, NOORD, 2)
    h.merge("admin", lead.customer, other.customer)
    h.undo_merge("team", lead.customer)
    h.object("manager", lead)
    h.merge("admin", lead.customer, other.customer)
    h.undo_merge("team", lead.customer)
    h.withdraw_objection("manager", lead.customer, "by_mistake")
    for weeks in (4, 5, 6):
        h.tick(timedelta(weeks=weeks))
        h.sweep()
