"""What is counted in a report, as aggregates over leads or over rounds.

Every answer is one query over one period of the asker's dealerships, on the index
lead_by_receipt or round_by_beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, Exists, F, OuterRef, Q, QuerySet

from dealers.models import Side
from leads.models import (
    Appointment,
    AppointmentKind,
    AppointmentOutcome,
    Channel,
    Interest,
    Lead,
    Queue,
    Round,
)
from reporting.domain.asking import By, Question

IN_TIME = timedelta(minutes=2)
# What MAP and the targets are counted over is in these words: a column of Tally each.
MILESTONES = ("reached", "appointments", "showed", "sold")


@dataclass(frozen=True)
class Segment:
    """Leads that have a target of their own, and what counts as gained of them."""

    name: str
    target: Decimal
    gain: str = "sold"
    channel: str = ""
    interests: tuple[str, ...] = ()


ACTIVE_SEGMENTS = (
    Segment("all", Decimal("0.13")),
    Segment("online_new", Decimal("0.13"), channel=Channel.ONLINE, interests=(Interest.NEW,)),
    Segment("online_used", Decimal("0.20"), channel=Channel.ONLINE, interests=(Interest.USED,)),
    Segment("phone", Decimal("0.22"), channel=Channel.PHONE),
)
# Passive leads have targets of their own: of 100 that are called 5 come to the showroom, and
# for service 10 to the workshop.
PASSIVE_SEGMENTS = (
    Segment(
        "passive_sales",
        Decimal("0.05"),
        gain="appointments",
        interests=(Interest.NEW, Interest.USED, Interest.OTHER),
    ),
    Segment("passive_service", Decimal("0.10"), gain="workshop", interests=(Interest.SERVICE,)),
)


class Percentile(Aggregate):
    """The value below which `fraction` of the values lie."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, *, fraction: str, filter: Q) -> None:  # noqa: A002
        super().__init__(expression, filter=filter, fraction=fraction)


