"""A dealership with everything in it, and everybody in and around it: the walk of test_access.

Every text of the dealership is a canary: a word that nothing else holds. Whoever reads one in
an answer has been shown a row of this dealership.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from bdc.accounts.models import ApiToken, User
from bdc.models import JobRun
from bdc.outbox.models import Effect
from dealers.domain.absence import record_absence
from dealers.models import ContactCentre, DealerGroup, Dealership, Membership, Role
from leads.domain.adf_intake import receive_adf
from leads.domain.booking import book_appointment
from leads.domain.closing import close_lead
from leads.domain.contacting import add_note, record_conversation, start_call
from leads.domain.facts import Facts, SaleIn
from leads.domain.handing_over import assign
from leads.domain.merging import merge_customers
from leads.domain.objecting import record_objection
from leads.models import Lead, Task
from tests.factories import (
    TUESDAY_10,
    at,
    consent,
    create_campaign,
    create_centre,
    create_dealership,
    create_exchange,
    create_extension,
    create_group,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

BOUGHT_ANOTHER_BRAND = "VK-04"
SOLD = SaleIn(
    make="Volkswagen", model="Kanariemodel", condition="new", new_customer=True, fleet=False
)
# Cut off in the middle, so that nothing but a person can read it.
UNREADABLE = b"<adf><prospect><customer><contact><name>Kanarieregel</name></adf>"

# What a customer of the dealership told, and what people wrote about them.
OF_CUSTOMERS = {
    "kanarieklant",
    "kanariebedrijf",
    "kanariemail",
    "kanariestraat",
    "kanariebericht",
    "kanarienotitie",
    "kanariebron",
    "kanariemodel",
    "kanarieregel",
    "kanariewoorden",
    "knr73x",  # a plate
    "1397kn",  # a postcode
    "612987001",  # phone numbers, without what stands before and between
    "612987002",
    "612987003",
    "612987004",
    "612987005",
    "612987006",
    "612987007",
}
# What others of the dealer group may read, and nobody outside it.
OF_THE_GROUP = {
    "kanariegroep",
    "kanarievestiging",
    "kanarieadres",
    "kanariecampagne",
    "kanariemens",
    "kanariecentrale",
}

# One for everybody, since each new one loads all middleware; an answer of 500 is an answer here.
BROWSER = Client(raise_request_exception=False)


@dataclass(frozen=True, eq=False)
class Actor:
    """Somebody who calls Spits, by browser and by program."""

    name: str
    user: User | None = None
    role: Role | None = None
    session: str = ""
    token: str = ""

    def __str__(self) -> str:
        return self.name

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        by_htmx: bool = False,
    ) -> HttpResponse:
        """Ask as a program does under /api/, as a browser elsewhere; `body` is what is sent."""
        BROWSER.cookies = SimpleCookie()
        sent: dict[str, Any] = {"headers": {}, "REMOTE_ADDR": OUTSIDE}
        if query:
            path = f"{path}?{urlencode(query)}"
        if path.startswith("/api/"):
            if self.token:
                sent["headers"]["Authorization"] = f"Token {self.token}"
            is_document = isinstance(body, bytes)
            sent["content_type"] = "text/xml" if is_document else "application/json"
            sent["data"] = body if is_document else json.dumps(body or {})
        else:
            if self.session:
                BROWSER.cookies[settings.SESSION_COOKIE_NAME] = self.session
            sent["content_type"] = "application/x-www-form-urlencoded"
            sent["data"] = urlencode(body or {}, doseq=True)
            if by_htmx:
                sent["headers"]["HX-Request"] = "true"
        if method == "GET":
            del sent["content_type"], sent["data"]
        return BROWSER.generic(method, path, **sent)


@dataclass
class World:
    """The dealership's rows by name, and who calls."""

    group: DealerGroup
    dealership: Dealership
    next_door: Dealership
    elsewhere: Dealership
    # What stands in an address, by the name of the thing: {"lead": {"pk": 7}}.
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Who may see the things; each is one role of the dealership.
    insiders: list[Actor] = field(default_factory=list)
    # Who works next door, or for whoever serves next door: same group, other dealership.
    neighbours: list[Actor] = field(default_factory=list)
    # Every role at a dealership of another group, and who has no role at all.
    strangers: list[Actor] = field(default_factory=list)
    # Who has not signed in, or may not any more.
    outsiders: list[Actor] = field(default_factory=list)

    @property
    def everybody(self) -> list[Actor]:
        return [*self.outsiders, *self.insiders, *self.neighbours, *self.strangers]

    @property
    def staff(self) -> Actor:
        return self.actor("stranger: staff")

    def actor(self, name: str) -> Actor:
        return next(actor for actor in self.everybody if actor.name == name)

    def user(self, name: str) -> User:
        user = self.actor(name).user
        assert user is not None
        return user


