"""Who plays in the demo: dealer groups, dealerships, their BDC, people and campaigns.

The sign-ins, brands, postcode areas and hours are those of contract.md, Demo sign-ins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import make_password

from bdc.accounts.models import User
from bdc.serve.welcome import PASSWORD
from dealers.models import (
    CentreService,
    ContactCentre,
    DealerGroup,
    Dealership,
    Membership,
    OpeningBlock,
    PostcodeArea,
    Role,
    SalesRole,
)
from leads.models import Campaign, ConsentPurpose, Turn

WEEKDAY, SATURDAY = range(5), 5
NOORD_SLUG = "noord"


@dataclass(frozen=True)
class Place:
    """A dealership as it is written down here."""

    slug: str
    name: str
    brands: tuple[str, ...]
    own_area: tuple[int, int]
    phone: str
    address: str
    aliases: tuple[str, ...]
    bdc_first: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody with one role, at the places, the group or the centre with these slugs."""

    email: str
    name: str
    role: Role
    at: tuple[str, ...]
    kind: str = ""


PLACES = {
    "noord": (
        Place(
            slug="noord-eindhoven",
            name="Noord Eindhoven",
            brands=("Volkswagen", "Škoda"),
            own_area=(5600, 5658),
            phone="+31401234501",
            address="Voorbeeldlaan 1, 5651 XA Eindhoven",
            aliases=("Autobedrijf Noord Eindhoven",),
        ),
        Place(
            slug="noord-helmond",
            name="Noord Helmond",
            brands=("SEAT", "CUPRA"),
            own_area=(5700, 5711),
            phone="+31492123402",
            address="Voorbeeldweg 20, 5705 XB Helmond",
            aliases=("Autobedrijf Noord Helmond",),
            bdc_first=True,
        ),
    ),
    "zuid": (
        Place(
            slug="zuid-breda",
            name="Zuid Breda",
            brands=("Toyota",),
            own_area=(4800, 4839),
            phone="+31761234503",
            address="Voorbeeldstraat 300, 4823 XC Breda",
            aliases=("Autobedrijf Zuid Breda",),
        ),
    ),
}
CENTRE = "bdc-midden"
EINDHOVEN, HELMOND, BREDA = "noord-eindhoven", "noord-helmond", "zuid-breda"
NOORD, ZUID, ALL = (EINDHOVEN, HELMOND), (BREDA,), (EINDHOVEN, HELMOND, BREDA)

