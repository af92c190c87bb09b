"""What waits in the queues is told by dealership and queue, while dealerships are few."""

from datetime import timedelta

import pytest

from leads import gauges
from leads.domain.queue import next_lead
from leads.models import Lead
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    receive,
    receive_passive,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def place(db):
    return create_dealership(slug="noord-eindhoven")


def figures(name, *, now=TUESDAY_10 + HOUR):
    found = [one for look in LOOKS for one in look(now) if one.name == name]
    return {tuple(one.labels.values()): one.value for one in found}


LOOKS = (gauges._queues, gauges._untaken, gauges._promises_and_holds)


def due_since(lead, lapse, *, now=TUESDAY_10 + HOUR):
    Lead.objects.filter(pk=lead.pk).update(next_call_at=now - lapse)


def test_leads_that_are_due_and_for_how_long(place):
    for lapse in (HOUR, 30 * HOUR, -HOUR):
        due_since(receive_passive(place), lapse)

    passive = ("noord-eindhoven", "passive")
    assert figures("spits_queue_due")[passive] == 2
    assert figures("spits_queue_overdue")[passive] == 1
    assert figures("spits_queue_oldest_due_seconds")[passive] == 30 * 3600
    assert figures("spits_queue_due")["noord-eindhoven", "inbound"] == 0


def test_each_queue_is_counted_up_to_a_limit(place, monkeypatch):
    monkeypatch.setattr(gauges, "MOST_COUNTED", 2)
    for _ in range(3):
        due_since(receive_passive(place), HOUR)

    assert figures("spits_queue_due")["noord-eindhoven", "passive"] == 2


def test_many_dealerships_are_told_as_one(place, monkeypatch):
    monkeypatch.setattr(gauges, "MOST_DEALERSHIPS", 1)
    for where in (place, create_dealership(group=place.group)):
        due_since(receive_passive(where), HOUR)

    told = figures("spits_queue_due")

    assert told["*", "passive"] == 2
    assert {where for where, _queue in told} == {"*"}


def test_new_leads_that_nobody_was_there_for(place):
    receive(place, now=TUESDAY_10)

    assert figures("spits_untaken") == {(): 1}
    assert figures("spits_untaken_oldest_seconds") == {(): 3600}


def test_holds_that_have_not_ended(place):
    agent = create_agent(place)
    due_since(receive_passive(place), HOUR)
    assert next_lead(agent, now=TUESDAY_10 + HOUR)

    assert figures("spits_holds") == {(): 1}
    assert figures("spits_holds", now=TUESDAY_10 + 3 * HOUR) == {(): 0}
