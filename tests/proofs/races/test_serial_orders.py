"""Two things at once end as one after the other would: every outcome is that of an order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bdc.accounts.models import User
from dealers.models import Dealership, Role
from leads.domain.approving import approve
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.facts import Facts
from leads.domain.holding import HOLD_LASTS
from leads.domain.merging import merge_customers
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.domain.sweeping import lapse_holds, sweep
from leads.models import Attempt, Customer, Event, Hold, Lead
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.proofs.invariants import violations
from tests.proofs.races.at_once import answer_of, at_once
from tests.proofs.size import size

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    """A dealership of its own with one lead, and who is about to do something with it."""

    dealership: Dealership
    lead: Lead
    people: dict[str, User] = field(default_factory=dict)
    other: Lead | None = None  # of another customer, who may be the same person

    def name_of(self, user_id: int | None) -> str | None:
        """Who somebody is in this scene, so that scenes can be compared."""
        if user_id is None:
            return None
        return next((name for name, one in self.people.items() if one.pk == user_id), "a stranger")


Act = Callable[[Scene], Any]


def state_of(scene: Scene) -> tuple[Any, ...]:
    """Everything about the lead that a person could see, without numbers and moments."""
    lead = Lead.objects.get(pk=scene.lead.pk)
    rounds = [
        (one.side, scene.name_of(one.owner_id), one.ending, one.reason_id, one.attempts)
        for one in lead.rounds.all()
    ]
    return (
        (lead.status, lead.queue, scene.name_of(lead.owner_id), lead.close_reason_id),
        tuple(rounds),
        tuple(one.decision for one in lead.proposals.all()),
        tuple(scene.name_of(hold.agent_id) for hold in Hold.objects.filter(lead=lead)),
        tuple((one.result, one.is_late) for one in Attempt.objects.filter(lead=lead)),
        tuple(sorted(Event.objects.filter(lead=lead).values_list("verb", flat=True))),
        tuple(scene.name_of(offer.salesperson_id) for offer in lead.offers.order_by("pk")),
        lead.customer.objected_at is not None,
        _other_state_of(scene, lead),
    )


def _other_state_of(scene: Scene, lead: Lead) -> tuple[Any, ...]:
    if scene.other is None:
        return ()
    other = Lead.objects.get(pk=scene.other.pk)
    first, second = Customer.objects.order_by("pk").filter(
        pk__in=[scene.lead.customer_id, scene.other.customer_id]
    )
    return (
        (other.status, other.queue, other.close_reason_id),
        (other.customer_id == lead.customer_id, first.is_merged, second.is_merged),
        tuple(scene.name_of(hold.agent_id) for hold in Hold.objects.filter(lead=other)),
        tuple(sorted(Event.objects.filter(lead=other).values_list("verb", flat=True))),
    )


def outcomes_of_an_order(set_up: Callable[[], Scene], left: Act, right: Act, *, swap: bool) -> Any:
    scene = set_up()
    codes = {}
    for act in (right, left) if swap else (left, right):
        codes[act] = answer_of(lambda act=act: act(scene)).code
    return codes[left], codes[right], state_of(scene)


def prove(
    tally, set_up: Callable[[], Scene], left: Act, right: Act, *, skips: bool = False
) -> None:
    """Race `left` and `right` time and again; each end must be that of one of the two orders.

    With `skips`, `right` may also find nothing to do: it passes by what is locked.
    """
    orders = [outcomes_of_an_order(set_up, left, right, swap=swap) for swap in (False, True)]
    if skips:
        orders.append(outcomes_of_an_order(set_up, left, lambda _scene: None, swap=False))
    seen = [0] * len(orders)
    strange = []
    for _ in range(size(ci=4, full=500)):
        scene = set_up()
        answers = at_once(partial(left, scene), partial(right, scene))
        end = (answers[0].code, answers[1].code, state_of(scene))
        if end in orders:
            seen[orders.index(end)] += 1
        else:
            strange.append(end)
        tally.count(violations=end not in orders)
    tally.remark = f"ends by order: {' and '.join(str(count) for count in seen)}"
    assert strange == []
    assert violations() == []


def proposed_lead() -> Scene:
    dealership = create_dealership()
    people = {
        "salesperson": create_salesperson(dealership),
        "manager": create_member(Role.SALES_MANAGER, dealership),
    }
    lead = receive(dealership)
    record_conversation(lead, channel="inbound", by=people["salesperson"], now=TUESDAY_10)
    close_lead(lead, reason="VK-07", facts=Facts(), by=people["salesperson"], now=TUESDAY_10)
    return Scene(dealership, lead, people)


def test_approval_against_objection(tally):
    tally.what = "approval of a close-out against an objection"

    prove(
        tally,
        proposed_lead,
        lambda scene: approve(scene.lead, by=scene.people["manager"], now=TUESDAY_10 + MINUTE),
        lambda scene: record_objection(scene.lead.customer, by=None, now=TUESDAY_10 + MINUTE),
    )


def test_two_managers_approve_one_proposal(tally):
    tally.what = "approval of a close-out against its approval by another"

    def with_two_managers() -> Scene:
        scene = proposed_lead()
        scene.people["other"] = create_member(Role.SALES_MANAGER, scene.dealership)
        return scene

    prove(
        tally,
        with_two_managers,
        lambda scene: approve(scene.lead, by=scene.people["manager"], now=TUESDAY_10),
        lambda scene: approve(scene.lead, by=scene.people["other"], now=TUESDAY_10),
    )


def offered_lead() -> Scene:
    """Nobody has called within two minutes; another salesperson is there."""
    dealership = create_dealership()
    people = {"first": create_salesperson(dealership), "second": create_salesperson(dealership)}
    lead = receive(dealership)
    return Scene(dealership, lead, people)


def test_close_against_the_offer_to_the_next(tally):
    tally.what = "close-out against the offer of the lead to the next"

    def close(scene: Scene) -> Lead:
        return close_lead(
            scene.lead,
            reason="BDC-04",
            facts=Facts(destination="parts"),
            by=scene.people[str(scene.name_of(scene.lead.owner_id))],
            now=TUESDAY_10 + 3 * MINUTE,
        )

    prove(
        tally,
        offered_lead,
        close,
        lambda scene: _sweep_of(scene, TUESDAY_10 + 3 * MINUTE),
    )


def test_start_of_a_call_against_the_offer_to_the_next(tally):
    tally.what = "start of a call against the offer of the lead to the next"

    prove(
        tally,
        offered_lead,
        lambda scene: start_call(
            scene.lead,
            by=scene.people[str(scene.name_of(scene.lead.owner_id))],
            now=TUESDAY_10 + 3 * MINUTE,
        ),
        lambda scene: _sweep_of(scene, TUESDAY_10 + 3 * MINUTE),
    )


def _sweep_of(scene: Scene, now) -> None:
    """Offer on what nobody called about; of this scene, since the others stand still."""
    Lead.objects.exclude(pk=scene.lead.pk).filter(offer_ends_at__isnull=False).update(
        offer_ends_at=None
    )
    sweep(now)


def held_lead() -> Scene:
    """An agent has called; his hold ends at this very moment, and a colleague asks for a call."""
    dealership = create_dealership()
    people = {"caller": create_agent(dealership), "colleague": create_agent(dealership)}
    lead = receive_passive(dealership)
    hold = next_lead(people["caller"], now=TUESDAY_10)
    assert hold is not None
    start_call(lead, by=people["caller"], now=TUESDAY_10)
    return Scene(dealership, lead, people)


AFTER_THE_HOLD = TUESDAY_10 + HOLD_LASTS + timedelta(seconds=1)


def result(scene: Scene) -> Any:
    return record_attempt(
        scene.lead, result="no_answer", by=scene.people["caller"], now=AFTER_THE_HOLD
    )


def test_result_against_the_lapse_of_its_hold(tally):
    tally.what = "result of a call against the lapse of its hold"

    prove(tally, held_lead, result, lambda scene: lapse_holds(AFTER_THE_HOLD))


def test_result_against_a_colleague_who_is_given_the_customer(tally):
    tally.what = "result of a call against a colleague who gets the customer"

    prove(
        tally,
        held_lead,
        result,
        lambda scene: next_lead(scene.people["colleague"], now=AFTER_THE_HOLD),
    )


def test_result_against_its_second_press(tally):
    tally.what = "result of a call against the same result"

    prove(tally, held_lead, result, result)


def test_conversation_against_an_objection(tally):
    tally.what = "spoken result of a call against an objection"

    prove(
        tally,
        held_lead,
        lambda scene: record_attempt(
            scene.lead, result="spoken", by=scene.people["caller"], now=TUESDAY_10 + MINUTE
        ),
        lambda scene: record_objection(scene.lead.customer, by=None, now=TUESDAY_10 + MINUTE),
    )


def test_repeat_enquiry_against_an_objection(tally):
    tally.what = "repeat enquiry against an objection"

    prove(
        tally,
        held_lead,
        lambda scene: receive(
            scene.dealership,
            phones=(scene.lead.customer.phones.get().number,),
            interest="new",
            now=TUESDAY_10 + MINUTE,
        ),
        lambda scene: record_objection(scene.lead.customer, by=None, now=TUESDAY_10 + MINUTE),
    )


def two_customers() -> Scene:
    dealership = create_dealership()
    people = {
        "agent": create_agent(dealership),
        "manager": create_member(Role.SALES_MANAGER, dealership),
    }
    lead, other = receive_passive(dealership), receive_passive(dealership)
    return Scene(dealership, lead, people, other)


def merge(scene: Scene) -> Any:
    assert scene.other is not None
    return merge_customers(scene.lead.customer, scene.other.customer, by=None, now=TUESDAY_10)


def merge_the_other_way(scene: Scene) -> Any:
    assert scene.other is not None
    return merge_customers(scene.other.customer, scene.lead.customer, by=None, now=TUESDAY_10)


def call_of_the_other(scene: Scene) -> Any:
    assert scene.other is not None
    return start_call(scene.other, by=scene.people["agent"], now=TUESDAY_10)


def test_merge_against_a_hold(tally):
    tally.what = "merge of customers against an agent who is given one of them"

    prove(
        tally,
        two_customers,
        merge,
        lambda scene: next_lead(
            scene.people["agent"], now=TUESDAY_10, dealership=scene.dealership.slug
        ),
        skips=True,
    )


def test_merge_against_a_call(tally):
    tally.what = "merge of customers against the start of a call"

    prove(tally, two_customers, merge, call_of_the_other)


def test_merge_against_the_merge_the_other_way(tally):
    tally.what = "merge of customers against their merge the other way round"

    prove(tally, two_customers, merge, merge_the_other_way)


def test_merge_against_an_objection(tally):
    tally.what = "merge of customers against an objection of one of them"

    def object_to_calls(scene: Scene) -> Any:
        assert scene.other is not None
        return record_objection(scene.other.customer, by=None, now=TUESDAY_10)

    prove(tally, two_customers, merge, object_to_calls)


def test_two_sweeps_at_once_do_what_one_does(tally):
    """Offers run out, calls get no result, holds lapse, rounds are at their maximum: twice."""
    tally.what = "leads swept by two sweeps at once"
    now = TUESDAY_10 + 40 * MINUTE
    many = size(ci=6, full=200)

    def due() -> list[Scene]:
        return [scene for _ in range(many) for scene in (offered_lead(), held_lead())]

    alone = due()
    sweep(now)
    expected = [state_of(scene) for scene in alone]
    together = due()

    answers = at_once(*[lambda: sweep(now)] * 2)

    ends = [state_of(scene) for scene in together]
    wrong = sum(1 for end, one in zip(ends, expected, strict=True) if end != one)
    tally.count(len(ends), violations=wrong)
    assert [answer.code for answer in answers] == ["ok", "ok"]
    assert wrong == 0
    assert "no_answer" in str(expected)
    assert "alarmed" in str(expected)