PEOPLE = (
    # Those with a sign-in of their own in contract.md.
    Person("agent@noord.example", "Noor van Dijk", Role.AGENT, ALL),
    Person("agent2@noord.example", "Daan Willems", Role.AGENT, NOORD),
    Person("teamleider@noord.example", "Ingrid de Groot", Role.TEAM_LEAD, ALL),
    Person(
        "verkoper@noord.example",
        "Sander de Boer",
        Role.SALESPERSON,
        (EINDHOVEN,),
        SalesRole.HYBRID,
    ),
    Person("internet@noord.example", "Lotte Jansen", Role.SALESPERSON, NOORD, SalesRole.INTERNET),
    Person(
        "showroom@noord.example",
        "Kees Vermeulen",
        Role.SALESPERSON,
        (EINDHOVEN,),
        SalesRole.SHOWROOM,
    ),
    Person("verkoopleider@noord.example", "Marloes Bakker", Role.SALES_MANAGER, NOORD),
    Person("marketeer@noord.example", "Eva Smits", Role.MARKETER, ("noord",)),
    Person("receptie@noord.example", "Anja Kuipers", Role.RECEPTIONIST, ("noord",)),
    Person("beheer@noord.example", "Joost van der Meer", Role.ADMINISTRATOR, ("noord",)),
    Person("verkoper@zuid.example", "Pim Dekker", Role.SALESPERSON, ZUID, SalesRole.HYBRID),
    Person("verkoopleider@zuid.example", "Hanneke Vos", Role.SALES_MANAGER, ZUID),
    Person("marketeer@zuid.example", "Bas Peeters", Role.MARKETER, ZUID),
    Person("beheer@zuid.example", "Carla Maas", Role.ADMINISTRATOR, ZUID),
    # Further ones, so that every role and every row of the up line is there.
    Person("thijs@noord.example", "Thijs Hendriks", Role.SALESPERSON, (EINDHOVEN,), "hybrid"),
    Person("fatima@noord.example", "Fatima el Amrani", Role.SALESPERSON, (EINDHOVEN,), "hybrid"),
    Person("bram@noord.example", "Bram Hoekstra", Role.SALESPERSON, (EINDHOVEN,), "showroom"),
    Person("rick@noord.example", "Rick de Wit", Role.SALESPERSON, (EINDHOVEN,), "hybrid"),
    Person("joris@noord.example", "Joris van Leeuwen", Role.SALESPERSON, (HELMOND,), "hybrid"),
    Person("sanne@noord.example", "Sanne Mulder", Role.SALESPERSON, (HELMOND,), "hybrid"),
    Person("emre@noord.example", "Emre Yildiz", Role.SALESPERSON, (HELMOND,), "hybrid"),
    Person("wilma@noord.example", "Wilma Jacobs", Role.SALESPERSON, (HELMOND,), "showroom"),
    Person("iris@zuid.example", "Iris Brouwer", Role.SALESPERSON, ZUID, "internet"),
    Person("ruben@zuid.example", "Ruben Schouten", Role.SALESPERSON, ZUID, "hybrid"),
    Person("naima@zuid.example", "Naima Haddad", Role.SALESPERSON, ZUID, "hybrid"),
    Person("gerard@zuid.example", "Gerard Timmer", Role.SALESPERSON, ZUID, "showroom"),
    Person("receptie@zuid.example", "Esther Post", Role.RECEPTIONIST, ZUID),
)
# Leaves during the thirteen weeks; whoever is left takes over the leads.
LEAVER = "rick@noord.example"


@dataclass(frozen=True)
class CampaignPlan:
    """A campaign that each group has, under its own name."""

    slug: str
    name: str
    priority: int
    purpose: str
    words: str


CAMPAIGNS = (
    CampaignPlan(
        slug="apk-herinnering",
        name="APK-herinnering",
        priority=10,
        purpose=ConsentPurpose.SERVICE,
        words="Ja, {group} mag mij bellen over APK en onderhoud van mijn auto.",
    ),
    CampaignPlan(
        slug="einde-lease",
        name="Einde leasecontract",
        priority=30,
        purpose=ConsentPurpose.SALES,
        words="Ja, {group} mag mij bellen met een voorstel als mijn leasecontract afloopt.",
    ),
    CampaignPlan(
        slug="mailing-occasions",
        name="Mailing occasions",
        priority=0,
        purpose=ConsentPurpose.SALES,
        words="Ja, {group} mag mij bellen over occasions die bij mij passen.",
    ),
    CampaignPlan(
        slug="nieuw-model",
        name="Introductie nieuw model",
        priority=20,
        purpose=ConsentPurpose.ALL,
        words="Ja, {group} mag mij bellen over nieuwe modellen en over onderhoud.",
    ),
)


@dataclass(frozen=True)
class Cast:
    """Everybody, with the hours of their dealerships loaded once for the whole play."""

    places: dict[str, Dealership]
    people: dict[str, User]
    campaigns: dict[str, Campaign]
    kinds: dict[str, str] = field(default_factory=dict)

    def place(self, slug: str) -> Dealership:
        return self.places[slug]

    def person(self, email: str) -> User:
        return self.people[email]

    def campaign(self, place: Dealership, slug: str) -> Campaign:
        return self.campaigns[f"{place.group.slug}:{slug}"]

    def at(self, place: Dealership, role: Role) -> list[User]:
        """Who has `role` at a dealership or for it, in a fixed order."""
        whereabouts = {place.slug, place.group.slug}
        return [
            self.people[person.email]
            for person in PEOPLE
            if person.role == role and whereabouts & set(person.at)
        ]


