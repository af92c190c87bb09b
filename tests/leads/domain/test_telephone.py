"""Who is calling, and how long a call took, as a telephone exchange tells it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import override

from dealers.models import Membership, Role
from leads.domain.contacting import record_attempt, start_call
from leads.domain.telephone import MOST_CANDIDATES, incoming_calls, take_delivery
from leads.domain.timeline import sentence
from leads.models import Attempt, Call, Event
from tests.factories import (
    TUESDAY_10,
    call_told,
    create_agent,
    create_centre,
    create_dealership,
    create_exchange,
    create_extension,
    create_salesperson,
    receive,
    receive_passive,
    signed,
)

NUMBER = "+31612345678"
PHONES = ("06-12345678",)


def after(seconds: float):
    return TUESDAY_10 + timedelta(seconds=seconds)


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership)


@pytest.fixture
def exchange(dealership, salesperson):
    exchange = create_exchange(dealership.group)
    create_extension(exchange, salesperson)
    return exchange


@pytest.fixture
def tell(exchange):
    def tell(kind, *, at=0.0, told_at=None, of=exchange, **fields):
        """The exchange tells what happened `at` seconds after ten o'clock, or later than that."""
        now = after(at if told_at is None else told_at)
        body = call_told(kind, now=after(at), **fields)
        receipt = take_delivery(of.slug, signed(of, body, now=now), now=now)
        assert receipt.refused is None

    return tell


# --- Who is calling -----------------------------------------------------------------------


def names(user, seconds=0.0):
    return [
        [customer.name for customer in call.customers]
        for call in incoming_calls(user, now=after(seconds))
    ]


def test_who_calls_is_known_by_the_number(dealership, salesperson, tell):
    receive(dealership, name="Marieke Jansen", phones=PHONES)
    receive(dealership, name="Iemand Anders")

    tell("ringing")

    assert names(salesperson) == [["Marieke Jansen"]]
    assert names(create_salesperson(dealership)) == []


def test_a_number_of_several_customers_names_each_up_to_a_few(dealership, salesperson, tell):
    others = [receive(dealership, name=f"Kind {number} Jansen") for number in range(6)]
    for lead in others:
        lead.customer.phones.update(number=NUMBER)

    tell("ringing")

    [call] = incoming_calls(salesperson, now=TUESDAY_10)
    assert (len(call.customers), call.has_more) == (MOST_CANDIDATES, True)


@pytest.mark.parametrize("number", ["+31698765432", None], ids=["unknown", "withheld"])
def test_a_number_that_nobody_has_is_a_call_of_nobody_known(dealership, salesperson, tell, number):
    receive(dealership, phones=PHONES)

    tell("ringing", number=number)

    [call] = incoming_calls(salesperson, now=TUESDAY_10)
    assert (list(call.customers), call.number) == ([], number or "")


def test_a_number_that_was_marked_as_wrong_names_nobody(dealership, salesperson, tell):
    receive(dealership, phones=PHONES).customer.phones.update(is_dialable=False)

    tell("ringing")

    assert names(salesperson) == [[]]


def test_nobody_of_another_group_is_found(dealership, salesperson, tell):
    """Not even by who works for both: the exchange is of one."""
    elsewhere = create_dealership()
    receive(elsewhere, name="Vreemde Klant", phones=PHONES)
    Membership.objects.create(user=salesperson, role=Role.SALES_MANAGER, dealership=elsewhere)

    tell("ringing")

    assert names(salesperson) == [[]]


def test_the_exchange_of_a_centre_finds_whom_the_centre_serves(dealership, tell):
    elsewhere, strange = create_dealership(), create_dealership()
    agent = create_agent(dealership, elsewhere)
    centre = Membership.objects.get(user=agent).centre
    of_centre = create_exchange(centre)
    create_extension(of_centre, agent)
    next_door = create_dealership(group=dealership.group)
    places = {"Een": dealership, "Twee": elsewhere, "Vreemd": strange, "Buur": next_door}
    for name, place in places.items():
        receive_passive(place, name=name).customer.phones.update(number=NUMBER)
    another = create_centre(strange, next_door)
    Membership.objects.create(user=agent, role=Role.AGENT, centre=another)

    tell("ringing", of=of_centre)

    assert names(agent) == [["Een", "Twee"]]


def test_a_salesperson_is_told_of_no_passive_customer(dealership, salesperson, tell):
    receive_passive(dealership, name="Passief", phones=PHONES)

    tell("ringing")

    assert names(salesperson) == [[]]


@pytest.mark.parametrize(
    ("then", "seconds", "is_shown"),
    [
        ([], 59, True),
        ([], 60, False),
        ([("answered", {"at": 20})], 79, True),
        ([("answered", {"at": 20})], 80, False),
        ([("ended", {"at": 5})], 5, False),
        ([("answered", {"at": 5, "extension": "202"})], 5, False),
        ([("ended", {"at": 5, "extension": "202"})], 5, True),
        ([("ended", {"at": 5, "call_id": "another"})], 5, True),
    ],
    ids=[
        "still rings", "rang for a minute", "answered", "answered a minute ago", "ended",
        "taken by a colleague", "rings no more with a colleague", "another call ended",
    ],
)  # fmt: skip
def test_the_card_goes_with_the_call_or_after_a_minute(salesperson, tell, then, seconds, is_shown):
    tell("ringing")
    for kind, fields in then:
        tell(kind, **fields)

    assert len(incoming_calls(salesperson, now=after(seconds))) == is_shown