def build_world() -> World:
    """One dealership as on a busy Tuesday, at ten; all of it by the domain, as in real life."""
    group = create_group(name="Kanariegroep", slug="noord")
    world = World(
        group=group,
        dealership=create_dealership(
            group=group,
            name="Kanarievestiging",
            slug="noord-eindhoven",
            address="Kanarieadres 1",
            brands=["Volkswagen"],
        ),
        next_door=create_dealership(group=group, name="Helmond", slug="noord-helmond"),
        elsewhere=create_dealership(name="Breda", slug="zuid-breda"),
    )
    _fill_with_people(world)
    _fill_with_leads(world)
    _add_colleague(world)
    _add_telephones(world)
    _surround(world)
    # The health page asks whether the worker works.
    JobRun.objects.create(
        job="tidy up", slot=TUESDAY_10, started_at=TUESDAY_10, finished_at=TUESDAY_10
    )
    return world


# --- People --------------------------------------------------------------------------------


def signed_in(name: str, user: User, role: Role | None = None) -> Actor:
    client = Client()
    client.force_login(user)
    return Actor(
        name,
        user,
        role,
        session=client.cookies[settings.SESSION_COOKIE_NAME].value,
        token=ApiToken.issue(user, now=TUESDAY_10),
    )


def _member(name: str, role: Role, place: Dealership | DealerGroup | ContactCentre) -> Actor:
    return signed_in(name, create_member(role, place, **_called(name)), role)


def _salesperson(name: str, place: Dealership, *, kind: str = "internet") -> Actor:
    return signed_in(name, create_salesperson(place, kind=kind, **_called(name)), Role.SALESPERSON)


def _called(name: str) -> dict[str, str]:
    """People of the group are canaries too; those of others are not."""
    is_stranger = name.startswith("stranger")
    slug = name.replace(": ", "-").replace(" ", "-")
    if is_stranger:
        return {"name": name.capitalize(), "email": f"{slug}@zuid.example"}
    return {"name": f"Kanariemens {name}", "email": f"{slug}@kanariemens.example"}


def _fill_with_people(world: World) -> None:
    """One of each role; the group has its marketer and administrator for all of it."""
    centre = create_centre(world.dealership, world.next_door)
    world.insiders = [
        _member("agent", Role.AGENT, centre),
        _member("team lead", Role.TEAM_LEAD, centre),
        _member("sales manager", Role.SALES_MANAGER, world.dealership),
        _member("marketer", Role.MARKETER, world.group),
        _member("receptionist", Role.RECEPTIONIST, world.dealership),
        _member("administrator", Role.ADMINISTRATOR, world.group),
    ]
    narrowed = _member("narrowed agent", Role.AGENT, centre)
    Membership.objects.get(user=narrowed.user).only_dealerships.add(world.next_door)
    world.neighbours = [
        narrowed,
        _member("agent of two groups", Role.AGENT, create_centre(world.next_door, world.elsewhere)),
        _salesperson("salesperson next door", world.next_door),
        _member("administrator next door", Role.ADMINISTRATOR, world.next_door),
    ]


def _add_colleague(world: World) -> None:
    """Comes last, so that the leads went to the owner; stands in the up line."""
    colleague = _salesperson("colleague", world.dealership, kind="hybrid")
    world.insiders.append(colleague)
    member = Membership.objects.get(user=colleague.user)
    world.things["membership"] = {"pk": member.pk}
    slug = world.dealership.slug
    world.things["place in the up line"] = {"slug": slug, "pk": member.user_id}


def _add_telephones(world: World) -> None:
    exchange = create_exchange(world.group, name="Kanariecentrale")
    extension = create_extension(exchange, world.user("owner"))
    world.things["exchange"] = {"pk": exchange.pk}
    world.things["extension"] = {"pk": exchange.pk, "extension_pk": extension.pk}