def cast_is_there() -> bool:
    """Whether the demo was loaded before."""
    return DealerGroup.objects.filter(slug=NOORD_SLUG).exists()


def make_cast(*, since: datetime) -> Cast:
    """Make everybody of the demo; they have been there since some time before `since`."""
    groups = {
        slug: DealerGroup.objects.create(slug=slug, name=f"Autogroep {slug.capitalize()}")
        for slug in PLACES
    }
    for group_slug, places in PLACES.items():
        for place in places:
            _open_dealership(groups[group_slug], place)
    places_by_slug = {
        place.slug: place
        for place in Dealership.objects.with_hours().prefetch_related("postcode_areas")
    }
    centre = ContactCentre.objects.create(slug=CENTRE, name="BDC Midden")
    CentreService.objects.bulk_create(
        CentreService(centre=centre, dealership=place) for place in places_by_slug.values()
    )
    people = _hire(groups, places_by_slug, centre, joined_at=since - timedelta(days=365))
    _stand_in_line(people, places_by_slug, since=since)
    campaigns = {
        f"{group.slug}:{plan.slug}": _plan_campaign(group, plan, places_by_slug)
        for group in groups.values()
        for plan in CAMPAIGNS
    }
    return Cast(places=places_by_slug, people=people, campaigns=campaigns)


def _open_dealership(group: DealerGroup, place: Place) -> None:
    town = place.slug.rpartition("-")[2]
    dealership = Dealership.objects.create(
        group=group,
        slug=place.slug,
        name=place.name,
        aliases=list(place.aliases),
        brands=list(place.brands),
        phone=place.phone,
        email=f"{town}@{group.slug}.example",
        address=place.address,
        routing=(
            Dealership.Routing.BDC_FIRST
            if place.bdc_first
            else Dealership.Routing.SALESPEOPLE_FIRST
        ),
    )
    first, last = place.own_area
    PostcodeArea.objects.create(dealership=dealership, first=first, last=last)
    week = [(weekday, time(8, 30), time(18)) for weekday in WEEKDAY]
    OpeningBlock.objects.bulk_create(
        OpeningBlock(dealership=dealership, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in [*week, (SATURDAY, time(9), time(17))]
    )


def _hire(
    groups: dict[str, DealerGroup],
    places: dict[str, Dealership],
    centre: ContactCentre,
    *,
    joined_at: datetime,
) -> dict[str, User]:
    """Make the accounts and memberships. One password for all, so it is hashed once."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(email=person.email, name=person.name, password=password, joined_at=joined_at)
        for person in PEOPLE
    )
    by_email = {user.email: user for user in users}
    for person in PEOPLE:
        user = by_email[person.email]
        if person.role in (Role.AGENT, Role.TEAM_LEAD):
            membership = Membership.objects.create(user=user, role=person.role, centre=centre)
            if person.at != ALL:
                membership.only_dealerships.set([places[slug] for slug in person.at])
            continue
        Membership.objects.bulk_create(
            Membership(
                user=user,
                role=person.role,
                dealership=places.get(slug),
                group=groups.get(slug),
                sales_role=person.kind,
            )
            for slug in person.at
        )
    return by_email


def _stand_in_line(
    people: dict[str, User], places: dict[str, Dealership], *, since: datetime
) -> None:
    """Give every salesperson a place in the up line of the dealership, one after another."""
    Turn.objects.bulk_create(
        Turn(
            dealership=places[slug],
            salesperson=people[person.email],
            stands_since=since + timedelta(seconds=position),
        )
        for position, person in enumerate(PEOPLE)
        if person.role == Role.SALESPERSON
        for slug in person.at
    )


def _plan_campaign(
    group: DealerGroup, plan: CampaignPlan, places: dict[str, Dealership]
) -> Campaign:
    campaign = Campaign.objects.create(
        group=group,
        slug=plan.slug,
        name=plan.name,
        priority=plan.priority,
        consent_purpose=plan.purpose,
        consent_words=plan.words.format(group=group.name),
    )
    campaign.dealerships.set([place for place in places.values() if place.group_id == group.pk])
    return campaign
