"""The figures page as one whole: the head, the weeks, the people, and passive leads beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count

from leads.domain.agenda import late_leads
from leads.models import Kind, Lead
from reporting.domain.asking import Question
from reporting.domain.figures import (
    MapFigures,
    PersonFigures,
    Tally,
    map_figures,
    people_figures,
    tally_of,
)
from reporting.domain.periods import local_day
from reporting.domain.weeks import ControlChart, control_chart


@dataclass(frozen=True)
class PersonLine:
    """One salesperson on the page; `overdue` are the leads that he has and that are late, now."""

    figures: PersonFigures
    overdue: int


@dataclass(frozen=True)
class Board:
    head: MapFigures
    # How far the leads of the period before came.
    before: Tally
    chart: ControlChart
    # Left out when the question is about one person or queue.
    people: tuple[PersonLine, ...] = ()
    passive: MapFigures | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing came in and nothing happened: there is nothing to show yet."""
        answers = [self.head, self.passive] if self.passive else [self.head]
        return not any(
            answer.gross.leads or answer.gross.taken_over or answer.gross.sold for answer in answers
        )


def board_of(question: Question, *, now: datetime) -> Board:
    """Answer everything that the page shows about `question`: six queries at most."""
    head = map_figures(question)
    before = tally_of(replace(question, period=question.period.before()))
    chart = control_chart(question, today=local_day(now))
    if question.counts_rounds:
        return Board(head, before, chart)
    return Board(
        head,
        before,
        chart,
        people=_people(question, now=now),
        passive=map_figures(replace(question, kind=Kind.PASSIVE)),
    )


def _people(question: Question, *, now: datetime) -> tuple[PersonLine, ...]:
    people = people_figures(question)
    late = dict(
        Lead.objects.filter(
            owner__in=[person.user_id for person in people],
            dealership__in=question.dealerships,
        )
        .filter(late_leads(now))
        .values_list("owner")
        .annotate(late=Count("pk"))
    )
    return tuple(PersonLine(person, late.get(person.user_id, 0)) for person in people)
