"""What an agent did today, for the agent's own eyes (ux.md 2.1, own day without being watched)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q
from django.db.models.functions import ExtractHour

from bdc.accounts.models import User
from bdc.clock import day_began
from bdc.prepared import fetch_prepared
from leads.domain.undoing import MOST_OF_A_DAY, undoable_steps_of_day
from leads.models import (
    Attempt,
    CallBack,
    Lead,
    Objection,
    Result,
    Step,
)

# What the trade expects of a full day (product.md, Who uses it: 100 to 120).
REACHED_IN_A_GOOD_DAY = 110
# And which part of those reached makes an appointment (product.md, Targets: the lower bounds).
SERVICE_CONVERSION = Decimal("0.10")
SALES_CONVERSION = Decimal("0.05")
ACTIONS_IN_SIGHT = MOST_OF_A_DAY
MOST_PROMISES = 50


@dataclass(frozen=True)
class AgentsDay:
    """Calls made, customers reached and appointments booked since midnight."""

    calls: int
    reached: int
    appointments: int
    reached_for_service: int

    @property
    def conversion(self) -> Decimal | None:
        """Appointments by customer reached; None while nobody was reached."""
        return Decimal(self.appointments) / self.reached if self.reached else None

    @property
    def conversion_target(self) -> Decimal:
        """What the trade expects of these calls: more where they are about the workshop."""
        if not self.reached:
            return SALES_CONVERSION
        for_service = Decimal(self.reached_for_service) / self.reached
        return SALES_CONVERSION + for_service * (SERVICE_CONVERSION - SALES_CONVERSION)


@dataclass(frozen=True)
class HourOfDay:
    """One hour of the agent's day, on the clock at the wall."""

    hour: int
    calls: int
    reached: int


@dataclass(frozen=True)
class Action:
    """Something the agent did to a lead, and whether it can still be undone."""

    at: datetime
    customer_name: str
    lead_id: int | None
    customer_id: int
    step: Step | None  # None: an objection, which only a manager withdraws
    is_undoable: bool = False


# Asked every few seconds by each work screen.
_COUNTED = """
SELECT count(*), count(DISTINCT a.customer_id) FILTER (WHERE a.result = 'spoken'),
    count(DISTINCT a.customer_id) FILTER (WHERE a.result = 'spoken' AND l.interest = 'service'),
    (SELECT count(*) FROM leads_appointment v
        WHERE v.booked_by_id = %(agent)s::bigint AND v.booked_at >= %(since)s::timestamptz
            AND v.outcome NOT IN ('cancelled', 'moved'))
FROM leads_attempt a JOIN leads_lead l ON l.id = a.lead_id
WHERE a.by_id = %(agent)s::bigint AND a.at >= %(since)s::timestamptz"""


def day_of(agent: User, *, now: datetime) -> AgentsDay:
    """Count the agent's own day; a customer who was reached twice counts once."""
    [counted] = fetch_prepared(_COUNTED, {"agent": agent.pk, "since": day_began(now)})
    calls, reached, reached_for_service, appointments = counted
    return AgentsDay(
        calls=calls,
        reached=reached,
        reached_for_service=reached_for_service,
        appointments=appointments,
    )


def has_called(agent: User) -> bool:
    """Whether the agent ever made a call; who did not begins his first day."""
    return Attempt.objects.filter(by=agent).exists()


def hours_of(agent: User, *, now: datetime) -> list[HourOfDay]:
    """The agent's calls of today by hour, from the first to the last with any."""
    made = (
        Attempt.objects.filter(by=agent, at__gte=day_began(now))
        .order_by()
        .values(hour=ExtractHour("at"))
        .annotate(
            calls=Count("pk"),
            reached=Count("customer", distinct=True, filter=Q(result=Result.SPOKEN)),
        )
    )
    by_hour = {row["hour"]: HourOfDay(**row) for row in made}
    if not by_hour:
        return []
    return [
        by_hour.get(hour, HourOfDay(hour, 0, 0)) for hour in range(min(by_hour), max(by_hour) + 1)
    ]


def promises_of(agent: User, *, now: datetime) -> list[CallBack]:
    """The agent's own call-backs of today, made or still to make, in order of time."""
    midnight = day_began(now)
    promised = CallBack.objects.filter(
        owner=agent,
        due_at__gte=midnight,
        due_at__lt=midnight + timedelta(days=1),
        lead__in=Lead.objects.visible_to(agent),
    )
    kept_or_open = promised.exclude(was_kept=False).select_related("lead__customer")
    return list(kept_or_open.order_by("due_at", "pk")[:MOST_PROMISES])


def actions_of(agent: User, *, now: datetime) -> list[Action]:
    """What the agent did last today, the newest first."""
    midnight, visible = day_began(now), Lead.objects.visible_to(agent)
    steps = Step.objects.filter(by=agent, at__gte=midnight, lead__in=visible)
    steps = steps.select_related("lead__customer", "attempt", "ended__reason", "proposal__reason")
    can_undo = {step.pk for step in undoable_steps_of_day(agent, now=now)}
    objections = Objection.objects.filter(
        by=agent, at__gte=midnight, customer__in=visible.values("customer")
    ).select_related("customer")
    actions = [
        Action(
            at=step.at,
            customer_name=step.lead.customer.name,
            lead_id=step.lead_id,
            customer_id=step.lead.customer_id,
            step=step,
            is_undoable=step.pk in can_undo,
        )
        for step in steps.order_by("-at", "-pk")[:ACTIONS_IN_SIGHT]
    ]
    actions += [
        Action(
            at=objection.at,
            customer_name=objection.customer.name,
            lead_id=None,
            customer_id=objection.customer_id,
            step=None,
        )
        for objection in objections.order_by("-at", "-pk")[:ACTIONS_IN_SIGHT]
    ]
    return sorted(actions, key=lambda action: action.at, reverse=True)[:ACTIONS_IN_SIGHT]
