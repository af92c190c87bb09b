"""What telephone exchanges tell of calls is taken in: signed, once, and as a fact alone.

Source: docs/telephony.md; trust.md, abuse case 16; contract.md, Hold, and
product.md, Attempts and conversations: results are people's, so no event ever makes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bdc.errors import FieldProblem, Malformed
from bdc.transactions import retrying_atomic
from dealers.domain.signing import TOLERANCE, Delivery, secrets_of, signature_problem
from dealers.formats.exchanges import ADAPTERS, CallTold
from dealers.models import CallEvent, DeliveryRefusal, Exchange, Extension

OLDEST = timedelta(days=31)  # longer than any exchange tries again

Why = DeliveryRefusal.Why


@dataclass(frozen=True)
class Receipt:
    """What became of a delivery: the events that are new, or why it was refused."""

    events: Sequence[CallEvent] = ()
    is_repeat: bool = False
    refused: DeliveryRefusal.Why | None = None
    problems: Sequence[FieldProblem] = ()


def is_exchange(slug: str) -> bool:
    """Whether there is an exchange that may deliver at this address."""
    return Exchange.objects.filter(slug=slug, is_active=True).exists()


@retrying_atomic
def receive_delivery(slug: str, delivery: Delivery, *, now: datetime) -> Receipt:
    """Keep what a delivery tells of, once; a refused one leaves its count and nothing else."""
    exchange = Exchange.objects.filter(slug=slug, is_active=True).first()
    if exchange is None:
        return Receipt(refused=Why.FORGED)
    refused = signature_problem(delivery, _secrets(exchange, now), now=now)
    if refused is not None:
        return _refuse(exchange, refused, now=now)
    try:
        told = ADAPTERS[exchange.adapter].read(delivery.body, delivery_id=delivery.id)
        for one in told:
            _require_sensible(one, now=now)
    except Malformed as wrong:
        return _refuse(exchange, Why.UNREADABLE, now=now, problems=wrong.problems)
    digest = hashlib.sha256(delivery.body).hexdigest()
    kept = [_keep(exchange, one, digest=digest, now=now) for one in told]
    if any(event.digest != digest for event, _is_new in kept):
        return _refuse(exchange, Why.CONFLICT, now=now)
    new = [event for event, is_new in kept if is_new]
    return Receipt(new, is_repeat=not new)


def _secrets(exchange: Exchange, now: datetime) -> list[bytes]:
    salts = [exchange.salt]
    if exchange.previous_until is not None and exchange.previous_until > now:
        salts.append(exchange.previous_salt)
    return [secret for salt in salts for secret in secrets_of(salt)]


def _require_sensible(told: CallTold, *, now: datetime) -> None:
    if not now - OLDEST <= told.at <= now + TOLERANCE:
        raise Malformed(
            FieldProblem(
                "at", "not_now", _("Tell of calls of the last month, and of none ahead of time.")
            )
        )


def _keep(
    exchange: Exchange, told: CallTold, *, digest: str, now: datetime
) -> tuple[CallEvent, bool]:
    """The event, and whether it was told now for the first time."""
    extension = Extension.objects.filter(exchange=exchange, name=told.extension).first()
    return CallEvent.objects.get_or_create(
        exchange=exchange,
        external_id=told.external_id,
        defaults={
            "call_reference": told.call_reference,
            "kind": told.kind,
            "direction": told.direction,
            "number": told.number,
            "extension": told.extension,
            "user_id": extension.user_id if extension else None,
            "at": told.at,
            "received_at": now,
            "seconds": told.seconds,
            "digest": digest,
        },
    )


def _refuse(
    exchange: Exchange,
    why: DeliveryRefusal.Why,
    *,
    now: datetime,
    problems: Sequence[FieldProblem] = (),
) -> Receipt:
    counted, _made = DeliveryRefusal.objects.get_or_create(
        exchange=exchange,
        on=timezone.localtime(now).date(),
        why=why,
        defaults={"count": 0, "last_at": now},
    )
    DeliveryRefusal.objects.filter(pk=counted.pk).update(count=F("count") + 1, last_at=now)
    return Receipt(refused=why, problems=problems)