class Counting:
    """Counts leads; RoundCounting below counts rounds, whose lead is one step away."""

    lead = ""
    starts_at = "received_at"

    def __init__(self, question: Question) -> None:
        self.question = question

    def rows(self) -> QuerySet[Lead] | QuerySet[Round]:
        """The rows that may count: of the dealerships and of the kind that are asked."""
        return Lead.objects.filter(self._is_asked())

    def rows_in_period(self) -> QuerySet[Lead] | QuerySet[Round]:
        """The rows of the period, or also earlier ones when what happened is counted."""
        rows = self.rows()
        if self.question.by == By.RECEIVED:
            return rows.filter(self._falls_in_period(self.starts_at))
        dates = ("reached_at", "appointment_at", "showed_at", "sold_at")
        happened = self._falls_in_period(self.starts_at)
        for date in dates:
            happened |= self._falls_in_period(date)
        begun = Q(**{f"{self.starts_at}__lt": self.question.period.ends_at})
        return rows.filter(begun & happened)

    def tally(self, name: str, which: Q) -> dict[str, Aggregate]:
        """The columns of a Tally over the rows of `which`."""
        columns = {"leads": self.is_lead(), "taken_over": self.is_taken_over()} | {
            milestone: self.has(milestone) for milestone in MILESTONES
        }
        counts: dict[str, Aggregate] = {}
        for column, condition in columns.items():
            counts[f"{name}_{column}"] = Count("pk", filter=condition & which)
        return counts

    def segments(self, segments: tuple[Segment, ...], which: Q) -> dict[str, Aggregate]:
        """For each segment its leads, and those that were gained."""
        counts: dict[str, Aggregate] = {}
        for segment in segments:
            of_segment = self._is_of(segment) & which
            begun = of_segment & self._starts_in_period()
            counts[f"{segment.name}_leads"] = Count("pk", filter=begun)
            gained = of_segment & self.has(segment.gain)
            counts[f"{segment.name}_gained"] = Count("pk", filter=gained)
        return counts

    def speed(self, which: Q) -> dict[str, Aggregate]:
        """How soon leads on the two-minute clock were called."""
        waited = F(f"{self.lead}first_call_at") - F(f"{self.lead}clock_began_at")
        on_the_clock = Q(**{f"{self.lead}clock_began_at__isnull": False})
        timed = which & self.is_lead() & on_the_clock
        called = timed & Q(**{f"{self.lead}first_call_at__isnull": False})
        in_time = called & Q(
            **{f"{self.lead}first_call_at__lte": F(f"{self.lead}clock_began_at") + IN_TIME}
        )
        return {
            "timed": Count("pk", filter=timed),
            "in_time": Count("pk", filter=in_time),
            "median": Percentile(waited, fraction="0.5", filter=called),
            "p90": Percentile(waited, fraction="0.9", filter=called),
        }

    def is_net(self) -> Q:
        """Neither a test nor a duplicate."""
        return Q(**{f"{self.lead}is_pollution": False})

    def is_counted(self) -> Q:
        """Net or gross, as asked."""
        return self.is_net() if self.question.net else Q()

    def is_lead(self) -> Q:
        """Counts in the denominator of MAP."""
        return self._starts_in_period()

    def is_taken_over(self) -> Q:
        """Counts for show and sale only."""
        return Q(pk__in=[])

    def has(self, milestone: str) -> Q:
        """Whether the row came to `milestone`, in the period when events are counted."""
        match milestone:
            case "reached":
                return self._happened("reached_at")
            case "appointments":
                return self._happened("appointment_at") & Q(has_appointment=True)
            case "showed":
                return self._happened("showed_at")
            case "sold":
                return self._happened("sold_at")
            case "workshop":
                return self._has_workshop_appointment()
        raise LookupError(f"no milestone {milestone}")

    def _is_asked(self) -> Q:
        asked = Q(
            **{
                "dealership__in": self.question.dealerships,
                f"{self.lead}kind_at_receipt": self.question.kind,
            }
        )
        if self.question.campaigns is not None:
            asked &= Q(**{f"{self.lead}campaign__in": self.question.campaigns})
        return asked

    def _is_of(self, segment: Segment) -> Q:
        of_segment = Q()
        if segment.channel:
            of_segment &= Q(**{f"{self.lead}channel": segment.channel})
        if segment.interests:
            of_segment &= Q(**{f"{self.lead}interest__in": segment.interests})
        return of_segment

    def _starts_in_period(self) -> Q:
        if self.question.by == By.RECEIVED:
            return Q()
        return self._falls_in_period(self.starts_at)

    def _happened(self, field: str) -> Q:
        if self.question.by == By.RECEIVED:
            return Q(**{f"{field}__isnull": False})
        return self._falls_in_period(field)

    def _falls_in_period(self, field: str) -> Q:
        period = self.question.period
        return Q(**{f"{field}__gte": period.begins_at, f"{field}__lt": period.ends_at})

    def _has_workshop_appointment(self) -> Q:
        standing = Appointment.objects.filter(
            lead=OuterRef(f"{self.lead}pk"), kind=AppointmentKind.WORKSHOP
        ).exclude(outcome__in=(AppointmentOutcome.CANCELLED, AppointmentOutcome.MOVED))
        if self.question.by == By.EVENT:
            period = self.question.period
            standing = standing.filter(
                booked_at__gte=period.begins_at, booked_at__lt=period.ends_at
            )
        return Q(Exists(standing))


class RoundCounting(Counting):
    """Counts rounds that began with a person or a queue, by what was reached in them."""

    lead = "lead__"
    starts_at = "began_at"

    def rows(self) -> QuerySet[Lead] | QuerySet[Round]:
        rounds = Round.objects.filter(self._is_asked(), is_undone=False)
        if self.question.salesperson is not None:
            rounds = rounds.filter(owner=self.question.salesperson)
        if self.question.queue == Queue.CATCH_ALL:
            return rounds.filter(side=Side.SALESPERSON, owner=None)
        if self.question.queue:
            return rounds.filter(side=self.question.queue)
        return rounds

    def is_lead(self) -> Q:
        return self._starts_in_period() & Q(began_with_appointment=False)

    def is_taken_over(self) -> Q:
        return self._starts_in_period() & Q(began_with_appointment=True)

    def has(self, milestone: str) -> Q:
        happened = super().has(milestone)
        if milestone in ("reached", "appointments"):
            return happened & Q(began_with_appointment=False)
        return happened


def counting_of(question: Question) -> Counting:
    return RoundCounting(question) if question.counts_rounds else Counting(question)
