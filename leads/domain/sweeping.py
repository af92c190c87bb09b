"""The sweeps: what time does to leads when nobody does anything.

Each picks rows by their state, so it may run twice, late, or after a long silence; each row is
dealt with in a transaction of its own, and one that fails does not stop the others.
Source: product.md, Routing, Attempts and conversations, The queue, Close-out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from bdc.transactions import retrying_atomic
from dealers.domain.hours import is_open
from dealers.domain.presence import LONG_ABSENCE
from dealers.models import Absence, Dealership, Membership, Role, Side
from leads.domain.call_backs import falls_to_team_at
from leads.domain.closing import close_lead
from leads.domain.contacting import end_call, end_calls_without_result, to_unreached
from leads.domain.due import PROMISE_IS_OVERDUE
from leads.domain.facts import Facts
from leads.domain.keeping_campaigns import give_priorities
from leads.domain.locking import lock_lead
from leads.domain.permission import agreed_follow_ups
from leads.domain.rounds import refresh_ground, round_of
from leads.domain.routing import alarm, offer_on, route_again
from leads.domain.timeline import record
from leads.domain.writing_off import write_off
from leads.models import CallBack, CloseReason, Hold, Lead, Offer, Queue, Status, Step

logger = logging.getLogger(__name__)

AT_ONCE = 500  # rows of one kind in a sweep; the next tick takes the rest
# Seconds for one kind, so that none holds up the others, nor the next tick for long.
LONGEST = 3.0
KEEP_STEPS = timedelta(days=2)  # longer than anything can be undone
DAYS_WITHOUT_GROUND = timedelta(days=30)


def sweep(now: datetime) -> dict[str, int]:
    """Do everything that is due at `now`; return how many rows each sweep dealt with."""
    return {
        "calls_without_result": _each(end_calls_without_result(now), end_call, now),
        "offers": _each(_offers_ended(now), _offer_on, now),
        "owners_left": _each(_owners_who_left(now), _route_owner_left, now),
        "catch_all": _each(_in_catch_all(now), _route_from_catch_all, now),
        "call_backs": _each(_overdue_call_backs(now), _fall_to_team, now),
        "holds": lapse_holds(now),
        "steps": forget_steps(now),
        "maximum_made": _each(_maximum_made(now), finish_unreached, now),
        "grounds": _each(_grounds_ended(now), _refresh_ground, now),
        "without_ground": _each(_without_ground(now), _close_without_ground, now),
        "priorities": give_priorities(now),
    }


def _each(ids: Iterable[int], act: Callable[..., bool | None], now: datetime) -> int:
    """Deal with each row for as long as there is time; return with how many was something done.

    `act` says False where there was nothing to do after all.
    """
    done, began = 0, time.monotonic()
    for pk in ids:
        if time.monotonic() - began > LONGEST:
            logger.warning("Sweep %s leaves rows to the next tick", act.__name__)
            break
        try:
            done += act(pk, now=now) is not False
        except Exception:  # whatever it is: the rows after this one must get their turn
            logger.exception("Sweep %s failed on row %s", act.__name__, pk)
    return done


def _offers_ended(now: datetime) -> list[int]:
    rows = Lead.objects.filter(offer_ends_at__lte=now, status=Status.OPEN)
    return list(rows.order_by("offer_ends_at").values_list("pk", flat=True)[:AT_ONCE])


@retrying_atomic
def _offer_on(pk: int, *, now: datetime) -> None:
    lead = lock_lead(Lead.objects.get(pk=pk))
    if lead.offer_ends_at is not None and lead.offer_ends_at <= now and lead.is_open:
        offer_on(lead, now=now)


def _owners_who_left(now: datetime) -> list[int]:
    """Leads whose owner was deactivated, left the dealership, or is absent for a day or more."""
    at_place = Membership.objects.filter(
        Q(dealership=OuterRef("dealership")) | Q(group=OuterRef("group")),
        user=OuterRef("owner"),
        role__in=[Role.SALESPERSON, Role.SALES_MANAGER],
    )
    absent = Absence.objects.filter(
        user=OuterRef("owner"),
        begins_at__lte=now,
        ends_at__gt=now,
        ends_at__gte=F("begins_at") + LONG_ABSENCE,
    )
    rows = Lead.objects.filter(
        Q(owner__is_active=False) | ~Exists(at_place) | Exists(absent),
        owner__isnull=False,
        status=Status.OPEN,
    )
    return list(rows.order_by("received_at").values_list("pk", flat=True)[:AT_ONCE])


@retrying_atomic
def _route_owner_left(pk: int, *, now: datetime) -> None:
    lead = lock_lead(Lead.objects.get(pk=pk))
    if lead.owner is None or not lead.is_open:
        return
    route_again(
        lead, by=None, now=now, why="owner_absent" if lead.owner.is_active else "owner_left"
    )


def _in_catch_all(now: datetime) -> list[int]:
    """Leads that nobody has, at dealerships that are open, in order of receipt.

    Which three were asked and nobody called waits to be taken: its managers were alarmed. Those
    that nobody was there for are tried again, after the new ones.
    """
    waiting = Lead.objects.filter(queue=Queue.CATCH_ALL, status=Status.OPEN).exclude(
        Exists(Offer.objects.filter(lead=OuterRef("pk"))), alarm_at__isnull=False
    )
    places = Dealership.objects.with_hours().filter(pk__in=waiting.values("dealership"))
    opened = [place.pk for place in places if is_open(place, now)]
    return list(
        waiting.filter(dealership__in=opened)
        .order_by(F("alarm_at").asc(nulls_first=True), "received_at", "pk")
        .values_list("pk", flat=True)[:AT_ONCE]
    )


@retrying_atomic
def _route_from_catch_all(pk: int, *, now: datetime) -> bool:
    """Route a lead of the night at opening, or one that nobody was there for."""
    lead = lock_lead(Lead.objects.get(pk=pk))
    if lead.queue != Queue.CATCH_ALL or (lead.alarm_at and lead.offers.exists()):
        return False
    route_again(lead, by=None, now=now)
    if lead.queue != Queue.CATCH_ALL:
        return True
    if lead.alarm_at is not None:
        return False
    alarm(lead, why="nobody_eligible", now=now)
    return True


def _overdue_call_backs(now: datetime) -> list[int]:
    since = now - PROMISE_IS_OVERDUE
    rows = CallBack.objects.filter(
        Q(taken_over_at=None) | Q(taken_over_at__lte=since),
        done_at=None,
        owner__isnull=False,
        due_at__lte=since,
    ).exclude(lead__queue__in=["", Queue.CATCH_ALL])
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE])


@retrying_atomic
def _fall_to_team(pk: int, *, now: datetime) -> None:
    """An agent's overdue promise falls to the team; a salesperson's stays his."""
    promise = CallBack.objects.select_for_update(of=("self",)).select_related("lead").get(pk=pk)
    falls_at = falls_to_team_at(promise)
    if promise.done_at is not None or falls_at is None or falls_at > now:
        return
    promise.owner = None
    promise.fell_to_team_at = now
    promise.save(update_fields=["owner", "fell_to_team_at"])
    record(promise.lead, "call_back_fell_to_team", by=None, now=now)


def lapse_holds(now: datetime) -> int:
    """Remove holds whose time is over; the customers are offered again."""
    deleted, _per_model = Hold.objects.filter(until__lte=now).delete()
    return deleted


def forget_steps(now: datetime) -> int:
    """Remove steps that nobody can undo any more; what was undone stays marked."""
    old = Step.objects.filter(undone_at=None, at__lt=now - KEEP_STEPS).order_by("at")
    deleted, _per_model = Step.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])
    ).delete()
    return deleted


def _maximum_made(now: datetime) -> list[int]:
    rows = Lead.objects.filter(system_close_at__lte=now, status=Status.OPEN)
    return list(rows.order_by("system_close_at").values_list("pk", flat=True)[:AT_ONCE])


@retrying_atomic
def finish_unreached(pk: int, *, now: datetime) -> None:
    """The maximum is made and nobody acted: BDC-06, or on to `unreached` from sales."""
    lead = lock_lead(Lead.objects.get(pk=pk))
    if not lead.is_open or lead.system_close_at is None or lead.system_close_at > now:
        return
    if round_of(lead).side in (Side.SALESPERSON, Side.INBOUND):
        to_unreached(lead, now=now)
    else:
        close_lead(lead, reason="BDC-06", facts=Facts(), by=None, now=now)


def _grounds_ended(now: datetime) -> list[int]:
    rows = Lead.objects.not_closed().filter(callable_until__lte=now)
    return list(rows.order_by("callable_until").values_list("pk", flat=True)[:AT_ONCE])


@retrying_atomic
def _refresh_ground(pk: int, *, now: datetime) -> None:
    lead = lock_lead(Lead.objects.get(pk=pk))
    refresh_ground(lead, now=now)
    lead.save(update_fields=["callable_until", "without_ground_since"])


def _without_ground(now: datetime) -> list[int]:
    """Queue leads that nobody may call since 30 days, without a promise or a later date."""
    promised = CallBack.objects.filter(lead=OuterRef("pk"), done_at=None)
    rows = Lead.objects.filter(
        Q(next_call_at=None) | Q(next_call_at__lte=now),
        ~Exists(promised),
        ~Exists(agreed_follow_ups(now)),
        without_ground_since__lte=now - DAYS_WITHOUT_GROUND,
        status=Status.OPEN,
    ).exclude(queue__in=["", Queue.CATCH_ALL])
    return list(rows.order_by("without_ground_since").values_list("pk", flat=True)[:AT_ONCE])


@retrying_atomic
def _close_without_ground(pk: int, *, now: datetime) -> None:
    lead = lock_lead(Lead.objects.get(pk=pk))
    refresh_ground(lead, now=now)
    since = lead.without_ground_since
    if not lead.is_open or since is None or now - since < DAYS_WITHOUT_GROUND:
        lead.save(update_fields=["callable_until", "without_ground_since"])
        return
    write_off(
        lead,
        round_of(lead),
        reason=CloseReason.objects.get(pk="SYS-01"),
        by=None,
        now=now,
        facts={"without_ground_days": (now - since).days},
    )
