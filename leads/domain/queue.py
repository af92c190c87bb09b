"""Next call: the best due lead that an agent may work on (product.md, The queue)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.errors import FieldProblem, Malformed, NotAllowed, RuleBroken
from bdc.prepared import Each, Prepared
from bdc.transactions import retrying_atomic
from dealers.domain.hours import may_call_at, next_callable
from dealers.domain.presence import is_available
from dealers.models import Dealership
from leads.domain.access import everywhere, may_anywhere
from leads.domain.agents_work import Scope, scopes_of, within
from leads.domain.due import Search
from leads.domain.holding import clear_lapsed, hold_of
from leads.models import (
    QUEUE_ORDER,
    CallBack,
    Campaign,
    Hold,
    Lead,
    LeadQuerySet,
    Queue,
    Status,
)

MOST_TRIES = 20


@retrying_atomic
def next_lead(
    agent: User, *, now: datetime, queue: str = "", campaign: str = "", dealership: str = ""
) -> Hold | None:
    """Hold the best due lead for `agent` and return the hold; None when nothing is due.

    Called again while holding: the same lead. Overdue call-backs come first, then due ones,
    then inbound, second_voice, unreached and passive, by campaign priority and due time; all of
    it of the queues and campaigns that the agent works on (agents_work.py).
    Raises Malformed for a queue that is not called from, NotAllowed for who is no agent, and
    RuleBroken for who is not available.
    """
    require_agent(agent)
    if queue and queue not in QUEUE_ORDER:
        raise Malformed(FieldProblem("queue", "unknown_queue", _("There is no such call queue.")))
    search = Search(
        agent_id=agent.pk,
        scopes=scopes_of(agent),
        now=now,
        queue=queue,
        campaigns=_campaigns_called(campaign) if campaign else None,
        dealership=dealership,
    )
    hold = _hold_best(search, agent, now)
    problem = next_lead_problem(agent) if hold is None else None
    if problem is not None:
        raise problem
    return hold


def _campaigns_called(slug: str) -> frozenset[int]:
    """The campaigns with this name, at whatever groups; none is none."""
    return frozenset(Campaign.objects.filter(slug=slug).values_list("pk", flat=True))


def _hold_best(search: Search, agent: User, now: datetime) -> Hold | None:
    passed: list[int] = []
    while len(passed) < MOST_TRIES:
        best = search.lock_best(without=passed)
        if best is None:
            return hold_of(agent, now)
        if best.is_in_the_way:
            held = hold_of(agent, now)
            if held is not None:
                return held
            clear_lapsed(agent, customer_id=best.customer_id, now=now)
        hold = search.hold_if_due(best.lead_id)
        if hold is not None:
            return hold
        passed.append(best.lead_id)
    return None


def next_lead_problem(agent: User) -> RuleBroken | None:
    """Return why no next customer comes to `agent` now, or None.

    The one that an agent is with is finished first, whatever she said since. Who never said
    anything is available; whom she calls by her own choice is no next call.
    """
    if is_available(agent):
        return None
    return RuleBroken(
        "not_available",
        _("You are on a pause or your shift has ended. Say first that you are available again."),
    )


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


def upcoming(agent: User, *, now: datetime, count: int) -> list[Lead]:
    """The next leads in the order of the queue, as the work screen shows them; nothing is held."""
    return _in_order(_everything(agent, now), count)


def _everything(agent: User, now: datetime) -> Search:
    return Search(agent_id=agent.pk, scopes=scopes_of(agent), now=now)


_COMING = Prepared(
    lambda: Lead.objects.select_related("customer", "dealership").filter(pk__in=Each("pks"))
)


def _in_order(search: Search, count: int) -> list[Lead]:
    return _loaded(search.in_order(count))


def _loaded(numbers: list[int]) -> list[Lead]:
    """The leads with these numbers, in their order."""
    leads = {lead.pk: lead for lead in _COMING.all(pks=numbers)} if numbers else {}
    return [leads[number] for number in numbers]


@dataclass(frozen=True)
class QueueAhead:
    """What waits for an agent: who comes next, how many are due, and when the next ones are."""

    upcoming: list[Lead]
    promised: int  # counted to due.MOST_COUNTED, as the queues are
    due: list[tuple[Queue, int]]
    # Looked up when nothing is due. The first is None while calling hours last.
    opens_at: datetime | None
    next_due_at: datetime | None
    mail_tasks: list[Lead]

    @property
    def is_empty(self) -> bool:
        return not self.upcoming


def queue_ahead(agent: User, *, now: datetime, count: int) -> QueueAhead:
    """Look ahead in the agent's queues; nothing is held. Raises NotAllowed for who is no agent."""
    require_agent(agent)
    search = _everything(agent, now)
    coming = _in_order(search, count)
    counts = search.counts()
    opens_at, next_due_at = (None, None) if coming else _when_next(agent, search.scopes, now)
    return QueueAhead(
        upcoming=coming,
        promised=counts[""],
        due=[(queue, counts[queue]) for queue in QUEUE_ORDER],
        opens_at=opens_at,
        next_due_at=next_due_at,
        mail_tasks=_loaded(search.by_mail(count)),
    )


def _when_next(
    agent: User, scopes: tuple[Scope, ...], now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When calling hours begin, and when the next one is due."""
    places = _places(agent)
    return _opens_at(places, now), _next_due_at(scopes, agent, now)


def _opens_at(places: list[Dealership], now: datetime) -> datetime | None:
    """When the first of the dealerships may call again, or None when one may now."""
    if not places or any(may_call_at(place, now, requested=False) for place in places):
        return None
    return min(next_callable(place, now) for place in places)


def _next_due_at(scopes: tuple[Scope, ...], agent: User, now: datetime) -> datetime | None:
    """The first planned call or promise that lies ahead."""
    call = (
        _dialable(scopes)
        .filter(next_call_at__gt=now, callable_until__gt=now)
        .order_by("next_call_at")
        .values_list("next_call_at", flat=True)
        .first()
    )
    promise = (
        CallBack.objects.filter(
            Q(owner=agent) | (Q(owner=None) & within(scopes, of="lead__")),
            dealership__in=everywhere(agent, "call_queue"),
            done_at=None,
            due_at__gt=now,
        )
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    return min((moment for moment in (call, promise) if moment is not None), default=None)


def _dialable(scopes: tuple[Scope, ...]) -> LeadQuerySet:
    """Open queue leads with a number to call."""
    return Lead.objects.filter(
        within(scopes), status=Status.OPEN, has_dialable_number=True
    ).exclude(queue__in=["", Queue.CATCH_ALL])
