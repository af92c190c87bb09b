"""Calls that a telephone exchange tells of: who is calling, and how long a call has taken.

Source: docs/telephony.md; ux.md 2.1, Live ("an inbound call for this agent
shows a card; the current lead stays"). An exchange knows lines, and not people: it never makes
an attempt, a result or a conversation, since whether that was the right person, and what came of
it, only who spoke can say (product.md, Attempts and conversations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from bdc.accounts.models import User
from bdc.live.announcing import announce
from bdc.transactions import retrying_atomic
from dealers.domain.call_events import Receipt, receive_delivery
from dealers.domain.exchanges import places_of
from dealers.domain.signing import TOLERANCE, Delivery
from dealers.domain.topics import of_user
from dealers.models import CallEvent, Exchange
from leads.domain.contacting import LONGEST_CALL
from leads.models import Call, Customer, CustomerPhone, Lead

SHOWN_FOR = timedelta(seconds=60)  # after the last that was told of a call
MOST_CALLS = 3
MOST_EVENTS = 20
MOST_CANDIDATES = 5
# By how much the clock of an exchange may run behind ours within one call.
CLOCKS_DIFFER = timedelta(seconds=10)

Kind, Direction = CallEvent.Kind, CallEvent.Direction


@retrying_atomic
def take_delivery(slug: str, delivery: Delivery, *, now: datetime) -> Receipt:
    """Take in what an exchange tells, and note what it says of a call that was started here."""
    receipt = receive_delivery(slug, delivery, now=now)
    for event in receipt.events:
        _note_what_it_took(event)
        if event.direction == Direction.INBOUND and event.user_id is not None:
            announce("call", of_user(event.user_id))
    return receipt


# --- Who is calling -----------------------------------------------------------------------


@dataclass(frozen=True)
class IncomingCall:
    """A call to somebody, and the customers who may be calling; no number when it is withheld."""

    event: CallEvent
    customers: Sequence[Customer]
    has_more: bool

    @property
    def number(self) -> str:
        return self.event.number


def incoming_calls(user: User, *, now: datetime) -> list[IncomingCall]:
    """The calls that `user` is called by now, the latest first."""
    told = (
        CallEvent.objects.filter(
            ~Exists(_over()),
            user=user,
            direction=Direction.INBOUND,
            kind__in=[Kind.RINGING, Kind.ANSWERED],
            received_at__gt=now - SHOWN_FOR,
            # What comes hours late, since an exchange tried again, is no call of now.
            at__gt=now - SHOWN_FOR - TOLERANCE,
            exchange__is_active=True,
        )
        .select_related("exchange")
        .order_by("-pk")[:MOST_EVENTS]
    )
    by_call = {(event.exchange_id, event.call_reference): event for event in reversed(told)}
    latest = sorted(by_call.values(), key=lambda event: -event.pk)[:MOST_CALLS]
    return [_incoming(event, user) for event in latest]


def _over() -> QuerySet[CallEvent]:
    """What ends the ringing of one extension: the end of the call, or another that took it."""
    is_end = Q(kind=Kind.ENDED, extension=OuterRef("extension"))
    is_taken = Q(kind=Kind.ANSWERED) & ~Q(extension=OuterRef("extension"))
    return CallEvent.objects.filter(
        is_end | is_taken,
        exchange=OuterRef("exchange"),
        call_reference=OuterRef("call_reference"),
    )


def _incoming(event: CallEvent, user: User) -> IncomingCall:
    found = list(_callers(event.exchange, event.number, user)[: MOST_CANDIDATES + 1])
    return IncomingCall(event, found[:MOST_CANDIDATES], has_more=len(found) > MOST_CANDIDATES)


def _callers(exchange: Exchange, number: str, user: User) -> QuerySet[Customer]:
    """The customers with this number whom `user` may see, where the exchange is in use."""
    places = places_of(exchange)
    seen = Lead.objects.visible_to(user).filter(
        dealership__in=places, customer=OuterRef("customer")
    )
    phones = CustomerPhone.objects.filter(
        Exists(seen), group__in=places.values("group"), number=number, is_dialable=True
    )
    customers = Customer.objects.filter(pk__in=phones.values("customer"), merged_into=None)
    return customers.order_by("search_name", "pk") if number else customers.none()


# --- How long a call has taken ------------------------------------------------------------


def _note_what_it_took(event: CallEvent) -> None:
    """Write down what an event tells of a started call; a result that is there keeps its own."""
    call = _started_call(event)
    if call is None:
        return
    if event.kind == Kind.ENDED and (call.ended_at is None or call.seconds is None):
        call.seconds = event.seconds
        if event.seconds:
            call.answered_at = _began(event)
    elif event.kind == Kind.ANSWERED and call.ended_at is None and not _has_ended(event):
        call.answered_at, call.seconds = event.at, None
    call.save(update_fields=["answered_at", "seconds"])


def _started_call(event: CallEvent) -> Call | None:
    """The call of this person to this number that was going on when the line was opened."""
    is_told = event.kind in (Kind.ANSWERED, Kind.ENDED) and event.direction == Direction.OUTBOUND
    if not (is_told and event.user_id and event.number):
        return None
    began = _began(event)
    to_number = Q(phone=event.number) | Q(lead__customer__phones__number=event.number)
    return (
        Call.objects.select_for_update(of=("self",))
        .filter(
            to_number,
            Q(ended_at=None) | Q(ended_at__gt=began),
            by=event.user_id,
            dealership__in=places_of(event.exchange),
            started_at__gt=began - LONGEST_CALL,
            started_at__lte=began + CLOCKS_DIFFER,
        )
        .order_by("-started_at")
        .first()
    )


def _began(event: CallEvent) -> datetime:
    """Since when was spoken."""
    return event.at - timedelta(seconds=event.seconds or 0)


def _has_ended(event: CallEvent) -> bool:
    """Whether the end was told before this, as deliveries may overtake each other."""
    return CallEvent.objects.filter(
        exchange=event.exchange_id, call_reference=event.call_reference, kind=Kind.ENDED
    ).exists()
