"""Signed deliveries: what is trusted, and what is not."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dealers.domain.signing import Delivery, printed_secret, secret_of, sign, signature_problem
from dealers.models import DeliveryRefusal
from tests.factories import TUESDAY_10

Why = DeliveryRefusal.Why
SECRET = secret_of("salt")
UNSIGNED = Delivery("event-1", f"{TUESDAY_10.timestamp():.0f}", "", b'{"kind": "ringing"}')
GOOD = replace(UNSIGNED, signature=sign(UNSIGNED, SECRET))
FOREIGN = sign(UNSIGNED, secret_of("another salt"))


def judged(delivery: Delivery, *secrets: bytes, now: datetime = TUESDAY_10):
    return signature_problem(delivery, secrets or [SECRET], now=now)


def test_the_example_that_the_standard_gives_is_trusted():
    """Made by the libraries of Standard Webhooks, from the secret in their documentation."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    delivery = Delivery(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        b'{"test": 2432232314}',
    )

    assert judged(delivery, secret, now=datetime.fromtimestamp(1614265330, tz=UTC)) is None


@pytest.mark.parametrize(
    "delivery",
    [
        GOOD,
        replace(GOOD, signature=f"v1,xx {FOREIGN} {GOOD.signature}"),
        replace(GOOD, signature=f"{GOOD.signature} v2,later"),
    ],
    ids=["one signature", "one of several fits", "beside one of a later version"],
)
def test_what_is_signed_is_trusted(delivery):
    assert judged(delivery) is None


def test_one_of_two_secrets_suffices():
    assert judged(GOOD, secret_of("new salt"), SECRET) is None


@pytest.mark.parametrize(
    ("delivery", "why"),
    [
        (replace(GOOD, signature=""), Why.UNSIGNED),
        (replace(GOOD, timestamp=""), Why.UNSIGNED),
        (replace(GOOD, id=""), Why.UNSIGNED),
        (replace(GOOD, id="x" * 201), Why.UNSIGNED),
        (replace(GOOD, timestamp="yesterday"), Why.STALE),
        (replace(GOOD, timestamp="-1"), Why.STALE),
        (replace(GOOD, timestamp="9" * 5000), Why.STALE),
        (replace(GOOD, timestamp="١٧٩٥٥١١٦٠٠"), Why.STALE),
        (replace(GOOD, body=GOOD.body + b" "), Why.FORGED),
        (replace(GOOD, id="event-2"), Why.FORGED),
        (replace(GOOD, timestamp=f"{TUESDAY_10.timestamp() + 1:.0f}"), Why.FORGED),
        (replace(GOOD, signature=FOREIGN), Why.FORGED),
        (replace(GOOD, signature=GOOD.signature.replace("v1,", "v2,")), Why.FORGED),
        (replace(GOOD, signature=GOOD.signature.removeprefix("v1,")), Why.FORGED),
        (replace(GOOD, signature="v1,é\x80 , ,,"), Why.FORGED),
        (replace(GOOD, signature=" ".join(["v1,x"] * 10 + [GOOD.signature])), Why.FORGED),
    ],
)
def test_what_is_not_signed_so_is_refused(delivery, why):
    assert judged(delivery) == why


@pytest.mark.parametrize(
    ("seconds", "why"), [(-301, Why.STALE), (-300, None), (300, None), (301, Why.STALE)]
)
def test_the_moment_may_be_five_minutes_off(seconds, why):
    assert judged(GOOD, now=TUESDAY_10 + timedelta(seconds=seconds)) == why


def test_a_secret_is_read_as_the_standard_writes_it():
    printed = printed_secret("salt")

    assert base64.b64decode(printed.removeprefix("whsec_")) == SECRET
    assert len(SECRET) == 32


def test_another_key_of_spits_makes_other_secrets(settings):
    settings.SECRET_KEY = "another"

    assert secret_of("salt") != SECRET
