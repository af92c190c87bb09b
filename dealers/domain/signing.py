"""Signed deliveries, as Standard Webhooks has them: HMAC-SHA256 over id, moment and body.

Source: trust.md, abuse case 16: own secret for each source, HMAC over id.timestamp.raw body, five
minutes, compared in constant time. The package `standardwebhooks` does the same in as many lines,
but asks the time itself (a demo's clock runs ahead), takes one secret at a time, and fails with
errors of other kinds on headers and bodies that it cannot read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from dealers.models import DeliveryRefusal

TOLERANCE = timedelta(minutes=5)
VERSION = "v1"
PREFIX = "whsec_"  # by which scanners know a secret that got loose
LONGEST_ID = 200
MOST_SIGNATURES = 10  # an exchange that changes its secret sends two

Why = DeliveryRefusal.Why


@dataclass(frozen=True)
class Delivery:
    """What came in: the three headers that sign it, and the body as it was sent."""

    id: str
    timestamp: str
    signature: str
    body: bytes


def secret_of(salt: str) -> bytes:
    """The secret that belongs to a salt; it is kept nowhere."""
    return secrets_of(salt)[0]


def secrets_of(salt: str) -> list[bytes]:
    """Every secret that is valid for a salt, that of SECRET_KEY before those of earlier keys."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("dealers.exchange", salt, secret=key, algorithm="sha256").digest()
        for key in keys
    ]


def printed_secret(salt: str) -> str:
    """The secret as an exchange takes it: whsec_..."""
    return PREFIX + base64.b64encode(secret_of(salt)).decode()


def sign(delivery: Delivery, secret: bytes) -> str:
    """What the signature of `delivery` has to be, whatever it says itself."""
    signed = f"{delivery.id}.{delivery.timestamp}.".encode() + delivery.body
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"


def signature_problem(
    delivery: Delivery, secrets: Iterable[bytes], *, now: datetime
) -> DeliveryRefusal.Why | None:
    """Why a delivery cannot be trusted, or None. Whoever sent it is not told which it is."""
    if not (1 <= len(delivery.id) <= LONGEST_ID and delivery.timestamp and delivery.signature):
        return Why.UNSIGNED
    if not _is_fresh(delivery.timestamp, now):
        return Why.STALE
    given = [one.encode() for one in delivery.signature.split()[:MOST_SIGNATURES]]
    fits = [
        hmac.compare_digest(one, sign(delivery, secret).encode())
        for secret in secrets
        for one in given
    ]
    return None if any(fits) else Why.FORGED


def _is_fresh(timestamp: str, now: datetime) -> bool:
    is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12
    return is_number and abs(int(timestamp) - now.timestamp()) <= TOLERANCE.total_seconds()
