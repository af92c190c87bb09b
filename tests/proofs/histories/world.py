"""Who and where the random histories are about: two groups, three dealerships, sixteen people.

Maximums are small, so that a history of thirty steps comes to the end of a round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bdc.accounts.models import ApiToken, User
from dealers.models import Dealership, Membership, Role
from leads.models import Campaign
from tests.factories import (
    create_campaign,
    create_centre,
    create_dealership,
    create_group,
    create_member,
    create_salesperson,
    create_user,
)
from tests.proofs.invariants import PUBLIC_HOLIDAYS

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# A history begins shortly before a night in which the clock changes, or in an ordinary week.
BEGINNINGS = tuple(
    datetime(*moment, tzinfo=AMSTERDAM).astimezone(UTC)
    for moment in ((2026, 10, 22, 9, 30), (2026, 11, 24, 10, 0), (2027, 3, 25, 9, 30))
)
SIDES = ("salesperson", "inbound", "second_voice", "unreached", "passive")
FIRST_POLICY = {
    "salesperson": 2,
    "inbound": 2,
    "second_voice": 2,
    "unreached": 2,
    "passive": 3,
}
SALES = {"salesperson", "sales_manager"}
BDC = {"agent", "team_lead"}


@dataclass(frozen=True)
class Person:
    """Somebody who asks for a car; who has the same number is the same customer."""

    name: str
    phone: str = ""
    email: str = ""
    company: str = ""
    later_phone: str = ""  # given only now and then


PEOPLE = (
    Person("Sanne de Proef", phone="06-12345671"),
    Person("Bram Jansen", phone="06-12345672", email="bram@example.com"),
    Person("Chris van Dijk", email="chris@example.com", later_phone="06-12345673"),
    Person("Garage Vermeer", phone="040-2123456", company="Garage Vermeer B.V."),
)


@dataclass
class World:
    """The rows that every history begins with, made once."""

    noord: Dealership
    helmond: Dealership
    breda: Dealership
    users: dict[str, User]
    roles: dict[str, dict[int, set[str]]]
    campaigns: dict[int, Campaign]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def places(self) -> tuple[Dealership, ...]:
        return (self.noord, self.helmond, self.breda)

    def issue_tokens(self) -> None:
        self.tokens = {
            name: ApiToken.issue(user, now=BEGINNINGS[0]) for name, user in self.users.items()
        }

    def name_of(self, user_id: int) -> str:
        return next(name for name, user in self.users.items() if user.pk == user_id)

    def with_role(self, place: Dealership, *roles: str) -> list[str]:
        return [name for name, at in self.roles.items() if at.get(place.pk, set()) & set(roles)]


def make_world() -> World:
    """Noord works salespeople first, Helmond BDC first; Breda is of another group, where a team
    lead approves what the BDC closes. One centre serves all three."""
    policy = {f"attempts_{side}": most for side, most in FIRST_POLICY.items()}
    north, south = create_group(slug="noord"), create_group(slug="zuid")
    noord = create_dealership(group=north, slug="noord-eindhoven", **policy)
    helmond = create_dealership(
        group=north, slug="noord-helmond", routing=Dealership.Routing.BDC_FIRST, **policy
    )
    breda = create_dealership(
        group=south, slug="zuid-breda", bdc_close_needs_approval=True, **policy
    )
    everywhere = [noord.pk, helmond.pk, breda.pk]
    centre = create_centre(noord, helmond, breda)
    users = {
        "internet": create_salesperson(noord, kind="internet", email="internet@h.example"),
        "hybrid": create_salesperson(noord, kind="hybrid", email="hybrid@h.example"),
        "showroom": create_salesperson(noord, kind="showroom", email="showroom@h.example"),
        "seller": create_salesperson(helmond, kind="hybrid", email="seller@h.example"),
        "breda": create_salesperson(breda, kind="hybrid", email="breda@h.example"),
        "breda2": create_salesperson(breda, kind="internet", email="breda2@h.example"),
        "manager": create_member(Role.SALES_MANAGER, north, email="manager@h.example"),
        "manager2": create_member(Role.SALES_MANAGER, noord, email="manager2@h.example"),
        "breda-manager": create_member(Role.SALES_MANAGER, breda, email="bmanager@h.example"),
        "agent": create_member(Role.AGENT, centre, email="agent@h.example"),
        "team": create_member(Role.TEAM_LEAD, centre, email="team@h.example"),
        "team2": create_member(Role.TEAM_LEAD, centre, email="team2@h.example"),
        "marketer": create_member(Role.MARKETER, north, email="marketer@h.example"),
        "admin": create_member(Role.ADMINISTRATOR, north, email="admin@h.example"),
        "reception": create_member(Role.RECEPTIONIST, noord, email="reception@h.example"),
        "nobody": create_user(email="nobody@h.example"),
    }
    narrow = create_user(email="narrow@h.example")
    membership = Membership.objects.create(user=narrow, role=Role.AGENT, centre=centre)
    membership.only_dealerships.set([noord, helmond])
    users["narrow"] = narrow
    of_north = [noord.pk, helmond.pk]
    roles: dict[str, dict[int, set[str]]] = {
        "internet": {noord.pk: {"salesperson"}},
        "hybrid": {noord.pk: {"salesperson"}},
        "showroom": {noord.pk: {"salesperson"}},
        "seller": {helmond.pk: {"salesperson"}},
        "breda": {breda.pk: {"salesperson"}},
        "breda2": {breda.pk: {"salesperson"}},
        "manager": {pk: {"sales_manager"} for pk in of_north},
        "manager2": {noord.pk: {"sales_manager"}},
        "breda-manager": {breda.pk: {"sales_manager"}},
        "agent": {pk: {"agent"} for pk in everywhere},
        "narrow": {pk: {"agent"} for pk in of_north},
        "team": {pk: {"team_lead"} for pk in everywhere},
        "team2": {pk: {"team_lead"} for pk in everywhere},
        "marketer": {pk: {"marketer"} for pk in of_north},
        "admin": {pk: {"administrator"} for pk in of_north},
        "reception": {noord.pk: {"receptionist"}},
        "nobody": {},
    }
    campaigns = {
        place.pk: create_campaign(place, consent_purpose="all", consent_words="Bel mij gerust.")
        for place in (noord, helmond, breda)
    }
    return World(noord, helmond, breda, users, roles, campaigns)


def local(at: datetime) -> datetime:
    return at.astimezone(AMSTERDAM)


def is_holiday(day: date) -> bool:
    return day.isoformat() in PUBLIC_HOLIDAYS


def in_calling_hours(at: datetime) -> bool:
    """By law, as the invariants say it in SQL."""
    here = local(at)
    if here.isoweekday() == 7 or is_holiday(here.date()):
        return False
    if here.isoweekday() == 6:
        return time(10) <= here.time() < time(16)
    early = (here.month, here.day) in ((5, 4), (12, 5), (12, 24))
    return time(9) <= here.time() < (time(18, 30) if early else time(21))


def in_opening_hours(at: datetime) -> bool:
    """As the dealerships of the world are open: 8:30-18:00, Saturday 9-17."""
    here = local(at)
    if here.isoweekday() == 7 or is_holiday(here.date()):
        return False
    if here.isoweekday() == 6:
        return time(9) <= here.time() < time(17)
    return time(8, 30) <= here.time() < time(18)


def day_part(at: datetime) -> str:
    hour = local(at).hour
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"


def _good_moments(after: datetime) -> Iterator[datetime]:
    day = local(after).date()
    while True:
        for hour in (10, 14, 18):
            yield datetime.combine(day, time(hour, 5), tzinfo=AMSTERDAM).astimezone(UTC)
        day += timedelta(days=1)


def next_good_moment(after: datetime) -> datetime:
    """The next part of a day in which calls are allowed."""
    return next(
        moment
        for moment in _good_moments(after)
        if moment > after + timedelta(minutes=5) and in_calling_hours(moment)
    )
