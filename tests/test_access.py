"""Every route, asked by everybody: who may, who may not, and for whom it is not there.

What is expected stands in tests/access_table.py, and who asks for what in tests/access_world.py.
Each walk collects all that is wrong, so that one run tells all of it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from dealers.models import Exchange, Membership, Role
from leads.domain.adf_intake import receive_adf
from leads.domain.approving import approve
from leads.domain.booking import book_appointment
from leads.domain.contacting import start_call
from leads.domain.handing_over import assign
from leads.domain.queue import next_lead
from leads.models import Appointment, Call, Campaign, Consent, CustomerVehicle, Hold, Lead, Reject
from tests.access_table import (
    ADDRESSES,
    ASKED_ABOUT,
    OF_NO_DEALERSHIP,
    OPEN_ACCOUNT_PAGES,
    PASSIVE,
    POLICIES,
    REACHINGS,
    Answer,
    Policy,
    is_account_page,
    is_admin_page,
)
from tests.access_world import (
    OF_CUSTOMERS,
    OF_THE_GROUP,
    Actor,
    World,
    build_world,
    leaks,
    rows_in_all,
    rows_of,
    signed_in,
)
from tests.factories import (
    TUESDAY_10,
    at,
    consent,
    create_campaign,
    create_centre,
    create_exchange,
    create_member,
    create_user,
    receive,
    receive_passive,
)
from tests.proofs.size import in_turn

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NO_SUCH_ID = 2**59


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten(caplog):
    caplog.set_level(logging.ERROR, "django.request")  # refusals are what we ask for
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def world(db):
    return build_world()


# --- Routes and answers ---------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    name: str
    parameters: tuple[str, ...]
    pattern: str

    def address(self, ids: Mapping[str, Any] | None = None) -> str:
        """Where it is asked; without `ids` every parameter is a 1."""
        if self.name in ADDRESSES:
            return ADDRESSES[self.name]
        if self.name.endswith(self.pattern):  # it has no name of its own
            return re.sub(r"<[^>]+>", "1", self.pattern)
        wanted = dict.fromkeys(self.parameters, "1") if ids is None else ids
        return reverse(self.name, kwargs=dict(wanted))


def routes() -> Iterator[Route]:
    """Every route of the configuration; one without a name is called by its address."""
    yield from _routes(get_resolver())


def _routes(
    resolver: URLResolver, spaces: tuple[str, ...] = (), before: str = "/"
) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            within = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _routes(pattern, within, address)
        elif isinstance(pattern, URLPattern):
            name = ":".join((*spaces, pattern.name or address))
            yield Route(name, tuple(pattern.pattern.regex.groupindex), address)


def our_routes() -> list[Route]:
    return [
        route
        for route in routes()
        if not is_admin_page(route.name) and not is_account_page(route.name)
    ]


def answer_of(response: HttpResponse) -> str:
    status = response.status_code
    if status == 401 or (status == 302 and _is_to_sign_in(response["Location"])):
        return Answer.SIGN_IN
    if status in (403, 404):
        return Answer.FORBIDDEN if status == 403 else Answer.HIDDEN
    if status in (400, 409, 422):
        return Answer.RULED
    return Answer.DONE if 200 <= status < 400 else f"status {status}"


def _is_to_sign_in(location: str) -> bool:
    parts = urlsplit(location)
    return parts.path in ("/accounts/login/", "/admin/login/") and "next" in parse_qs(parts.query)


def expected(actor: Actor, policy: Policy, world: World) -> set[str]:
    """What `actor` may be answered. Who works elsewhere acts on rows of his own, if at all."""
    if policy.is_public:
        return {Answer.DONE if policy.may is None else policy.refusal}
    if actor in world.outsiders:
        return {Answer.SIGN_IN}
    is_insider = actor in world.insiders
    is_passive_to_sales = policy.on in PASSIVE and actor.role == Role.SALESPERSON
    if policy.on not in OF_NO_DEALERSHIP and (not is_insider or is_passive_to_sales):
        return {Answer.HIDDEN}
    if policy.for_staff and actor is world.staff:
        return {Answer.DONE}
    if policy.may is not None and actor.role not in policy.may:
        return {policy.refusal}
    if not is_insider:
        return {Answer.DONE, Answer.RULED}
    is_done = policy.done_for is None or actor.name in policy.done_for
    return {Answer.DONE if is_done else Answer.RULED}


@dataclass(frozen=True)
class Question:
    """A route with a method, as a line of the table has it."""

    route: Route
    method: str
    policy: Policy
    world: World

    def __str__(self) -> str:
        on = f" on {self.policy.on}" if self.policy.on else ""
        return f"{self.route.name} {self.method}{on}"

    @property
    def path(self) -> str:
        return self.route.address(self.world.things.get(self.policy.on, {}))

    @property
    def body(self) -> Any:
        body = self.policy.body
        return body(self.world) if callable(body) else body

    @property
    def query(self) -> Mapping[str, Any]:
        return self.policy.query(self.world)

    def among(self, actors: list[Actor]) -> list[Actor]:
        """Who is asked: about some things only those to whom these are not as any other lead."""
        roles = ASKED_ABOUT.get(self.policy.on)
        return actors if roles is None else [actor for actor in actors if actor.role in roles]

    def asked_by(self, actor: Actor, *, by_htmx: bool = False) -> HttpResponse:
        return actor.ask(self.method, self.path, query=self.query, body=self.body, by_htmx=by_htmx)

    def deviations(self, actor: Actor, response: HttpResponse) -> list[str]:
        answer, wanted = answer_of(response), expected(actor, self.policy, self.world)
        if answer in wanted:
            return []
        return [f"{self}, {actor}: {answer} instead of {' or '.join(sorted(wanted))}"]


def questions(world: World) -> Iterator[Question]:
    for route in our_routes():
        for method in METHODS:
            lines = POLICIES.get((route.name, method)) or POLICIES.get((route.name, "*")) or ()
            for policy in lines if isinstance(lines, tuple) else (lines,):
                yield Question(route, method, policy, world)


def all_of(deviations: list[str]) -> str:
    return "\n".join(["", *deviations])


# --- The table is whole ---------------------------------------------------------------------


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(world):
    administrator = world.actor("administrator")
    names = {route.name for route in our_routes()}

    missing = [
        f'{route.name} answers {method}: add ("{route.name}", "{method}"): Policy(...) to '
        "tests/access_table.py, with who may and on which thing."
        for route in our_routes()
        for method in METHODS
        if (route.name, method) not in POLICIES
        and (route.name, "*") not in POLICIES
        and administrator.ask(method, route.address()).status_code != 405
    ]
    stale = [
        f'No route is called {name}: take ("{name}", "{method}") out of tests/access_table.py.'
        for name, method in POLICIES
        if name not in names
    ]

    assert not missing + stale, all_of(missing + stale)


# --- Who may --------------------------------------------------------------------------------


def test_everybody_of_the_dealership_is_answered_as_the_table_says(world):
    """Who may not sends as pages do, by htmx: a refusal is a sentence then, and no whole page."""
    found = []
    for question in questions(world):
        for actor in in_turn_who_may(question, [*world.outsiders, *world.insiders]):
            with transaction.atomic():  # so that each finds the world as it was
                refused = Answer.DONE not in expected(actor, question.policy, world)
                answer = question.asked_by(actor, by_htmx=refused and question.method != "GET")
                found += question.deviations(actor, answer)
                transaction.set_rollback(True)

    assert not found, all_of(found)


def test_for_whoever_works_elsewhere_nothing_of_the_dealership_is_there(world):
    """404 for every thing, no word of it in any answer, and every row as it was."""
    before = rows_of(world)
    found = []
    for number, question in enumerate(questions(world)):
        for actor in in_turn(question.among([*world.neighbours, *world.strangers]), number, of=3):
            response = question.asked_by(actor)
            found += question.deviations(actor, response)
            found += told(question, actor, response, sent=f"{question.path} {question.body}")
    after = rows_of(world)
    found += [f"{table} was changed" for table in before if before[table] != after[table]]

    assert {"leads_lead", "leads_note", "leads_customerphone"} <= before.keys()
    assert not found, all_of(found)


def in_turn_who_may(question: Question, actors: list[Actor]) -> list[Actor]:
    """All who may not, and every third of those who may: a whole page takes the longest."""
    asked = question.among(actors)
    may = [one for one in asked if Answer.DONE in expected(one, question.policy, question.world)]
    chosen = {one.name for one in in_turn(may, len(str(question)), of=3) or may}
    return [one for one in asked if one not in may or one.name in chosen]


def told(what: object, actor: Actor, response: HttpResponse, *, sent: str) -> list[str]:
    """What an answer gives away of the dealership."""
    is_of_the_group = actor.user is not None and actor.user.email.endswith("@kanariemens.example")
    canaries = OF_CUSTOMERS if is_of_the_group else OF_CUSTOMERS | OF_THE_GROUP
    return [f"{what}, {actor}: tells {word}" for word in leaks(response, canaries, sent=sent)]


def test_the_reference_data_is_for_who_runs_spits_alone(world):
    names = ("anonymous", "left", "administrator", "sales manager", "stranger: nobody")
    others = [world.actor(name) for name in names]
    refused = (Answer.SIGN_IN, Answer.FORBIDDEN)
    found = []
    for route in filter(lambda route: is_admin_page(route.name), routes()):
        for actor in others:
            for method in ("GET", "POST"):
                answer = answer_of(actor.ask(method, route.address()))
                if answer not in refused and route.name != "admin:logout":
                    found.append(f"{route.name} {method}, {actor}: {answer}")

    assert not found, all_of(found)
    for page in ("admin:index", "admin:dealers_membership_changelist"):
        assert answer_of(world.staff.ask("GET", reverse(page))) == Answer.DONE


def test_who_has_not_signed_in_reaches_the_pages_to_sign_in_alone(world):
    anonymous = world.actor("anonymous")
    somebody = signed_in("somebody", create_user(password="geheim-en-lang"))
    found = []
    for route in filter(lambda route: is_account_page(route.name), routes()):
        for method in ("GET", "POST"):
            for actor in (anonymous, somebody):
                with transaction.atomic():  # so that signing out ends no session
                    response = actor.ask(method, route.address())
                    transaction.set_rollback(True)
                is_open = actor is somebody or route.name in OPEN_ACCOUNT_PAGES
                wanted = Answer.DONE if is_open else Answer.SIGN_IN
                if response.status_code != 405 and answer_of(response) != wanted:
                    found.append(f"{route.name} {method}, {actor}: {answer_of(response)}")

    assert not found, all_of(found)


# --- Ids of others, in bodies and in questions ----------------------------------------------


@dataclass(frozen=True)
class Named:
    """What a field can name: a thing of the dealership, one that is nobody's, and one's own."""

    theirs: Any
    nobodys: Any
    own: Any


@dataclass(frozen=True)
class OwnThings:
    """What strangers have themselves: a lead in sales, one in a queue, and what hangs on them."""

    lead: Lead
    waiting: Lead
    call: Call
    visit: Appointment
    campaign: Campaign
    reject: Reject
    exchange: Exchange
    agent: Membership

    @property
    def pks(self) -> dict[str, int]:
        """What stands in the addresses of the table."""
        return {
            "own": self.lead.pk,
            "waiting": self.waiting.pk,
            "of_waiting": self.waiting.customer_id,
            "visit": self.visit.pk,
            "reject": self.reject.pk,
            "exchange": self.exchange.pk,
            "agent": self.agent.pk,
        }


def things_of_strangers(world: World) -> OwnThings:
    manager, salesperson = (
        world.user(f"stranger: {role}") for role in ("sales manager", "salesperson")
    )
    receive(world.elsewhere, now=at(20, 10))  # overdue by now
    lead = receive(world.elsewhere)
    waiting = receive(world.elsewhere, plate="ZD-91-XK", consents=(consent(),))
    [reject] = receive_adf(
        b"<adf>", content_type="text/xml", dealership=world.elsewhere, by=None, now=TUESDAY_10
    ).rejects
    return OwnThings(
        lead,
        assign(waiting, queue="second_voice", by=manager, now=TUESDAY_10),
        start_call(lead, by=salesperson, now=TUESDAY_10),
        book_appointment(
            lead, kind="showroom", starts_at=at(27, 11), by=salesperson, now=TUESDAY_10
        ),
        create_campaign(world.elsewhere),
        reject,
        create_exchange(world.elsewhere.group),
        Membership.objects.get(user=world.user("stranger: agent")),
    )


def named_by_field(world: World, own: OwnThings) -> dict[str, Named]:
    theirs, ours, things = world.user("owner"), world.user("stranger: salesperson"), world.things
    place, elsewhere = world.dealership, world.elsewhere

    def pks_of(rows: type[CustomerVehicle | Consent]) -> tuple[int, int, int]:
        """Of what hangs on a customer: another's, nobody's, and one's own."""
        another, one = (
            rows.objects.filter(customer__group=group).earliest("pk").pk
            for group in (world.group, elsewhere.group)
        )
        return another, NO_SUCH_ID, one

    return {
        "dealership": Named(place.slug, "no-such", elsewhere.slug),
        "id of the dealership": Named(place.pk, NO_SUCH_ID, elsewhere.pk),
        "id of the group": Named(world.group.pk, NO_SUCH_ID, elsewhere.group_id),
        "campaign": Named(things["campaign"]["slug"], "no-such", own.campaign.slug),
        "id of the campaign": Named(things["kept campaign"]["pk"], NO_SUCH_ID, own.campaign.pk),
        "person": Named(theirs.email, "niemand@nergens.example", ours.email),
        "id of a person": Named(theirs.pk, NO_SUCH_ID, ours.pk),
        "lead": Named(things["closed"]["pk"], NO_SUCH_ID, receive(elsewhere).pk),
        "proposed lead": Named(things["proposed"]["pk"], NO_SUCH_ID, own.lead.pk),
        "customer": Named(things["customer"]["pk"], NO_SUCH_ID, receive(elsewhere).customer_id),
        "cars": Named(*([pk] for pk in pks_of(CustomerVehicle))),
        "a car": Named(*([{"id": pk, "make": "Toyota"}] for pk in pks_of(CustomerVehicle))),
        "consents": Named(*([pk] for pk in pks_of(Consent))),
        "call": Named(things["call"]["pk"], NO_SUCH_ID, own.call.pk),
        "appointment": Named(things["appointment"]["pk"], NO_SUCH_ID, own.visit.pk),
    }


