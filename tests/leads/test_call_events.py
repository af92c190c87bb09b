"""The webhook of telephone exchanges: signed, once, and facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from dealers.domain.exchanges import PREVIOUS_LASTS, renew_secret, set_exchange_active
from dealers.models import CallEvent, DeliveryRefusal, Exchange, Role
from leads.models import Attempt, Call, Conversation, Event
from tests.factories import (
    TUESDAY_10,
    call_told,
    create_dealership,
    create_exchange,
    create_extension,
    create_member,
    create_salesperson,
    receive,
    signed,
)

Why = DeliveryRefusal.Why


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership()


@pytest.fixture
def exchange(dealership):
    return create_exchange(dealership.group)


@pytest.fixture
def administrator(dealership):
    return create_member(Role.ADMINISTRATOR, dealership.group)


@pytest.fixture
def deliver(client, exchange):
    def deliver(delivery, slug=exchange.slug):
        return client.post(
            f"/telefonie/{slug}/gebeurtenissen/",
            delivery.body,
            content_type="application/json",
            headers={
                "webhook-id": delivery.id,
                "webhook-timestamp": delivery.timestamp,
                "webhook-signature": delivery.signature,
            },
        )

    return deliver


def refusals():
    return {one.why: one.count for one in DeliveryRefusal.objects.all()}


def test_an_event_is_kept_with_whose_extension_it_was(deliver, exchange, dealership):
    person = create_salesperson(dealership)
    create_extension(exchange, person)

    answer = deliver(signed(exchange, call_told(), event_id="event-1"))

    assert (answer.status_code, answer.json()) == (200, {"id": "event-1"})
    event = CallEvent.objects.get()
    assert (event.kind, event.direction, event.number) == ("ringing", "inbound", "+31612345678")
    assert (event.user, event.at, event.received_at) == (person, TUESDAY_10, TUESDAY_10)


def test_delivered_three_times_is_told_once_and_answered_the_same(deliver, exchange):
    delivery = signed(exchange, call_told())

    answers = [deliver(delivery) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("Idempotent-Replay") for answer in answers] == [None, "true", "true"]
    assert CallEvent.objects.count() == 1


def test_an_id_stands_for_one_body(deliver, exchange):
    deliver(signed(exchange, call_told(), event_id="event-1"))

    answer = deliver(signed(exchange, call_told("answered"), event_id="event-1"))

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert CallEvent.objects.get().kind == "ringing"
    assert refusals() == {Why.CONFLICT: 1}


def test_two_exchanges_may_use_the_same_id(deliver, exchange, dealership):
    other = create_exchange(dealership.group)

    deliver(signed(exchange, call_told(), event_id="1"))
    deliver(signed(other, call_told(), event_id="1"), slug=other.slug)

    assert CallEvent.objects.count() == 2


def test_what_is_not_signed_is_refused_in_the_same_words_and_counted(deliver, exchange):
    good = signed(exchange, call_told())
    other = create_exchange(exchange.group)
    old = signed(exchange, call_told(), now=TUESDAY_10 - timedelta(minutes=6))

    answers = [
        deliver(replace(good, signature="")),
        deliver(replace(good, body=good.body + b" ")),
        deliver(signed(other, call_told())),
        deliver(old),
        deliver(good, slug="no-such-exchange"),
    ]

    assert [answer.status_code for answer in answers] == [401] * 5
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["Content-Type"] == "application/problem+json"
    assert refusals() == {Why.UNSIGNED: 1, Why.FORGED: 2, Why.STALE: 1}
    assert not CallEvent.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (call_told(number="0612345678"), "number"),
        (call_told(now=TUESDAY_10 + timedelta(minutes=6)), "at"),
        (call_told(now=TUESDAY_10 - timedelta(days=32)), "at"),
        (call_told(at="0001-01-01T00:00:00+14:00"), "at"),
        (call_told(call_id="a\0b"), "body"),
        (b"no json", "body"),
    ],
)
def test_what_tells_of_no_call_is_refused_with_what_is_wrong(deliver, exchange, body, field):
    answer = deliver(signed(exchange, body))

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert refusals() == {Why.UNREADABLE: 1}
    assert not CallEvent.objects.exists()


def test_an_exchange_that_is_off_is_not_listened_to(deliver, exchange, administrator):
    set_exchange_active(exchange, active=False, by=administrator, now=TUESDAY_10)

    assert deliver(signed(exchange, call_told())).status_code == 401
    assert not CallEvent.objects.exists()


def test_two_secrets_are_valid_until_the_exchange_has_the_new_one(
    deliver, exchange, administrator, clock
):
    renew_secret(exchange, by=administrator, now=TUESDAY_10)
    renewed = Exchange.objects.get()

    def statuses(now):
        clock.move_to(now)
        both = (signed(one, call_told(now=now), now=now) for one in (renewed, exchange))
        return [deliver(delivery).status_code for delivery in both]

    assert statuses(TUESDAY_10) == [200, 200]
    assert statuses(TUESDAY_10 + PREVIOUS_LASTS) == [200, 401]


def test_made_twice_the_old_secret_is_valid_no_more(deliver, exchange, administrator):
    old = signed(exchange, call_told())
    renew_secret(exchange, by=administrator, now=TUESDAY_10)
    renew_secret(exchange, by=administrator, now=TUESDAY_10)

    assert deliver(old).status_code == 401


def test_a_secret_of_an_earlier_key_is_valid_while_the_key_is_a_fallback(
    deliver, exchange, settings
):
    before = [signed(exchange, call_told()) for _ in range(2)]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key"

    assert [deliver(one).status_code for one in (before[0], signed(exchange, call_told()))] == [
        200,
        200,
    ]
    settings.SECRET_KEY_FALLBACKS = []
    assert deliver(before[1]).status_code == 401


def test_an_exchange_that_delivers_too_often_is_told_to_wait(deliver, exchange, settings):
    settings.API_REQUESTS_A_MINUTE = 1
    deliver(signed(exchange, call_told()))

    answer = deliver(signed(exchange, call_told()))

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert CallEvent.objects.count() == 1


def test_a_body_is_bounded(deliver, exchange):
    assert deliver(signed(exchange, b"x" * (1024 * 1024 + 1))).status_code == 413


def test_no_event_is_an_attempt_a_result_or_a_conversation(deliver, exchange, dealership):
    """Whether that was the right person, and what came of it, only who spoke can say."""
    person = create_salesperson(dealership)
    create_extension(exchange, person)
    receive(dealership, phones=("06-12345678",))
    known = Event.objects.count()

    for direction in ("inbound", "outbound"):
        for kind in ("ringing", "answered", "ended"):
            told = call_told(kind, direction=direction, call_id=direction)
            assert deliver(signed(exchange, told)).status_code == 200

    assert CallEvent.objects.count() == 6
    assert Event.objects.count() == known
    for model in (Attempt, Conversation, Call):
        assert not model.objects.exists()


# --- What the database refuses ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"number": "0612345678"}, "call_event_number_is_e164_or_withheld"),
        ({"seconds": 3}, "call_event_lasts_when_it_ended"),
        ({"kind": "ended"}, "call_event_lasts_when_it_ended"),
        ({"kind": "ended", "seconds": 86_401}, "call_event_lasts_when_it_ended"),
        ({"external_id": "event-1"}, "call_event_is_told_once"),
    ],
)
def test_the_database_refuses_what_no_exchange_can_tell(deliver, exchange, fields, rule):
    deliver(signed(exchange, call_told(), event_id="event-1"))
    event = CallEvent.objects.get()
    event.pk, event.external_id = None, "event-2"
    for name, value in fields.items():
        setattr(event, name, value)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        event.save()


@pytest.mark.parametrize(
    "change", ["UPDATE dealers_callevent SET number = ''", "DELETE FROM dealers_callevent"]
)
def test_what_was_told_is_only_added_to(deliver, exchange, change):
    deliver(signed(exchange, call_told()))

    with (
        pytest.raises(IntegrityError, match="call_event_rows_are_only_added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_an_exchange_is_of_a_group_or_of_a_centre(dealership):
    with (
        pytest.raises(IntegrityError, match="exchange_of_a_group_or_a_centre"),
        transaction.atomic(),
    ):
        Exchange.objects.filter(pk=create_exchange(dealership.group).pk).update(group=None)
