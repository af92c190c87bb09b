"""Next call: the best due lead that an agent may work on (product.md, The queue)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed
from bdc.transactions import retrying_atomic
from dealers.domain.hours import is_open, local, may_call_at, next_callable
from dealers.models import Dealership
from leads.domain.access import everywhere, may_anywhere
from leads.domain.cadence import MOST_A_DAY, day_part
from leads.domain.holding import KEPT_FROM_THIS_AGENT, claim, hold_of
from leads.domain.permission import agreed_follow_ups, may_call
from leads.domain.rounds import refresh_ground
from leads.models import (
    QUEUE_ORDER,
    Attempt,
    CallBack,
    Hold,
    Kind,
    Lead,
    LeadQuerySet,
    Queue,
    Release,
    Status,
)

# An agent's own promise is the team's from a quarter of an hour after its time.
PROMISE_IS_OVERDUE = timedelta(minutes=15)
MOST_TRIES = 20
MOST_COUNTED = 100


@retrying_atomic
def next_lead(
    agent: User, *, now: datetime, queue: str = "", campaign: str = "", dealership: str = ""
) -> Hold | None:
    """Hold the best due lead for `agent` and return the hold; None when nothing is due.

    Called again while holding: the same lead. Overdue call-backs come first, then due ones,
    then inbound, second_voice, unreached and passive, by campaign priority and due time.
    Raises Malformed for a queue that is not called from, NotAllowed for who is no agent.
    """
    require_agent(agent)
    if queue and queue not in QUEUE_ORDER:
        raise Malformed(FieldProblem("queue", "unknown_queue", _("There is no such call queue.")))
    held = hold_of(agent, now)
    if held is not None:
        return held
    places = _places(agent)
    if dealership:
        places = [place for place in places if place.slug == dealership]
    wanted = Q(queue=queue) if queue else ~Q(queue="")
    if campaign:
        wanted &= Q(campaign__slug=campaign)
    tried: list[int] = []
    for _try in range(MOST_TRIES):
        lead = _best_due(places, agent, now=now, wanted=wanted, without=tried)
        if lead is None:
            return None
        tried.append(lead.pk)
        permission = may_call(lead, now=now)
        if not permission.allowed:
            refresh_ground(lead, now=now)
            lead.save(update_fields=["callable_until", "without_ground_since"])
            continue
        hold = claim(lead, agent=agent, now=now)
        if hold is not None:
            return hold
    return None


def require_agent(agent: User) -> None:
    """Raise NotAllowed unless the user works the call queue somewhere."""
    if not may_anywhere(agent, "call_queue"):
        raise NotAllowed(_("Only BDC agents and team leads work the call queue."))


def _places(agent: User) -> list[Dealership]:
    """The dealerships whose queues the agent works, with their hours."""
    return list(
        Dealership.objects.with_hours()
        .filter(pk__in=everywhere(agent, "call_queue"))
        .order_by("pk")
    )


def _best_due(
    places: list[Dealership], agent: User, *, now: datetime, wanted: Q, without: list[int]
) -> Lead | None:
    promised = (
        _promised(places, agent, now)
        .filter(wanted)
        .exclude(pk__in=without)
        .order_by("call_backs__due_at", "pk")
    )
    lead = _first_free(promised)
    if lead is not None:
        return lead
    fresh = _fresh(places, agent, now).filter(wanted).exclude(pk__in=without)
    for queue in QUEUE_ORDER:
        in_queue = fresh.filter(queue=queue).order_by("-priority", "next_call_at", "pk")
        lead = _first_free(in_queue)
        if lead is not None:
            return lead
    return None


def _first_free(leads: LeadQuerySet) -> Lead | None:
    """The first that no other transaction is busy with, nor with another lead of its customer.

    Judged anew once its locks are had: a colleague may have called the customer since.
    """
    while True:
        found = (
            leads.select_for_update(of=("self", "customer"), skip_locked=True, no_key=True)
            .select_related("customer", "dealership__group")
            .first()
        )
        if found is None or leads.filter(pk=found.pk).exists():
            return found
        leads = leads.exclude(pk=found.pk)


def _at_work(agent: User, now: datetime) -> LeadQuerySet:
    """Open queue leads with a number, whose customer is free and not just let go by `agent`."""
    held = Hold.objects.filter(customer=OuterRef("customer"), until__gt=now)
    let_go = Release.objects.filter(
        agent=agent, lead=OuterRef("pk"), at__gt=now - KEPT_FROM_THIS_AGENT, is_undone=False
    )
    return Lead.objects.filter(
        ~Exists(held), ~Exists(let_go), status=Status.OPEN, has_dialable_number=True
    ).exclude(queue__in=["", "catch_all"])


def _promised(places: list[Dealership], agent: User, now: datetime) -> LeadQuerySet:
    """Leads with a call-back that is due for `agent`: an own one, the team's, or an overdue one."""
    ids = [place.pk for place in places if may_call_at(place, now, requested=True)]
    for_agent = Q(owner=agent) | Q(owner=None) | Q(due_at__lte=now - PROMISE_IS_OVERDUE)
    due = CallBack.objects.filter(for_agent, done_at=None, due_at__lte=now)
    return _at_work(agent, now).filter(
        dealership__in=ids, call_backs__in=due, call_backs__done_at=None
    )


