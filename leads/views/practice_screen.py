"""What the work screen shows in practice: rows that stand in memory alone, and are never saved.

Everything of theirs has the number 0, which no row of the database has: the addresses of the
shared templates lead to practice by it (leads/urls.py), and what went astray would find nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bdc.accounts.models import User
from dealers.domain.hours import local, working_day_after
from dealers.models import Dealership, Side
from leads.domain.cadence import day_part
from leads.domain.evidence import Evidence
from leads.domain.queue import QueueAhead
from leads.models import (
    Appointment,
    AppointmentKind,
    Channel,
    Customer,
    Kind,
    Lead,
    Queue,
    Quote,
    Result,
    Round,
)
from leads.practice.customers import CUSTOMERS, PracticeCustomer
from leads.practice.run import Run
from leads.views.calling_screen import GREETINGS, RESULT_KEYS, QueueCount, ResultKey, keys_of
from leads.views.moments import Slot, keyed

NOBODY = 0  # the number of whatever is made up
MAXIMUM = 6  # attempts
SLOTS = ((8, 30), (10, 0), (13, 30))  # on each of the next days
DAYS_OF_SLOTS = 2
SELLER = "Sem Kuipers"
TO_GO = gettext_lazy("To go")


def practice_dealership() -> Dealership:
    """Where one practises; it has no group, no people and no opening hours."""
    return Dealership(pk=NOBODY, group_id=NOBODY, name="Autobedrijf Proefland")


def practice_lead(customer: PracticeCustomer, now: datetime) -> Lead:
    person = Customer(
        pk=NOBODY,
        first_name=customer.first_name,
        infix=customer.infix,
        last_name=customer.last_name,
        city=customer.city,
    )
    return Lead(
        pk=NOBODY,
        customer=person,
        dealership=practice_dealership(),
        kind=Kind.PASSIVE,
        channel=Channel.MAILING,
        interest=customer.interest,
        queue=Queue.PASSIVE,
        make=customer.make,
        model=customer.model,
        year=customer.year,
        received_at=now,
    )


def practice_slots(kind: str, now: datetime) -> list[tuple[str, Slot]]:
    """Free moments, each with its digit; with a salesperson where it is no workshop."""
    place = practice_dealership()
    today = local(place, now)
    days = [working_day_after(today.date(), count + 1) for count in range(DAYS_OF_SLOTS)]
    moments = [
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=place.zone)
        for day in days
        for hour, minute in SLOTS
    ]
    person = None if kind == AppointmentKind.WORKSHOP else User(name=SELLER)
    return keyed([Slot(at, f"{at.isoformat()}|", person) for at in moments])


@dataclass(frozen=True)
class PracticeEvidence(Evidence):
    """What stands of a customer of practice, for the checks of the close-out."""

    visits: tuple[str, ...] = ()
    was_quoted: bool = False

    @cached_property
    def has_dialable_number(self) -> bool:
        return True

    @cached_property
    def appointments(self) -> dict[str, Appointment]:
        return {kind: Appointment(kind=kind) for kind in self.visits}

    @cached_property
    def quote(self) -> Quote | None:
        return Quote() if self.was_quoted else None


@dataclass(frozen=True)
class PracticePage:
    """What the templates of the work screen ask of the held lead (LeadPage)."""

    run: Run
    lead: Lead

    @property
    def car(self) -> str:
        return f"{self.lead.make} {self.lead.model}"

    @property
    def call(self) -> bool:
        """Whether a call was started."""
        return self.run.line.is_called

    @property
    def seen(self) -> int:
        """Which customer the page was drawn for; what is sent twice counts once."""
        return self.run.place

    @cached_property
    def round(self) -> Round:
        results = self.run.line.results
        return Round(
            number=1,
            side=Side.PASSIVE,
            maximum=MAXIMUM,
            attempts=self.attempt_number,
            conversations=results.count(Result.SPOKEN),
            refusals=results.count(Result.REFUSED),
            wrong_numbers=results.count(Result.WRONG_NUMBER),
        )

    @property
    def attempt_number(self) -> int:
        """Which attempt this call is."""
        return self.run.customer.attempts + 1

    @property
    def evidence(self) -> PracticeEvidence:
        line = self.run.line
        visits = [*line.visits, *filter(None, [self.run.customer.visit])]
        return PracticeEvidence(
            self.lead, self.round, visits=tuple(visits), was_quoted=line.has_quote
        )


@dataclass(frozen=True)
class PracticeScreen:
    """What the templates of the work screen ask of the screen (WorkScreen)."""

    run: Run
    agent: User
    at: datetime

    @cached_property
    def page(self) -> PracticePage:
        return PracticePage(self.run, self.lead)

    @cached_property
    def lead(self) -> Lead:
        return practice_lead(self.run.customer, self.at)

    @property
    def has_result(self) -> bool:
        return bool(self.run.line.results)

    @property
    def keys(self) -> list[tuple[ResultKey, str]]:
        return keys_of(NOBODY)

    @property
    def note_url(self) -> str:
        return reverse("leads:calling-note", args=[NOBODY])

    @property
    def release_url(self) -> str:
        return reverse("leads:practice-release")

    # --- Left -----------------------------------------------------------------------------

    @property
    def coming(self) -> list[tuple[Lead, bool]]:
        ahead = CUSTOMERS[self.run.place + 1 :]
        return [(practice_lead(customer, self.at), False) for customer in ahead]

    @property
    def ahead(self) -> QueueAhead:
        upcoming = [lead for lead, _is_promise in self.coming]
        return QueueAhead(
            upcoming, promised=0, due=[], opens_at=None, next_due_at=None, mail_tasks=[]
        )

    @property
    def counts(self) -> list[QueueCount]:
        return [QueueCount(TO_GO, len(CUSTOMERS) - self.run.place)]

    # --- The customer ---------------------------------------------------------------------

    @property
    def number(self) -> str:
        """A number that nobody can dial."""
        return f"06 •• •• •• {self.run.place + 1:02}"

    @property
    def plate(self) -> str:
        """A plate that no car has."""
        return f"OEFEN-{self.run.place + 1}"

    @property
    def says(self) -> str:
        """What is heard once the call is started."""
        customer = self.run.customer
        is_after = customer.says_after and self.run.line.is_undone
        return str(customer.says_after if is_after else customer.says)

    @property
    def script(self) -> list[str]:
        words = {
            "greeting": GREETINGS[day_part(self.lead.dealership, self.at)],
            "agent": self.agent.get_short_name(),
            "dealership": self.lead.dealership,
        }
        begins = _("%(greeting)s, you are speaking with %(agent)s of %(dealership)s.") % words
        return [f"{begins} {self.run.customer.opening}"]

    # --- How it goes ----------------------------------------------------------------------

    @property
    def key(self) -> ResultKey | None:
        """The button that the customer teaches; None for undoing, which is none of them."""
        return key_called(self.run.customer.key)

    @property
    def fits(self) -> bool:
        return self.run.fits(self.lead.dealership.zone)

    @property
    def number_of(self) -> int:
        return self.run.place + 1

    @property
    def count(self) -> int:
        return len(CUSTOMERS)

    @property
    def is_last(self) -> bool:
        return self.number_of == self.count

    @property
    def share(self) -> float:
        return self.run.place / len(CUSTOMERS)


def key_called(key: str) -> ResultKey | None:
    return next((one for one in RESULT_KEYS if one.key == key), None)