def test_an_end_that_overtakes_its_beginning_leaves_no_card(salesperson, tell):
    tell("ended", at=5)
    tell("ringing", at=0, told_at=6)

    assert names(salesperson, 7) == []


def test_a_call_that_is_told_an_hour_late_shows_no_card(salesperson, tell):
    tell("ringing", told_at=3600)

    assert names(salesperson, 3600) == []


def test_two_calls_at_once_are_two_cards_the_latest_first(dealership, salesperson, tell):
    receive(dealership, name="Eerste Beller", phones=PHONES)
    receive(dealership, name="Tweede Beller", phones=("06-87654321",))

    tell("ringing", at=0)
    tell("ringing", at=3, call_id="c-2", number="+31687654321")
    tell("answered", at=4)

    assert names(salesperson, 5) == [["Eerste Beller"], ["Tweede Beller"]]


# --- How long a call took ------------------------------------------------------------------


@pytest.fixture
def lead(dealership, salesperson):
    return receive(dealership, phones=PHONES)


def outbound(tell, kind, at, **fields):
    tell(kind, at=at, direction="outbound", **fields)


def result_of(lead, salesperson, at, **fields):
    fields = {"result": "spoken", **fields}
    attempt = record_attempt(lead, by=salesperson, now=after(at), **fields)
    return Attempt.objects.get(pk=attempt.pk)


def test_an_attempt_lasts_as_long_as_its_call_was_told_to(lead, salesperson, tell):
    start_call(lead, by=salesperson, now=TUESDAY_10)
    outbound(tell, "ringing", 2)
    outbound(tell, "answered", 10)
    outbound(tell, "ended", 144, seconds=134)

    attempt = result_of(lead, salesperson, 150)

    assert attempt.seconds == 134
    assert (attempt.call.answered_at, attempt.call.started_at) == (after(10), TUESDAY_10)
    with override("en"):
        assert sentence(Event.objects.get(verb="attempted")).endswith("It took 2:14.")


def test_what_a_person_typed_goes_before_what_was_told(lead, salesperson, tell):
    start_call(lead, by=salesperson, now=TUESDAY_10)
    outbound(tell, "ended", 144, seconds=134)

    assert result_of(lead, salesperson, 150, seconds=120).seconds == 120


def test_a_result_before_the_end_leaves_the_duration_with_the_call(lead, salesperson, tell):
    """Attempts are only added to, so what comes later is kept with the call alone."""
    start_call(lead, by=salesperson, now=TUESDAY_10)
    outbound(tell, "answered", 10)
    attempt = result_of(lead, salesperson, 140)
    outbound(tell, "ended", 144, seconds=134)
    outbound(tell, "ended", 400, seconds=20, call_id="c-2")

    assert attempt.seconds is None
    call = Call.objects.get()
    assert (call.seconds, call.answered_at) == (134, after(10))


def test_a_call_after_the_result_says_nothing_of_the_one_before(lead, salesperson, tell):
    start_call(lead, by=salesperson, now=TUESDAY_10)
    result_of(lead, salesperson, 140)
    outbound(tell, "ended", 400, seconds=20, call_id="c-2")

    assert Call.objects.get().seconds is None


def test_the_last_of_two_dials_is_the_one_that_counts(lead, salesperson, tell):
    start_call(lead, by=salesperson, now=TUESDAY_10)
    outbound(tell, "ended", 30, seconds=0)
    outbound(tell, "answered", 50, call_id="c-2")
    assert Call.objects.get().seconds is None
    outbound(tell, "ended", 100, call_id="c-2", seconds=50)

    assert result_of(lead, salesperson, 101).seconds == 50


def test_an_end_that_overtakes_the_answer_stands(lead, salesperson, tell):
    start_call(lead, by=salesperson, now=TUESDAY_10)
    outbound(tell, "ended", 70, seconds=60)
    tell("answered", at=10, told_at=71, direction="outbound")

    call = Call.objects.get()
    assert (call.seconds, call.answered_at) == (60, after(10))


@pytest.mark.parametrize(
    "fields",
    [
        {"number": "+31698765432"},
        {"number": None},
        {"extension": "202"},
        {"direction": "inbound"},
        {"at": -40},
        {"at": 1900, "seconds": 10},
    ],
    ids=[
        "another number", "withheld", "another person", "inbound", "a call before it",
        "a call long after it",
    ],
)  # fmt: skip
def test_what_is_told_of_another_call_says_nothing_of_this_one(
    dealership, exchange, lead, salesperson, tell, fields
):
    create_extension(exchange, create_salesperson(dealership), "202")
    start_call(lead, by=salesperson, now=TUESDAY_10)

    tell("ended", **{"at": 30, "direction": "outbound", "seconds": 20, **fields})

    assert Call.objects.get().seconds is None


def test_an_exchange_of_another_group_says_nothing_of_a_call_here(lead, salesperson, tell):
    elsewhere = create_exchange(create_dealership().group)
    create_extension(elsewhere, salesperson)
    start_call(lead, by=salesperson, now=TUESDAY_10)

    outbound(tell, "ended", 30, seconds=20, of=elsewhere)

    assert Call.objects.get().seconds is None