def _surround(world: World) -> None:
    """Strangers, with leads of their own; and who has no role, or no session."""
    place = world.elsewhere
    centre = create_centre(place)
    world.strangers = [
        _member("stranger: agent", Role.AGENT, centre),
        _member("stranger: team lead", Role.TEAM_LEAD, centre),
        _salesperson("stranger: salesperson", place, kind="hybrid"),
        _member("stranger: sales manager", Role.SALES_MANAGER, place),
        _member("stranger: marketer", Role.MARKETER, place.group),
        _member("stranger: receptionist", Role.RECEPTIONIST, place),
        _member("stranger: administrator", Role.ADMINISTRATOR, place.group),
        signed_in("stranger: nobody", User.objects.create_user("niemand@zuid.example")),
        signed_in("stranger: staff", User.objects.create_superuser("baas@zuid.example")),
    ]
    left = signed_in("left", User.objects.create_user("weg@noord.example"))
    Membership.objects.create(user=left.user, role=Role.ADMINISTRATOR, group=world.group)
    User.objects.filter(pk=left.user.pk).update(is_active=False)
    revoked = Actor("anonymous with a wrong token", token="no-such-key")
    world.outsiders = [Actor("anonymous"), left, revoked]


# --- Leads ---------------------------------------------------------------------------------


def _fill_with_leads(world: World) -> None:
    """A lead in each state that a route asks for."""
    place = world.dealership
    manager, agent = world.user("sales manager"), world.user("agent")
    campaign = create_campaign(place, name="Kanariecampagne", slug="apk-actie")
    waiting = _receive(place, 1)  # there is no salesperson yet
    owner = _salesperson("owner", place)
    world.insiders.append(owner)
    lead = _receive(
        place, 2, campaign=campaign, consents=(consent(words="Kanariewoorden", proof="formulier"),)
    )
    queued = assign(_receive(place, 3), queue="second_voice", by=manager, now=TUESDAY_10)
    passive = receive_passive(
        place, campaign=campaign, consents=(consent(words="Kanariewoorden"),), **_customer(4)
    )
    proposed = _proposed(_receive(place, 5), by=owner.user)
    closed = close_lead(
        _receive(place, 6), reason="VK-01", facts=Facts(sale=SOLD), by=owner.user, now=TUESDAY_10
    )
    objecting, merged, double = (_receive(place, number) for number in (8, 9, 0))
    record_objection(objecting.customer, by=manager, now=TUESDAY_10)
    merge_customers(merged.customer, double.customer, by=manager, now=TUESDAY_10)
    add_note(lead, body="Kanarienotitie", by=manager, now=TUESDAY_10)
    visit = book_appointment(
        lead, kind="showroom", starts_at=at(26, 14), by=owner.user, now=TUESDAY_10
    )
    call = start_call(_receive(place, 7), by=owner.user, now=TUESDAY_10)
    for_workshop = assign(
        _receive(place, 3, interest="service"), queue="second_voice", by=manager, now=TUESDAY_10
    )
    close_lead(
        for_workshop, reason="BDC-04", facts=Facts(destination="service"), by=agent, now=TUESDAY_10
    )
    add_note(passive, body="Kanarienotitie", by=agent, now=TUESDAY_10)
    absence = record_absence(
        world.user("receptionist"),
        begins_at=at(26, 0),
        ends_at=at(28, 0),
        by=manager,
        now=TUESDAY_10,
    )
    [reject] = receive_adf(
        UNREADABLE, content_type="text/xml", dealership=place, by=None, now=TUESDAY_10
    ).rejects
    world.things |= {
        "dead letter": {"pk": _dead_letter(lead, 1).pk},
        "other dead letter": {"pk": _dead_letter(lead, 2).pk},
        "lead": {"pk": lead.pk},
        "queued": {"pk": queued.pk},
        "passive": {"pk": passive.pk},
        "waiting": {"pk": waiting.pk},
        "proposed": {"pk": proposed.pk},
        "closed": {"pk": closed.pk},
        "appointment": {"pk": visit.pk},
        "visit": {"pk": lead.pk, "appointment_pk": visit.pk},
        "customer": {"pk": lead.customer_id},
        "customer of the passive lead": {"pk": passive.customer_id},
        "car": {"pk": lead.customer_id, "car_pk": lead.customer.vehicles.get().pk},
        "consent": {"pk": lead.customer_id, "consent_pk": lead.customer.consents.get().pk},
        "other customer": {"pk": proposed.customer_id},
        "objecting customer": {"pk": objecting.customer_id},
        "merged customer": {"pk": merged.customer_id},
        "call": {"pk": call.pk},
        "reject": {"pk": reject.pk},
        "absence": {"pk": absence.pk},
        "task": {"pk": Task.objects.get(lead=for_workshop).pk},
        "dealership": {"slug": place.slug},
        "campaign": {"slug": campaign.slug},
        "kept campaign": {"pk": campaign.pk},
        "agent": {"pk": Membership.objects.get(user=agent).pk},
        "reason": {"code": BOUGHT_ANOTHER_BRAND},
    }