def test_naming_a_thing_of_the_dealership_is_as_naming_nothing(world):
    """The same answer as for what is not there, nothing told, and no row written anywhere."""
    own = things_of_strangers(world)
    named = named_by_field(world, own)
    pks = own.pks
    found = []
    for reaching in REACHINGS:
        actor, value = world.actor(f"stranger: {reaching.who}"), named[reaching.names]
        what = f"{reaching.method} {reaching.path} with {reaching.names}, {actor}"
        rows = rows_in_all()
        theirs = reaching.asked_by(actor, value.theirs, **pks)
        nobodys = reaching.asked_by(actor, value.nobodys, **pks)
        found += told(what, actor, theirs, sent=str(value.theirs))
        if (theirs.status_code, nobodys.status_code) != (reaching.status, reaching.status):
            found.append(f"{what}: {theirs.status_code}, {nobodys.status_code}")
        elif reaching.path.startswith("/api/") and theirs.content != nobodys.content:
            found.append(f"{what}: another answer than for what is not there")
        if rows_in_all() != rows:
            found.append(f"{what}: wrote a row")
        with transaction.atomic():
            answer = answer_of(reaching.asked_by(actor, value.own, **pks))
            transaction.set_rollback(True)
        if answer != Answer.DONE:
            found.append(f"{what}: {answer} for one's own, so that a refusal says nothing")

    assert not found, all_of(found)