def _fresh(places: list[Dealership], agent: User, now: datetime) -> LeadQuerySet:
    """Leads whose planned call is due, with a ground, at a place where calls are allowed now.

    A customer is offered twice a day at most and once per day part, over all leads together;
    the first call on a fresh own request is exempt (product.md, Cadence).
    """
    in_calling_hours = [place.pk for place in places if may_call_at(place, now, requested=False)]
    opened = [place.pk for place in places if is_open(place, now)]
    where = Q(dealership__in=in_calling_hours) | Q(
        dealership__in=opened, kind=Kind.ACTIVE, requested_at__isnull=False
    )
    leads = _at_work(agent, now).filter(
        where,
        _not_called_enough(places, now),
        Q(callable_until__gt=now) | Q(Exists(agreed_follow_ups(now))),
        next_call_at__lte=now,
    )
    return leads.filter(~Exists(CallBack.objects.filter(lead=OuterRef("pk"), done_at=None)))


def _not_called_enough(places: list[Dealership], now: datetime) -> Q:
    if not places:
        return Q()
    today = local(places[0], now).date()
    part = day_part(places[0], now)
    of_today = Attempt.objects.filter(customer=OuterRef("customer"), local_date=today)
    in_this_part = of_today.filter(day_part=part)
    second = of_today.filter(counts=True, nth_of_day=MOST_A_DAY)
    # Of who was merged into the customer; asked apart, so that each reads its own index.
    also_of_survivor = Attempt.objects.filter(
        customer=OuterRef("customer__merged_into"), local_date=today, counts=True
    )
    before_merging = Attempt.objects.filter(
        Q(day_part=part) | Q(nth_of_day=MOST_A_DAY) | Q(Exists(also_of_survivor), counts=True),
        customer__merged_into=OuterRef("customer"),
        local_date=today,
    )
    # A late result sets no milestone, and was a call all the same.
    is_first_call_on_own_request = Q(
        ~Exists(Attempt.objects.filter(lead=OuterRef("pk"))),
        kind=Kind.ACTIVE,
        first_attempt_at=None,
        requested_at__isnull=False,
    )
    enough = Q(Exists(in_this_part)) | Q(Exists(second)) | Q(Exists(before_merging))
    return is_first_call_on_own_request | ~enough


def upcoming(agent: User, *, now: datetime, count: int) -> list[Lead]:
    """The next leads in the order of the queue, as the work screen shows them; nothing is held."""
    return _upcoming(_places(agent), agent, now, count)


def _upcoming(places: list[Dealership], agent: User, now: datetime, count: int) -> list[Lead]:
    coming = list(
        _promised(places, agent, now)
        .select_related("customer", "dealership")
        .order_by("call_backs__due_at", "pk")[:count]
    )
    fresh = _fresh(places, agent, now).select_related("customer", "dealership")
    for queue in QUEUE_ORDER:  # one by one, so that each reads its index and stops
        if len(coming) < count:
            in_order = fresh.filter(queue=queue).order_by("-priority", "next_call_at", "pk")
            coming += in_order[: count - len(coming)]
    return coming


@dataclass(frozen=True)
class QueueAhead:
    """What waits for an agent: who comes next, how many are due, and when the next ones are."""

    upcoming: list[Lead]
    promised: int  # counted to MOST_COUNTED, as the queues are
    due: list[tuple[Queue, int]]
    opens_at: datetime | None  # when calling hours begin; None while they last
    next_due_at: datetime | None  # looked up when nothing is due
    mail_tasks: list[Lead]

    @property
    def is_empty(self) -> bool:
        return not self.upcoming


def queue_ahead(agent: User, *, now: datetime, count: int) -> QueueAhead:
    """Look ahead in the agent's queues; nothing is held. Raises NotAllowed for who is no agent."""
    require_agent(agent)
    places = _places(agent)
    coming = _upcoming(places, agent, now, count)
    fresh = _fresh(places, agent, now)
    return QueueAhead(
        upcoming=coming,
        promised=_promised(places, agent, now)[:MOST_COUNTED].count(),
        due=[(queue, fresh.filter(queue=queue)[:MOST_COUNTED].count()) for queue in QUEUE_ORDER],
        opens_at=_opens_at(places, now),
        next_due_at=None if coming else _next_due_at(places, agent, now),
        mail_tasks=list(_mail_tasks(places)[:count]),
    )


def _opens_at(places: list[Dealership], now: datetime) -> datetime | None:
    """When the first of the dealerships may call again, or None when one may now."""
    if not places or any(may_call_at(place, now, requested=False) for place in places):
        return None
    return min(next_callable(place, now) for place in places)


def _next_due_at(places: list[Dealership], agent: User, now: datetime) -> datetime | None:
    """The first planned call or promise that lies ahead."""
    call = (
        _at_work(agent, now)
        .filter(dealership__in=places, next_call_at__gt=now, callable_until__gt=now)
        .order_by("next_call_at")
        .values_list("next_call_at", flat=True)
        .first()
    )
    promise = (
        CallBack.objects.filter(
            Q(owner=agent) | Q(owner=None),
            dealership__in=places,
            done_at=None,
            due_at__gt=now,
        )
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    return min((moment for moment in (call, promise) if moment is not None), default=None)


def _mail_tasks(places: list[Dealership]) -> LeadQuerySet:
    """Queue leads without a number to call: work by e-mail, outside the calling queue."""
    return (
        Lead.objects.filter(dealership__in=places, status=Status.OPEN, has_dialable_number=False)
        .exclude(queue__in=["", Queue.CATCH_ALL])
        .select_related("customer", "dealership")
        .order_by("received_at", "pk")
    )
