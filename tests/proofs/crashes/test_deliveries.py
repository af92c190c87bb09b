"""A message that comes three times, two timetables, or none for hours: the work is done once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core import mail

from bdc.jobs import run_job, slot_of
from bdc.models import JobRun
from bdc.outbox import effects
from bdc.outbox.effects import carry_out_due
from bdc.outbox.models import Effect
from dealers.models import Dealership, Role
from leads.domain.closing import close_lead
from leads.domain.contacting import start_call
from leads.domain.facts import Facts
from leads.models import Attempt, Event, Hold
from leads.tasks import sweep
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.proofs.races.at_once import at_once
from tests.proofs.size import size

pytestmark = pytest.mark.django_db(transaction=True)

TEN_SECONDS = timedelta(seconds=10)
HOUR = timedelta(hours=1)


def give_a_lead(dealership: Dealership) -> None:
    create_salesperson(dealership)
    receive(dealership)


def leave_a_lead_to_nobody(dealership: Dealership) -> None:
    create_member(Role.SALES_MANAGER, dealership)
    receive(dealership)


def close_without_a_number(dealership: Dealership) -> None:
    lead = receive_passive(dealership, phones=(), emails=("sanne@voorbeeld.example",))
    close_lead(lead, reason="BDC-03", facts=Facts(), by=create_agent(dealership), now=TUESDAY_10)


def close_as_meant_for_another(dealership: Dealership) -> None:
    create_member(Role.SALES_MANAGER, dealership)
    close_lead(
        receive_passive(dealership),
        reason="BDC-04",
        facts=Facts(destination="sales"),
        by=create_agent(dealership),
        now=TUESDAY_10,
    )


# What asks for each effect. A new kind of effect needs a line here.
ASKED_BY: dict[str, Callable[[Dealership], None]] = {
    "tell_salesperson": give_a_lead,
    "alarm_managers": leave_a_lead_to_nobody,
    "ask_contact_details": close_without_a_number,
    "forward_lead": close_as_meant_for_another,
}


def test_every_kind_of_effect_is_tried():
    assert set(effects._handlers) == set(ASKED_BY)


@pytest.mark.parametrize("kind", ASKED_BY)
def test_effect_that_is_rung_for_three_times_is_carried_out_once(tally, kind):
    tally.what = f"messages, each delivered three times: {kind}"
    for _ in range(size(ci=3, full=500)):
        mail.outbox.clear()
        Effect.objects.all().delete()
        ASKED_BY[kind](create_dealership())
        assert Effect.objects.get().kind == kind

        together = at_once(*[partial(carry_out_due, TUESDAY_10)] * 2)
        later = carry_out_due(TUESDAY_10 + HOUR)

        tried = sum(answer.value for answer in together) + later
        done = Effect.objects.get()
        right = (len(mail.outbox), tried, done.attempts, done.done_at) == (1, 1, 1, TUESDAY_10)
        tally.count(violations=not right)
    assert tally.violations == 0


def test_sweep_that_is_rung_for_three_times_runs_once(tally):
    tally.what = "messages, each delivered three times: sweep of leads"
    for number in range(size(ci=3, full=200)):
        now = TUESDAY_10 + number * TEN_SECONDS
        with time_machine.travel(now, tick=False):
            answers = at_once(*[sweep] * 2) + at_once(sweep)
        tally.count(violations=Counter(one.value for one in answers) != {True: 1, False: 2})
    assert tally.violations == 0


def test_three_timetables_work_each_slot_once(tally):
    tally.what = "slots of the timetable, rung by three timetables at once"
    worked: list[int] = []

    for number in range(size(ci=50, full=1_000)):
        slot = slot_of(TUESDAY_10 + number * TEN_SECONDS, every=TEN_SECONDS)

        def work(number: int = number) -> dict[str, object]:
            worked.append(number)
            return {}

        ring = partial(run_job, "proof", slot=slot, now=slot, work=work)
        answers = at_once(ring, ring, ring)

        tally.count(violations=Counter(one.value for one in answers) != {True: 1, False: 2})
    assert (tally.violations, sorted(worked)) == (0, list(range(tally.tried)))


def test_timetable_that_was_away_for_two_hours_catches_up_once(tally):
    tally.what = "leads that fell due while the timetable was away for two hours"
    dealership, called = create_dealership(), create_dealership()
    create_salesperson(dealership)
    create_member(Role.SALES_MANAGER, dealership)
    offered = [receive(dealership) for _ in range(size(ci=5, full=200))]
    called_by = []
    for _ in offered:
        agent = create_agent(called)
        call = start_call(receive_passive(called), by=agent, now=TUESDAY_10)
        called_by.append(call.lead)
    with time_machine.travel(TUESDAY_10, tick=False):
        assert sweep() is True

    for later in (2 * HOUR, 2 * HOUR + TEN_SECONDS, 2 * HOUR + 2 * TEN_SECONDS):
        with time_machine.travel(TUESDAY_10 + later, tick=False):
            assert sweep() is True

    alarms = Counter(Event.objects.filter(verb="alarmed").values_list("lead", flat=True))
    results = Counter(Attempt.objects.values_list("lead", flat=True))
    tally.count(
        len(offered) + len(called_by),
        violations=(alarms != {lead.pk: 1 for lead in offered})
        + (results != {lead.pk: 1 for lead in called_by}),
    )
    assert tally.violations == 0
    assert JobRun.objects.filter(job="sweep_leads").count() == 4
    assert not Hold.objects.exists()