# --- Lists and searches ---------------------------------------------------------------------

# One for each way to reach leads, or none.
SEARCHERS = [
    "narrowed agent",
    "agent of two groups",
    "salesperson next door",
    "stranger: sales manager",
    "stranger: salesperson",
    "stranger: staff",
]
FINDINGS = [
    {"search": "Kanarieklant"},
    {"search": "klant2@kanariemail.example"},
    {"search": "KNR-73-X"},
    {"search": "06 12987002"},
    {"search": "7002"},
    {"status": "closed"},
    {"queue": "catch_all"},
    {},
]


def test_no_list_and_no_search_finds_what_is_of_the_dealership(world):
    number = {"search": f"#{world.things['lead']['pk']}"}
    insider, found, unfound = world.actor("team lead"), [], []
    for asked in [*FINDINGS, number]:
        for path, query in (("/api/v1/leads/", asked), ("/leads/", {"view": "all", **asked})):
            if not leaks(insider.ask("GET", path, query=query), OF_CUSTOMERS, sent=str(query)):
                unfound.append(f"{path} {query}")
            for actor in map(world.actor, SEARCHERS):
                response = actor.ask("GET", path, query=query)
                found += told(f"{path} {query}", actor, response, sent=str(query))

    assert not unfound, "what is there is found by who may see it"
    assert not found, all_of(found)


