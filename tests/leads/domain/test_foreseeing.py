"""What the screen foresees of an unanswered call is what then happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt
from leads.domain.foreseeing import Follows, Foreseen, if_unreached
from leads.models import Lead, Queue
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_salesperson,
    receive,
    receive_passive,
)

pytestmark = pytest.mark.django_db
NOON_OF_TUESDAY = at(24, 12, 30)
RECEIVED = at(2, 9)


def of_the_queue(place, agent):
    return receive_passive(place, now=RECEIVED)


def of_sales(place, agent):
    return receive(place, now=RECEIVED)


def called_this_morning(place, agent):
    lead = of_the_queue(place, agent)
    record_attempt(lead, result="no_answer", by=agent, now=at(24, 9))
    return lead


def called_this_hour(place, agent):
    lead = of_the_queue(place, agent)
    record_attempt(lead, result="no_answer", by=agent, now=at(24, 9, 45))
    return lead


def called_twice_today(place, agent):
    lead = called_this_morning(place, agent)
    record_attempt(lead, result="no_answer", by=agent, now=at(24, 12, 5))
    return lead


def promised_tomorrow(place, agent):
    lead = of_the_queue(place, agent)
    promise_call_back(lead, due_at=at(25, 11), by=agent, now=at(24, 9))
    return lead


def promised_for_now(place, agent):
    lead = of_the_queue(place, agent)
    promise_call_back(lead, due_at=at(24, 10, 20), by=agent, now=at(24, 9))
    return lead


def at_the_last_attempt(place, agent):
    lead = of_the_queue(place, agent)
    give_attempts(lead, agent, left=1)
    return lead


def at_the_last_attempt_in_sales(place, agent):
    lead = of_sales(place, agent)
    give_attempts(lead, lead.owner, left=1)
    return lead


def with_a_visit_at_the_last_attempt(place, agent):
    lead = at_the_last_attempt_in_sales(place, agent)
    book_appointment(lead, kind="showroom", starts_at=at(26, 14), by=lead.owner, now=at(24, 9, 30))
    return lead


def give_attempts(lead, by, *, left):
    """Attempts on the mornings before, until `left` are left."""
    round_ = lead.current_round
    days = round_.maximum - left
    for day in range(days):
        moment = at(23, 9) - timedelta(days=1 + day)
        record_attempt(lead, result="no_answer", by=by, now=moment, happened=True)


CASES = {
    of_the_queue: (Follows.AGAIN, at(24, 14)),
    of_sales: (Follows.AGAIN, at(24, 14)),
    called_this_hour: (Follows.AGAIN, at(24, 14)),
    promised_tomorrow: (Follows.PROMISE, at(25, 11)),
    promised_for_now: (Follows.AGAIN, at(24, 14)),
    at_the_last_attempt: (Follows.END, None),
    at_the_last_attempt_in_sales: (Follows.LONG_TERM, at(25, 14)),
    with_a_visit_at_the_last_attempt: (Follows.VISIT, at(26, 14)),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_what_is_foreseen_is_what_happens(case):
    place = create_dealership()
    create_salesperson(place)
    agent = create_agent(place)
    lead = Lead.objects.get(pk=case(place, agent).pk)

    foreseen = if_unreached(lead, lead.current_round, now=TUESDAY_10)
    record_attempt(lead, result="no_answer", by=lead.owner or agent, now=TUESDAY_10, happened=True)

    lead = Lead.objects.get(pk=lead.pk)
    assert (foreseen.follows, foreseen.at) == CASES[case]
    assert lead.next_call_at == foreseen.at
    assert (lead.system_close_at is not None) == (foreseen.follows == Follows.END)
    assert (lead.queue == Queue.UNREACHED) == (foreseen.follows == Follows.LONG_TERM)


@pytest.mark.parametrize(
    ("case", "now", "said"),
    [
        pytest.param(
            called_this_hour,
            TUESDAY_10,
            Foreseen(Follows.AGAIN, at(24, 14), True, "same_day_part"),
            id="this part of the day had one",
        ),
        pytest.param(
            called_twice_today,
            at(24, 17, 30),
            Foreseen(Follows.AGAIN, at(25, 17, 30), False, "day_limit"),
            id="the day had two",
        ),
        pytest.param(
            called_this_morning,
            NOON_OF_TUESDAY,
            Foreseen(Follows.AGAIN, at(25, 17, 30), True, ""),
            id="the second goes to the evening of the next working day",
        ),
    ],
)
def test_it_says_whether_the_call_counts_and_in_which_part_the_next_is(case, now, said):
    place = create_dealership()
    lead = case(place, create_agent(place))

    lead = Lead.objects.get(pk=lead.pk)

    assert if_unreached(lead, lead.current_round, now=now) == said
