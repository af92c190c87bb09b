"""Next call, by many agents at once: no customer is offered to two of them."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from bdc.accounts.models import User
from leads.domain.agents_work import Scope
from leads.domain.contacting import record_attempt
from leads.domain.due import Search
from leads.domain.queue import next_lead
from leads.models import Hold, Lead
from tests.factories import TUESDAY_10, create_agent, create_dealership, receive_passive
from tests.proofs.races.many_leads import fill
from tests.proofs.size import CI, asked, size

pytestmark = pytest.mark.django_db(transaction=True)

Take = Callable[[User], Lead | None]


def take_and_end(agent: User) -> Lead | None:
    """Take the next call; its result, which a proof of attempts tries, is left to one UPDATE."""
    hold = next_lead(agent, now=TUESDAY_10)
    if hold is None:
        return None
    with transaction.atomic():
        Lead.objects.filter(pk=hold.lead_id).update(next_call_at=None)
        Hold.objects.filter(pk=hold.pk).delete()
    return hold.lead


def read_then_update(agent: User) -> Lead | None:
    """What a queue does without locks: look who is next, then write that he is taken."""
    lead = Lead.objects.filter(next_call_at__isnull=False).order_by("next_call_at", "pk").first()
    if lead is not None:
        Lead.objects.filter(pk=lead.pk).update(next_call_at=None)
    return lead


def work_off(agents: list[User], take: Take) -> tuple[Counter[int], float]:
    """Let each agent take calls until none is left; return how often each customer was offered,
    and how many were claimed a second."""
    offered: list[int] = []

    def work(agent: User) -> None:
        misses = 0
        while misses < 3:  # what others are busy with is skipped, so one "nothing" is not the end
            lead = take(agent)
            if lead is None:
                misses += 1
                time.sleep(0.05)
            else:
                misses = 0
                offered.append(lead.customer_id)

    began = time.monotonic()
    threads_wait_for = max(600.0, Lead.objects.count() / 10)
    workers = [threading.Thread(target=_with_connection, args=[work, agent]) for agent in agents]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(threads_wait_for)
    return Counter(offered), len(offered) / (time.monotonic() - began)


def _with_connection(work: Callable[[User], None], agent: User) -> None:
    try:
        work(agent)
    finally:
        connection.close()


def test_every_customer_is_offered_once(tally):
    agents, customers = (20 if asked() == CI else 200), size(ci=80, full=100_000)
    dealership = create_dealership()
    fill(dealership, customers=customers)
    people = [create_agent(dealership) for _ in range(agents)]

    offered, a_second = work_off(people, take_and_end)

    doubles = sum(1 for times in offered.values() if times > 1)
    never = customers - len(offered)
    tally.what = "next call: customers, each offered once"
    tally.count(customers, violations=doubles + never)
    tally.remark = f"by {agents} agents, {a_second:.0f} claims/s"
    assert (doubles, never) == (0, 0)


def test_without_locks_customers_are_offered_twice(tally):
    """The control: the same measure finds doubles where nothing prevents them."""
    customers = 300
    dealership = create_dealership()
    fill(dealership, customers=customers)
    people = [create_agent(dealership) for _ in range(20)]

    offered, _ = work_off(people, read_then_update)

    doubles = sum(1 for times in offered.values() if times > 1)
    tally.what = "next call without locks (control: doubles must be found)"
    tally.count(customers)
    tally.remark = f"{doubles} doubles found"
    assert doubles > 0


def test_customer_with_two_leads_is_offered_once_in_a_part_of_the_day(tally):
    """Each customer has two due leads; the result of the one keeps the other from being called."""
    customers = size(ci=40, full=2_000)
    dealership = create_dealership()
    fill(dealership, customers=customers, leads_each=2)
    people = [create_agent(dealership) for _ in range(8)]

    def call(agent: User) -> Lead | None:
        hold = next_lead(agent, now=TUESDAY_10)
        if hold is None:
            return None
        record_attempt(hold.lead, result="no_answer", by=agent, now=TUESDAY_10)
        return hold.lead

    offered, _ = work_off(people, call)

    doubles = sum(1 for times in offered.values() if times > 1)
    tally.what = "next call: customers with two leads, called once"
    tally.count(customers, violations=doubles + customers - len(offered))
    assert (doubles, len(offered)) == (0, customers)


def test_who_looked_before_a_colleague_called_does_not_call_again():
    """One agent has found the second lead of a customer; before the hold is made, a colleague is
    given the first one, calls, and ends."""
    dealership = create_dealership()
    slow, quick = create_agent(dealership), create_agent(dealership)
    first = receive_passive(dealership)
    second = fill_second_lead_of(first)
    scopes = (Scope(frozenset({dealership.pk})),)
    search = Search(agent_id=slow.pk, scopes=scopes, now=TUESDAY_10)

    found = search.lock_best(without=[first.pk])  # and lets go at once, outside a transaction
    assert found is not None
    assert found.lead_id == second.pk
    called = _call(quick)

    assert called is not None
    assert called.lead_id == first.pk
    assert search.hold_if_due(second.pk) is None


def fill_second_lead_of(lead: Lead) -> Lead:
    again = receive_passive(
        lead.dealership,
        phones=(lead.customer.phones.get().number,),
        interest="service",
    )
    assert again.customer_id == lead.customer_id
    return again


def _call(agent: User) -> Hold | None:
    hold = next_lead(agent, now=TUESDAY_10)
    if hold is not None:
        record_attempt(hold.lead, result="no_answer", by=agent, now=TUESDAY_10)
    return hold