def test_a_salesperson_meets_no_passive_lead(world):
    lead = Lead.objects.get(pk=world.things["lead"]["pk"])
    # The same customer, and another one; the walk above asks every route about the latter.
    passives = [
        receive_passive(world.dealership, phones=("06-12987002",), interest="service"),
        Lead.objects.get(pk=world.things["passive"]["pk"]),
    ]
    pages = [
        ("/leads/", {"view": "mine"}),
        ("/leads/", {"view": "all"}),
        ("/leads/", {"view": "all", "kind": "passive"}),
        *(("/leads/", {"view": "all", "search": f"#{passive.pk}"}) for passive in passives),
        (f"/leads/{lead.pk}/", {}),
    ]
    questions_of_programs = [{}, {"kind": "passive"}, {"queue": "passive"}, {"search": "7004"}]

    def met_by(actor: Actor) -> set[int]:
        shown = {
            int(pk)
            for path, query in pages
            for pk in re.findall(r"/leads/(\d+)/", actor.ask("GET", path, query=query).text)
        }
        listed = {
            row["id"]
            for query in questions_of_programs
            for row in actor.ask("GET", "/api/v1/leads/", query=query).json()["results"]
        }
        return shown | listed

    assert lead.customer_id == passives[0].customer_id
    for passive in passives:
        assert passive.pk in met_by(world.actor("team lead"))
        assert passive.pk not in met_by(world.actor("owner"))
        assert passive.pk not in met_by(world.actor("colleague"))


