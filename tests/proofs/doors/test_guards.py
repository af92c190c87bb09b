"""Each guard is taken away once: the look that should miss it does.

A proof that stays green without its guard proves nothing. What cannot be taken away in a running
process, such as a constraint, has its own test beside it (tests/leads/models).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from rest_framework.views import APIView, exception_handler

from bdc.accounts.models import ApiToken, User
from bdc.api import bodies
from dealers.models import Dealership
from leads.api import answers as lead_answers
from leads.api import customers as customer_views
from leads.api import views as lead_views
from leads.domain import access, adf_intake
from leads.formats.adf import AdfDocument
from leads.models import Appointment, Customer, Lead, Reject
from leads.views import rejects as reject_views
from tests.access_table import ADF, API
from tests.access_world import World, build_world
from tests.factories import TUESDAY_10, create_user
from tests.proofs.doors import asking, test_headers, test_text_stays_text
from tests.proofs.doors.people import user_of_all_trades
from tests.proofs.doors.test_malformed_adf import losses
from tests.proofs.doors.texts import ids_of, write_words
from tests.test_access import Answer, answer_of, told

Patch = pytest.MonkeyPatch
STRANGER = "stranger: sales manager"


@dataclass(frozen=True)
class Guard:
    """What keeps something out; how it is taken away, and who looks whether it is there."""

    name: str
    take_away: Callable[[Patch], None]
    missed: Callable[[World], list[str]]


# --- Who looks --------------------------------------------------------------------------------


def a_stranger_gets(path: str, thing: str) -> Callable[[World], list[str]]:
    """What a stranger is told at `path` of a thing that is not his."""

    def look(world: World) -> list[str]:
        actor = world.actor(STRANGER)
        response = actor.ask("GET", path.format(**world.things[thing]))
        return told(path, actor, response, sent="")

    return look


def a_stranger_names(path: str, body: dict[str, Any], answer: str) -> Callable[[World], list[str]]:
    def look(world: World) -> list[str]:
        names = {name: one.get("pk") for name, one in world.things.items()}
        where = path.format(**{name.replace(" ", "_"): pk for name, pk in names.items()})
        return unless(answer, world.actor(STRANGER).ask("POST", where, body=body))

    return look


def unless(answer: str, response: HttpResponse) -> list[str]:
    found = answer_of(response)
    return [] if found == answer else [f"{found} instead of {answer}"]


def a_marketer_asks_a_quote(world: World) -> list[str]:
    path = f"{API}leads/{world.things['lead']['pk']}/quotes/"
    return unless(Answer.FORBIDDEN, world.actor("marketer").ask("POST", path))


def words_on_a_page(world: World) -> list[str]:
    ids = ids_of([world.dealership], [])
    write_words(ids, lambda column, pk: test_text_stays_text.payload(0, column, pk))
    page = world.actor("sales manager").ask("GET", f"/leads/{world.things['lead']['pk']}/")
    return test_text_stays_text.flaws(page.text)


def headers_of_a_page(world: World) -> list[str]:
    return test_headers.flaws(Client().get("/leads/"))


def a_page_without_signing_in(world: World) -> list[str]:
    return unless(Answer.SIGN_IN, Client(raise_request_exception=False).get("/leads/"))


def a_form_of_another_site(world: World) -> list[str]:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(create_user())
    return unless(Answer.FORBIDDEN, client.post("/language/"))


def nothing_that_is_there(world: World) -> list[str]:
    return asking.flaws(world.actor(STRANGER).ask("GET", f"{API}leads/1/"))


def a_body_of_two_mebibytes(world: World) -> list[str]:
    large = json.dumps({"name": "x" * 2 * 1024 * 1024})
    headers = {"Authorization": f"Token {world.actor(STRANGER).token}"}
    path = f"{API}queue/next/"
    response = Client().post(path, large, content_type="application/json", headers=headers)
    return [] if response.status_code == 413 else [f"{response.status_code} instead of 413"]


def a_document(body: bytes) -> Callable[[World], list[str]]:
    def look(world: World) -> list[str]:
        user = user_of_all_trades(Dealership.objects.create(group=world.group, slug="n", name="N"))
        headers = {"Authorization": f"Token {ApiToken.issue(user, now=TUESDAY_10)}"}
        path = f"{API}leads/adf/"
        response = Client().post(path, body, content_type="text/xml", headers=headers)
        return losses(response, body, user)

    return look


# --- How it is taken away ---------------------------------------------------------------------


def without_middleware(name: str) -> Callable[[Patch], None]:
    def take_away(patch: Patch) -> None:
        left = [one for one in settings.MIDDLEWARE if not one.endswith(name)]
        assert len(left) == len(settings.MIDDLEWARE) - 1
        patch.setattr(settings, "MIDDLEWARE", left)

    return take_away


def replaced(owner: object, name: str, new: object) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(owner, name, new)


def any_lead(user: User, pk: int) -> Lead:
    return Lead.objects.get(pk=pk)


def any_customer(user: User, pk: int) -> Customer:
    return Customer.objects.get(pk=pk)


def keep_nothing(door: str, body: bytes, *words: Any, **names: Any) -> Any:
    return KEEP_RAW(door, b"", *words, **names)


NOTHING_READ = AdfDocument(prospects=(), rejects=(), encoding="utf-8", warnings=())
KEEP_RAW = adf_intake.keep_raw
LEAD, CUSTOMER = f"{API}leads/{{pk}}/", f"{API}customers/{{pk}}/"
FOREIGN_LEAD = {"kind": "active", "channel": "online", "dealership": "noord-eindhoven"}

GUARDS = [
    Guard(
        "leads are filtered by who sees them",
        replaced(lead_answers, "lead_seen_by", any_lead),
        a_stranger_gets(LEAD, "lead"),
    ),
    Guard(
        "customers are filtered by who sees them",
        replaced(customer_views, "customer_visible_to", any_customer),
        a_stranger_gets(CUSTOMER, "customer"),
    ),
    Guard(
        "rejects are filtered by who sees them",
        replaced(reject_views, "rejects_visible_to", lambda user: Reject.objects.all()),
        a_stranger_gets("/leads/afgekeurd/{pk}/", "reject"),
    ),
    Guard(
        "appointments are filtered by who sees them",
        replaced(lead_views, "appointments_visible_to", lambda user: Appointment.objects.all()),
        a_stranger_names(
            f"{API}appointments/{{appointment}}/outcome/", {"outcome": "showed"}, Answer.HIDDEN
        ),
    ),
    Guard(
        "a named dealership is one's own",
        replaced(lead_views, "dealerships_visible_to", lambda user: Dealership.objects.all()),
        a_stranger_names(f"{API}leads/", FOREIGN_LEAD, Answer.HIDDEN),
    ),
    Guard("a role is required", replaced(access, "may", lambda *_: True), a_marketer_asks_a_quote),
    Guard(
        "a page asks to sign in",
        without_middleware("LoginRequiredMiddleware"),
        a_page_without_signing_in,
    ),
    Guard("a form is ours", without_middleware("CsrfViewMiddleware"), a_form_of_another_site),
    Guard(
        "words are escaped",
        lambda patch: patch.setattr(engines["django"].engine, "autoescape", False),
        words_on_a_page,
    ),
    Guard("scripts are ours", without_middleware("CSPMiddleware"), headers_of_a_page),
    Guard("no page is framed", without_middleware("XFrameOptionsMiddleware"), headers_of_a_page),
    Guard("types are not guessed", without_middleware("SecurityMiddleware"), headers_of_a_page),
    Guard("no page is kept", without_middleware("KeptNowhereMiddleware"), headers_of_a_page),
    Guard(
        "an error is a problem",
        replaced(APIView, "get_exception_handler", lambda self: exception_handler),
        nothing_that_is_there,
    ),
    Guard("a body is bounded", replaced(bodies, "LIMIT", 2**40), a_body_of_two_mebibytes),
    Guard("what came in is kept", replaced(adf_intake, "keep_raw", keep_nothing), a_document(ADF)),
    Guard(
        "what cannot be read waits for a person",
        replaced(adf_intake, "read_adf", lambda body: NOTHING_READ),
        a_document(b"<adf>"),
    ),
]


def test_without_its_guard_each_look_finds_something(db, monkeypatch, tally):
    tally.what, tally.unit = "guards taken away, and missed", "guards"
    found = []
    with time_machine.travel(TUESDAY_10, tick=False):
        world = build_world()
        for guard in GUARDS:
            with asking.trial():
                found += [f"{guard.name}, with it: {flaw}" for flaw in guard.missed(world)]
            with asking.trial(), monkeypatch.context() as patch:
                guard.take_away(patch)
                if not guard.missed(world):
                    found.append(f"{guard.name}: nobody misses it")
            tally.count()

    tally.violations = len(found)
    assert not found, "\n".join(["", *found])
