"""Volume for measuring: some hundred lives of leads, played through the domain and then copied by
the database, thousands of times each (bench.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from django.db import connection, models, transaction

from bdc.accounts.models import User
from dealers.domain.hours import next_callable
from dealers.models import (
    CentreService,
    ContactCentre,
    DealerGroup,
    Dealership,
    Membership,
    OpeningBlock,
    Role,
)
from leads.domain.closing import close_lead
from leads.domain.contact_details import ConsentIn
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.intake import LeadIn, receive_lead
from leads.models import (
    Attempt,
    Campaign,
    Consent,
    Customer,
    CustomerPhone,
    Event,
    Kind,
    Lead,
    Round,
)

DEALERSHIPS = 12
AGENTS = 64
SALESPEOPLE = 4  # at each dealership
CAMPAIGNS = (0, 0, 10)  # their priorities
LEAST_WAITING, MOST_WAITING = 3_000, 0.3  # of all leads
FIRST_NUMBER = 10_000_000  # of the mobile numbers, +316 and eight figures
WORDS = "Ja, u mag mij bellen over aanbiedingen."


@dataclass(frozen=True)
class Filled:
    leads: int
    attempts: int


@transaction.atomic
def fill(*, leads: int, attempts: int, seed: int, now: datetime) -> Filled:
    """Add about as many leads and attempts, in a dealer group of their own: four in five closed,
    the others waiting, called before, planned ahead, or with a salesperson; a few dealerships
    have most of them. Of few leads more wait and fewer are closed, so that there is something to
    call. The same `seed` gives the same volume.

    The copies are made with triggers and foreign keys off, which only a superuser of the
    database may do: each is the like of a row that every one of them has let pass.
    """
    chance = Random(seed)  # noqa: S311  no secret
    lives_of_all = _lives(leads)
    closed = leads * lives_of_all[-1].share
    calls = min(20, max(1, round(attempts / closed)))  # of each closed lead
    stage = _Stage(now=now, chance=chance, calls=calls)
    lives = [
        (stage.live(place, life), share) for place, share in stage.shares() for life in lives_of_all
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    copies = _Copies(stage.campaigns)
    for (lead, life), share in lives:
        copies.add(lead, round(leads * share * life.share) - 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
        for model in (Customer, CustomerPhone, Consent, Lead, Round, Event, Attempt):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608  a name
            )
        cursor.execute("ANALYZE")
    of_group = {"dealership__group": stage.group}
    return Filled(
        leads=Lead.objects.filter(**of_group).count(),
        attempts=Attempt.objects.filter(**of_group).count(),
    )


class _Stage:
    """The dealer group with its people, and the lives that are played there."""

    def __init__(self, *, now: datetime, chance: Random, calls: int) -> None:
        self.now, self.chance, self.calls = now, chance, calls
        number = DealerGroup.objects.count() + 1
        self.group = DealerGroup.objects.create(slug=f"volume-{number}", name=f"Volume {number}")
        centre = ContactCentre.objects.create(
            slug=f"volume-{number}", name=f"Contact centre {number}"
        )
        self.places = [self._place(number, one) for one in range(DEALERSHIPS)]
        CentreService.objects.bulk_create(
            [CentreService(centre=centre, dealership=place) for place in self.places]
        )
        self.campaigns = [
            self._campaign(one, priority) for one, priority in enumerate(CAMPAIGNS, start=1)
        ]
        self.agents = [
            self._person(f"agent-{one}.{number}", Role.AGENT, centre=centre)
            for one in range(AGENTS)
        ]
        for place in self.places:
            for one in range(SALESPEOPLE):
                self._person(
                    f"sales-{one}.{place.slug}",
                    Role.SALESPERSON,
                    dealership=place,
                    sales_role="internet",
                )

    def _place(self, number: int, one: int) -> Dealership:
        place = Dealership.objects.create(
            group=self.group, slug=f"volume-{number}-{one}", name=f"Dealership {number}.{one}"
        )
        OpeningBlock.objects.bulk_create(
            OpeningBlock(dealership=place, weekday=day, opens=time(8, 30), closes=time(18))
            for day in range(6)
        )
        return place

    def _campaign(self, one: int, priority: int) -> Campaign:
        campaign = Campaign.objects.create(
            group=self.group, slug=f"volume-{one}", name=f"Campaign {one}", priority=priority
        )
        campaign.dealerships.set(self.places)
        return campaign

    def _person(self, name: str, role: Role, **where: Any) -> User:
        user = User.objects.create(email=f"{name}@volume.example", name=name.title())
        Membership.objects.create(user=user, role=role, **where)
        return user

    def shares(self) -> Iterable[tuple[Dealership, float]]:
        """Each dealership with its share of the leads: the first has twice the second, and so on
        by its rank, give or take a fifth."""
        weights = [self.chance.uniform(0.8, 1.2) / rank for rank in range(1, DEALERSHIPS + 1)]
        return [
            (place, weight / sum(weights))
            for place, weight in zip(self.places, weights, strict=True)
        ]

    def live(self, place: Dealership, life: Life) -> tuple[Lead, Life]:
        return life.play(self, place), life

    # --- What happens to a lead ---------------------------------------------------------

    def received(self, place: Dealership, kind: str, *, ago: timedelta) -> Lead:
        at = next_callable(place, self.now - ago)
        number = Customer.objects.count()
        is_passive = kind == "passive"
        consent = ConsentIn(purpose="all", given_at=at, words=WORDS, proof="row 1")
        asked = LeadIn(
            kind=kind,
            channel="data_mining" if is_passive else "online",
            dealership=place,
            name=f"Sanne de Proef{number}",
            phones=(f"06-{FIRST_NUMBER + number}",),
            interest="new",
            consents=(consent,) if is_passive else (),
        )
        return receive_lead(asked, raw=None, by=None, now=at)

    def called(self, lead: Lead, times: int, *, last: str = "no_answer") -> Lead:
        """Call when the cadence says so; as often, or until the next call lies ahead."""
        agent = lead.owner or self.chance.choice(self.agents)
        for time_of in range(1, times + 1):
            lead.refresh_from_db()
            due = next_callable(lead.dealership, lead.next_call_at or lead.received_at)
            if due > self.now:
                break
            result = last if time_of == times else "no_answer"
            record_attempt(lead, result=result, by=agent, now=due)
        return lead


@dataclass(frozen=True)
class Life:
    """What may have happened to a lead, and which share of all leads went that way."""

    share: float
    play: Callable[[_Stage, Dealership], Lead]


def _waiting(stage: _Stage, place: Dealership) -> Lead:
    return stage.received(place, "passive", ago=timedelta(days=4))


def _called_before(stage: _Stage, place: Dealership) -> Lead:
    return stage.called(stage.received(place, "passive", ago=timedelta(days=9)), 2)


def _planned_ahead(stage: _Stage, place: Dealership) -> Lead:
    return stage.called(stage.received(place, "passive", ago=timedelta(days=30)), 19)


def _with_a_salesperson(stage: _Stage, place: Dealership) -> Lead:
    return stage.called(stage.received(place, "active", ago=timedelta(days=9)), 2)


def _closed(stage: _Stage, place: Dealership) -> Lead:
    ago = timedelta(days=20 + 15 * stage.calls)
    lead = stage.called(stage.received(place, "passive", ago=ago), stage.calls, last="refused")
    last = lead.attempts.latest("at")
    close_lead(lead, reason="BDC-07", facts=Facts(), by=last.by, now=last.at)
    return lead


LIVES = (
    Life(0.06, _waiting),
    Life(0.04, _called_before),
    Life(0.06, _planned_ahead),
    Life(0.04, _with_a_salesperson),
    Life(0.80, _closed),
)


def _lives(leads: int) -> list[Life]:
    """The lives with their shares of `leads`; of few more wait, and fewer are closed."""
    waiting, *others, closed = LIVES
    more = max(0.0, min(LEAST_WAITING / leads, MOST_WAITING) - waiting.share)
    return [
        replace(waiting, share=waiting.share + more),
        *others,
        replace(closed, share=closed.share - more),
    ]


class _Copies:
    """Copies of leads with everything that hangs on them; each customer is another one. Passive
    ones are of each campaign in turn, and of none."""

    def __init__(self, campaigns: list[Campaign]) -> None:
        numbers = ", ".join(str(one.pk) for one in campaigns)
        priorities = ", ".join(str(one.priority) for one in campaigns)
        self._campaign = f"(ARRAY[{numbers}, NULL]::bigint[])[1 + mod(n, {len(campaigns) + 1})]"
        self._priority = f"(ARRAY[{priorities}, 0])[1 + mod(n, {len(campaigns) + 1})]"
        self._next: dict[type[models.Model], int] = {}
        self._number = FIRST_NUMBER + Customer.objects.count()

    def add(self, lead: Lead, count: int) -> None:
        if count <= 0:
            return
        customer = self._copy(
            lead.customer,
            count,
            last_name="last_name || n",
            search_name="search_name || n",
        )
        for phone in lead.customer.phones.all():
            number = f"'+316' || ({self._number} + n)"
            self._copy(phone, count, customer_id=f"{customer} + n", number=number)
        self._number += count
        for consent in lead.customer.consents.all():
            self._copy(consent, count, customer_id=f"{customer} + n")
        of_campaign = {"campaign_id": self._campaign, "priority": self._priority}
        if lead.kind != Kind.PASSIVE:
            of_campaign = {}
        copied = self._copy(
            lead,
            count,
            customer_id=f"{customer} + n",
            next_call_at="next_call_at - n * interval '1 millisecond'",
            **of_campaign,
        )
        of_lead = {"lead_id": f"{copied} + n"}
        for round_ in lead.rounds.all():
            round_id = self._copy(round_, count, **of_lead)
            for attempt in Attempt.objects.filter(round=round_):
                self._copy(
                    attempt,
                    count,
                    **of_lead,
                    customer_id=f"{customer} + n",
                    round_id=f"{round_id} + n",
                )
        for event in Event.objects.filter(lead=lead):
            self._copy(event, count, **of_lead)

    def _copy(self, row: models.Model, count: int, **changed: str) -> int:
        """Copy a row; `changed` gives SQL by the number `n` of the copy. Returns the first id."""
        model, meta = type(row), row._meta
        if model not in self._next:
            newest = model._default_manager.aggregate(newest=models.Max("pk"))["newest"]
            self._next[model] = newest + 1
        first = self._next[model]
        self._next[model] += count
        changed = {"id": f"{first} + n", **changed}
        columns = [str(field.column) for field in meta.concrete_fields if not field.generated]
        names = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{meta.db_table}" ({names}) SELECT {values}'  # noqa: S608  names
                f' FROM "{meta.db_table}", generate_series(0, %s) AS n WHERE id = %s',
                [count - 1, row.pk],
            )
        return first