# --- What came in, and who went -------------------------------------------------------------


@pytest.mark.parametrize("phone", ["06-55501234", "06-12987002"], ids=["new", "joins a lead"])
def test_an_input_with_a_lead_of_another_group_is_not_shown_as_it_came(world, phone):
    """One document for two groups: each sees its own part of it, and not the whole."""
    document = (
        "<adf><prospect><customer><contact><name>Kanarieregel</name>"
        f"<phone>{phone}</phone></contact></customer>"
        "<vendor><vendorname>Kanarievestiging</vendorname></vendor>"
        '<vehicle interest="buy" status="new"><make>Volkswagen</make></vehicle></prospect>'
        "<prospect><customer><contact><name>Halve"
    )
    sender = create_member(Role.TEAM_LEAD, create_centre(world.dealership, world.elsewhere))
    receipt = receive_adf(
        document.encode(),
        content_type="text/xml",
        dealership=world.elsewhere,
        by=sender,
        now=TUESDAY_10,
    )
    [lead], [reject] = receipt.leads, receipt.rejects
    manager = world.actor("stranger: sales manager")

    listed = manager.ask("GET", "/leads/afgekeurd/")
    shown = manager.ask("GET", f"/leads/afgekeurd/{reject.pk}/")

    assert (lead.dealership, reject.dealership) == (world.dealership, world.elsewhere)
    assert (listed.status_code, shown.status_code) == (200, 200)
    assert told("the list", manager, listed, sent="") == []
    assert told("the reject", manager, shown, sent="") == []


def test_an_agent_who_left_keeps_no_hold_on_a_customer(world):
    agent, elsewhere = world.actor("agent"), create_centre(world.elsewhere)
    held = next_lead(agent.user, now=TUESDAY_10)
    assert held is not None
    Membership.objects.filter(user=agent.user).update(centre=elsewhere)

    answers = [
        agent.ask("POST", "/api/v1/queue/renew/"),
        agent.ask("POST", "/api/v1/queue/next/"),
        agent.ask("POST", "/api/v1/queue/release/"),
        agent.ask("GET", "/bellen/"),
    ]

    assert [answer.status_code for answer in answers] == [409, 204, 409, 200]
    assert [leaks(answer, OF_CUSTOMERS) for answer in answers] == [[]] * len(answers)


def test_an_agent_who_changed_centres_is_not_held_up_by_an_old_hold(world):
    agent, elsewhere = world.actor("agent"), create_centre(world.elsewhere)
    next_lead(agent.user, now=TUESDAY_10)
    Membership.objects.filter(user=agent.user).update(centre=elsewhere)
    own = receive_passive(world.elsewhere)

    answer = agent.ask("POST", "/api/v1/queue/next/")

    assert answer.json()["id"] == own.pk
    assert Hold.objects.get().lead == own


def test_a_manager_who_left_reads_no_more_what_he_decided_there(world):
    manager = world.actor("sales manager")
    proposed = Lead.objects.get(pk=world.things["proposed"]["pk"])
    approve(proposed, by=manager.user, now=TUESDAY_10)
    Membership.objects.filter(user=manager.user).update(dealership=world.elsewhere)

    answer = manager.ask("GET", "/akkoord/")

    assert answer.status_code == 200
    assert leaks(answer, OF_CUSTOMERS) == []
