"""What an agent did today, for the agent's own eyes (ux.md 2.1, own day without being watched)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from bdc.accounts.models import User
from leads.models import Appointment, AppointmentOutcome, Attempt, Result

# What the trade expects of a full day (product.md, Who uses it: 100 to 120).
REACHED_IN_A_GOOD_DAY = 110


@dataclass(frozen=True)
class AgentsDay:
    """Calls made, customers reached and appointments booked since midnight."""

    calls: int
    reached: int
    appointments: int


def day_of(agent: User, *, now: datetime) -> AgentsDay:
    """Count the agent's own day; a customer who was reached twice counts once."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    made = Attempt.objects.filter(by=agent, at__gte=midnight).aggregate(
        calls=Count("pk"),
        reached=Count("customer", distinct=True, filter=Q(result=Result.SPOKEN)),
    )
    booked = Appointment.objects.filter(booked_by=agent, booked_at__gte=midnight)
    standing = booked.exclude(outcome__in=[AppointmentOutcome.CANCELLED, AppointmentOutcome.MOVED])
    return AgentsDay(made["calls"], made["reached"], standing.count())
