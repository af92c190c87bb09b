"""Undo against what a colleague does next, a task that two finish, and leads that all come in
at once: each ends as one after the other would."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dealers.models import Role
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead
from leads.domain.contacting import record_conversation
from leads.domain.facts import Facts
from leads.domain.forwarding import finish_task
from leads.domain.undoing import undo
from leads.models import Event, Lead, Step, Task
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
from tests.proofs.races.at_once import at_once
from tests.proofs.races.test_serial_orders import MINUTE, Scene, prove
from tests.proofs.size import size

pytestmark = pytest.mark.django_db(transaction=True)

REPEATS = {"ci": 3, "full": 200}


def promised_lead() -> Scene:
    """An agent has promised a call-back; a colleague may work the lead as well."""
    dealership = create_dealership()
    people = {"agent": create_agent(dealership), "colleague": create_agent(dealership)}
    lead = receive_passive(dealership)
    promise_call_back(
        lead, due_at=TUESDAY_10 + timedelta(hours=3), by=people["agent"], now=TUESDAY_10
    )
    return Scene(dealership, lead, people)


def undo_of_the_agent(scene: Scene) -> Any:
    return undo(scene.lead, by=scene.people["agent"], now=TUESDAY_10 + MINUTE)


def test_undo_against_the_next_step_of_a_colleague(tally):
    tally.what = "undo against what a colleague does next"

    prove(
        tally,
        promised_lead,
        undo_of_the_agent,
        lambda scene: record_conversation(
            scene.lead,
            channel="inbound",
            by=scene.people["colleague"],
            now=TUESDAY_10 + MINUTE,
        ),
    )


def test_undo_against_its_second_press(tally):
    tally.what = "undo against the same undo"

    prove(tally, promised_lead, undo_of_the_agent, lambda scene: undo_of_the_agent(scene))
    assert not Step.objects.filter(undone_at=None).exists()


def test_of_five_who_finish_a_task_one_does(tally):
    tally.what = "one task of another department, finished by 5 at once"
    dealership = create_dealership()
    agent = create_agent(dealership)
    people = [create_member(Role.SALES_MANAGER, dealership) for _ in range(5)]

    for _ in range(size(**REPEATS)):
        lead = receive_passive(dealership)
        close_lead(
            lead, reason="BDC-04", facts=Facts(destination="parts"), by=agent, now=TUESDAY_10
        )
        task = Task.objects.get(lead=lead)

        answers = at_once(*[partial(finish_task, task, by=who, now=TUESDAY_10) for who in people])

        won = [who for who, answer in zip(people, answers, strict=True) if answer.problem is None]
        told = Event.objects.filter(lead=lead, verb="task_done").count()
        task.refresh_from_db()
        right = Counter(answer.code for answer in answers) == {"ok": 1, "task_done": 4}
        tally.count(violations=not (right and told == 1 and [task.done_by] == won))
    assert tally.violations == 0


def test_twenty_leads_at_once_are_spread_over_four_salespeople(tally):
    """Whoever was served least recently is next, also when all come in the same second."""
    tally.what = "20 leads at once, spread evenly over 4 salespeople"

    for _ in range(size(ci=1, full=100)):
        dealership = create_dealership()
        people = [create_salesperson(dealership) for _ in range(4)]

        answers = at_once(*[partial(receive, dealership)] * 20)

        leads = Lead.objects.filter(dealership=dealership)
        shares = Counter(leads.values_list("owner", flat=True))
        given = Counter(
            Event.objects.filter(lead__in=leads, verb="routed_to_salesperson").values_list(
                "lead", flat=True
            )
        )
        is_fair = shares == {one.pk: 5 for one in people}
        is_once = len(given) == 20 and set(given.values()) == {1}
        tally.count(20, violations=not (is_fair and is_once))
        assert {answer.code for answer in answers} == {"ok"}, answers
    assert tally.violations == 0, shares
    assert violations() == []