def _dead_letter(lead: Lead, number: int) -> Effect:
    return Effect.objects.create(
        kind="tell_salesperson",
        key=f"dead {number}",
        payload={"lead": lead.pk},
        created_at=TUESDAY_10,
        due_at=TUESDAY_10,
        attempts=3,
        dead_at=TUESDAY_10,
        last_error="ConnectionError: the post office is shut",
    )


def _receive(place: Dealership, number: int, **fields: Any) -> Lead:
    return receive(place, **_customer(number), **fields)


def _customer(number: int) -> dict[str, Any]:
    """The customer with this number, each text a canary."""
    return {
        "name": "",
        "first_name": "Kanarieklant",
        "last_name": f"de {number}e",
        "company": "Kanariebedrijf" if number % 2 else "",
        "phones": (f"06-1298700{number}",),
        "emails": (f"klant{number}@kanariemail.example",),
        "street": "Kanariestraat 5",
        "postcode": "1397 KN",
        "message": "Kanariebericht",
        "source": "Kanariebron",
        "model": "Kanariemodel",
        "plate": "KNR-73-X" if number in (2, 4) else "",
    }


def _proposed(lead: Lead, *, by: User | None) -> Lead:
    record_conversation(lead, channel="inbound", by=by, now=TUESDAY_10)
    return close_lead(
        lead, reason=BOUGHT_ANOTHER_BRAND, facts=Facts(purchase_make="Kia"), by=by, now=TUESDAY_10
    )


# --- What an answer gives away, and what the database keeps --------------------------------


def leaks(response: HttpResponse, canaries: set[str], *, sent: str = "") -> list[str]:
    """The canaries in an answer, its headers included; what was sent may be said back."""
    told = _squeezed(f"{response.content.decode(errors='replace')} {response.headers}")
    told_by_the_asker = _squeezed(sent)
    return sorted(
        canary for canary in canaries if canary in told and canary not in told_by_the_asker
    )


def _squeezed(text: str) -> str:
    """Small letters without what stands between the parts of numbers, plates and postcodes."""
    return re.sub(r"[\s().\-]+", "", text.lower())


OUTSIDE = "203.0.113.7"  # nobody sits at the server itself
OUR_APPS = ("accounts_", "dealers_", "leads_", "campaigns_", "reporting_", "outbox_")


def our_tables() -> list[str]:
    return sorted(
        name for name in connection.introspection.table_names() if name.startswith(OUR_APPS)
    )


def rows_of(world: World) -> dict[str, list[str]]:
    """Every row of the dealership as text, by table: found by any key that it carries."""
    place = Lead.objects.filter(dealership=world.dealership)
    people = [actor.user for actor in world.insiders if actor.user]
    ids = {
        "group_id": [world.group.pk],
        "dealership_id": [world.dealership.pk],
        "lead_id": [*place.values_list("pk", flat=True)],
        "customer_id": [*place.values_list("customer", flat=True)],
        "user_id": [person.pk for person in people],
    }
    own_key = {"dealers_dealergroup": "group_id", "accounts_user": "user_id"}
    kept: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in our_tables():
            columns = {
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
            }
            wanted = {column: ids[column] for column in ids if column in columns}
            if table in own_key:
                wanted["id"] = ids[own_key[table]]
            if not wanted:
                continue  # it holds nobody's rows
            where = " OR ".join(f"{column} = ANY(%s)" for column in wanted)
            cursor.execute(
                f"SELECT row::text FROM {table} AS row WHERE {where}", list(wanted.values())
            )
            kept[table] = sorted(row for (row,) in cursor.fetchall())
    return kept


def rows_in_all() -> int:
    """How many rows there are, of whomever."""
    counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in our_tables())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        [(count,)] = cursor.fetchall()
    return int(count)
