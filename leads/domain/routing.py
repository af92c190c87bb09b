"""Who gets a lead, and why (product.md, Routing and Roles of salespeople)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Max, Q

from bdc.accounts.models import User
from bdc.outbox.effects import enqueue
from dealers.domain.hours import is_open, next_callable, opened_at
from dealers.domain.presence import on_shift
from dealers.models import Dealership, Membership, SalesRole
from leads.domain.rounds import begin_round, give_to
from leads.domain.timeline import record
from leads.domain.up_line import in_order
from leads.models import Channel, Kind, Lead, Offer, Queue, Turn

VISITS = (Channel.WALK_IN, Channel.SERVICE_REFERRAL)
ON_THE_LEAD_DESK_FROM = 3  # the position in the up line from which a hybrid takes leads
TWO_MINUTES = timedelta(minutes=2)
TEN_MINUTES = timedelta(minutes=10)
MOST_OFFERS = 3
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ON_THE_CLOCK = (Channel.ONLINE, Channel.CHAT, Channel.EMAIL)


@dataclass(frozen=True)
class Destination:
    """An owner for a lead: a salesperson or a queue, and the code of why."""

    why: str
    owner: User | None = None
    queue: str = ""
    alarms: bool = field(default=False)


def destination_of(
    lead: Lead, *, now: datetime, without: frozenset[int] = frozenset()
) -> Destination:
    """Decide who works `lead` now; `without` are salespeople who are not asked (again)."""
    if lead.kind == Kind.PASSIVE:
        return Destination(why="passive", queue=Queue.PASSIVE)
    regular = _salesperson_who_had(lead, now=now, without=without)
    if regular is not None:
        return Destination(why="had_the_customer", owner=regular)
    if lead.dealership.routing == Dealership.Routing.BDC_FIRST:
        return Destination(why="bdc_first", queue=Queue.INBOUND)
    return destination_in_sales(lead, now=now, without=without)


def destination_in_sales(
    lead: Lead, *, now: datetime, without: frozenset[int] = frozenset()
) -> Destination:
    """Decide which salesperson works an active lead, or catch_all when there is none."""
    if not is_open(lead.dealership, now):
        return Destination(why="outside_opening_hours", queue=Queue.CATCH_ALL)
    people = on_shift(lead.dealership, now)
    turns = _turns(lead.dealership, people, now)
    stands_since = {person_id: turn.stands_since for person_id, turn in turns.items()}
    places = in_order(lead.dealership, people, stands_since, now=now)
    up_line = [place.person for place in places]
    free = {
        person.user_id
        for person in people
        if person.user_id not in without and not _is_at_the_cap(lead.dealership, person.user, now)
    }
    if lead.channel in VISITS:
        for place in places:
            if place.person.user_id in free:
                is_overridden = place.overdue > 0 and place.override is not None
                why = "first_by_override" if is_overridden else "first_in_up_line"
                return Destination(why=why, owner=place.person.user)
        return Destination(why="nobody_eligible", queue=Queue.CATCH_ALL, alarms=True)

    hybrids = [person for person in up_line if person.sales_role == SalesRole.HYBRID]
    desk = [person for person in people if person.sales_role == SalesRole.INTERNET] + [
        person
        for position, person in enumerate(up_line, start=1)
        if person.sales_role == SalesRole.HYBRID and position >= ON_THE_LEAD_DESK_FROM
    ]
    eligible = [person for person in desk if person.user_id in free]
    if eligible:
        longest_ago = min(eligible, key=lambda person: _served(turns[person.user_id]))
        return Destination(why="least_recently_served", owner=longest_ago.user)
    for person in reversed(hybrids):
        if person.user_id in free:
            return Destination(why="hybrid_furthest_back", owner=person.user)
    return Destination(why="nobody_eligible", queue=Queue.CATCH_ALL, alarms=True)


def place_new(
    lead: Lead,
    destination: Destination,
    *,
    by: User | None,
    now: datetime,
    next_call_at: datetime | None = None,
    began_with_appointment: bool = False,
) -> None:
    """Begin a round with the destination: of a new lead, or after the round before ended."""
    begin_round(
        lead,
        by=by,
        now=now,
        owner=destination.owner,
        queue=destination.queue,
        next_call_at=next_call_at or _first_call_at(lead, destination, now),
        began_with_appointment=began_with_appointment,
    )
    _after_placing(lead, destination, by=by, now=now)


def place_within_sales(
    lead: Lead, destination: Destination, *, by: User | None, now: datetime
) -> None:
    """Give a lead to somebody else in sales; the round and its count stay."""
    give_to(
        lead,
        owner=destination.owner,
        queue=destination.queue,
        next_call_at=lead.next_call_at if lead.next_call_at else now,
    )
    _after_placing(lead, destination, by=by, now=now)


def route_again(lead: Lead, *, by: User | None, now: datetime, why: str = "") -> None:
    """Route a lead in sales once more: its owner left, or it waited in catch_all."""
    without = frozenset({lead.owner_id}) if lead.owner_id else frozenset()
    destination = destination_in_sales(lead, now=now, without=without)
    if destination.owner is None and lead.queue == Queue.CATCH_ALL:
        return
    if why:
        destination = Destination(
            why=why, owner=destination.owner, queue=destination.queue, alarms=destination.alarms
        )
    place_within_sales(lead, destination, by=by, now=now)


def offer_on(lead: Lead, *, now: datetime) -> None:
    """Nobody called within two minutes: offer the lead to the next, or raise the alarm.

    After the third offer, when nobody else is eligible, or at ten minutes: catch_all.
    """
    asked = frozenset(lead.offers.values_list("salesperson_id", flat=True))
    began = lead.clock_began_at or now
    destination = destination_in_sales(lead, now=now, without=asked)
    is_over = len(asked) >= MOST_OFFERS or now - began >= TEN_MINUTES
    if is_over or destination.owner is None:
        destination = Destination(why="nobody_called", queue=Queue.CATCH_ALL, alarms=True)
    else:
        destination = Destination(why="next_after_two_minutes", owner=destination.owner)
    place_within_sales(lead, destination, by=None, now=now)


def alarm(lead: Lead, *, why: str, now: datetime) -> None:
    """Tell the managers that a lead has nobody."""
    lead.alarm_at = now
    lead.save(update_fields=["alarm_at"])
    record(lead, "alarmed", by=None, now=now, why=why)
    enqueue(
        "alarm_managers",
        key=f"alarm:{lead.pk}:{now.isoformat()}",
        payload={"lead": lead.pk},
        now=now,
    )


def _after_placing(lead: Lead, destination: Destination, *, by: User | None, now: datetime) -> None:
    if destination.owner is not None:
        record(
            lead,
            "routed_to_salesperson",
            by=by,
            now=now,
            owner=destination.owner.email,
            owner_name=str(destination.owner),
            why=destination.why,
            channel=lead.channel,
        )
        _serve(lead, destination.owner, now=now)
        enqueue(
            "tell_salesperson",
            key=f"given:{lead.pk}:{destination.owner.pk}:{now.isoformat()}",
            payload={"lead": lead.pk, "user": destination.owner.pk},
            now=now,
        )
    else:
        record(
            lead, "routed_to_queue", by=by, now=now, queue=destination.queue, why=destination.why
        )
    if destination.alarms:
        alarm(lead, why=destination.why, now=now)


def _serve(lead: Lead, salesperson: User, *, now: datetime) -> None:
    """Note whose turn it was, and start or go on with the two-minute clock."""
    turn = "stands_since" if lead.channel in VISITS else "served_at"
    turns = Turn.objects.filter(dealership=lead.dealership)
    # Many leads of one moment, as those of the night are at opening, are still one by one.
    latest = turns.aggregate(latest=Max(turn))["latest"]
    at = now if latest is None else max(now, latest + timedelta(microseconds=1))
    turns.filter(salesperson=salesperson).update(**{turn: at})
    if not _is_on_the_clock(lead, now):
        return
    Offer.objects.bulk_create(
        [Offer(lead=lead, salesperson=salesperson, at=now)], ignore_conflicts=True
    )
    lead.clock_began_at = lead.clock_began_at or now
    lead.offered_at = now
    lead.offer_ends_at = now + TWO_MINUTES
    lead.save(update_fields=["clock_began_at", "offered_at", "offer_ends_at"])


def _is_on_the_clock(lead: Lead, now: datetime) -> bool:
    """Only a new online, chat, e-mail or missed-call lead with a dialable number, in opening
    hours, until its first call is started."""
    return (
        (lead.channel in ON_THE_CLOCK or lead.is_missed_call)
        and lead.kind_at_receipt == Kind.ACTIVE
        and lead.round_number == 1
        and lead.first_call_at is None
        and lead.has_dialable_number
        and is_open(lead.dealership, now)
    )


def _first_call_at(lead: Lead, destination: Destination, now: datetime) -> datetime | None:
    if not lead.has_dialable_number:
        return None
    if destination.owner is not None:
        return now
    parked_until = lead.customer.parked_until if destination.queue == Queue.PASSIVE else None
    return next_callable(lead.dealership, max(now, parked_until or now))


def _turns(dealership: Dealership, people: list[Membership], now: datetime) -> dict[int, Turn]:
    """The turns of `people`, held until the transaction ends so that two leads never meet.

    Who never had a turn stands in the up line since the dealership opened.
    """
    turns = _held_turns(dealership, people)
    since = opened_at(dealership, now) or now
    missing = [
        Turn(dealership=dealership, salesperson=person.user, stands_since=since)
        for person in people
        if person.user_id not in turns
    ]
    if missing:
        Turn.objects.bulk_create(missing, ignore_conflicts=True)
        turns = _held_turns(dealership, people)
    return turns


def _held_turns(dealership: Dealership, people: list[Membership]) -> dict[int, Turn]:
    rows = Turn.objects.select_for_update().filter(
        dealership=dealership, salesperson__in=[person.user_id for person in people]
    )
    return {turn.salesperson_id: turn for turn in rows.order_by("salesperson_id")}


def _served(turn: Turn) -> tuple[datetime, int]:
    return turn.served_at or LONG_AGO, turn.salesperson_id


def _is_at_the_cap(dealership: Dealership, salesperson: User, now: datetime) -> bool:
    """Open leads without a future date, counted against the cap; no cap by default."""
    if dealership.open_lead_cap is None:
        return False
    without_date = Q(next_call_at=None) | Q(next_call_at__lte=now)
    count = Lead.objects.owned_by(salesperson).filter(without_date, dealership=dealership).count()
    return count >= dealership.open_lead_cap


def _salesperson_who_had(lead: Lead, *, now: datetime, without: frozenset[int]) -> User | None:
    """Who last worked an earlier lead of this customer here, if on shift now."""
    if not is_open(lead.dealership, now):
        return None
    before = list(
        lead.customer.leads.filter(
            dealership=lead.dealership,
            interest=lead.interest,
            received_at__gte=now - timedelta(days=90),
        )
        .exclude(pk=lead.pk)
        .order_by("-received_at")[:5]
    )
    if not before:
        return None
    people = on_shift(lead.dealership, now)
    here = {person.user_id: person.user for person in people}
    for earlier in before:
        last = earlier.rounds.exclude(owner=None).order_by("-number").first()
        if last is not None and last.owner_id in here and last.owner_id not in without:
            _turns(lead.dealership, people, now)
            return here[last.owner_id]
    return None
