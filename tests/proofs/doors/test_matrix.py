"""Every route by every method, asked by everybody, about what is theirs, another's and nobody's.

tests/test_access.py walks what the table of policies names; this walks what is left: the methods
that a route does not have, ids that nobody has, ids of one's own, keys that were taken away. What
is refused is not taken back, so that one look at all rows says whether it left anything behind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse

from bdc.accounts.models import ApiToken, User
from tests.access_table import (
    OF_NO_DEALERSHIP,
    OPEN_ACCOUNT_PAGES,
    POLICIES,
    Answer,
    Policy,
    is_account_page,
    is_admin_page,
)
from tests.access_world import Actor, World, build_world, signed_in
from tests.factories import TUESDAY_10, create_user
from tests.proofs.doors.asking import errors_logged, rows_as_they_are, trial
from tests.proofs.size import size
from tests.test_access import (
    NO_SUCH_ID,
    Route,
    answer_of,
    expected,
    routes,
    things_of_strangers,
    told,
)

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
NOT_THERE = "no such method (405)"
REFUSED = {Answer.SIGN_IN, Answer.FORBIDDEN, Answer.HIDDEN, Answer.RULED, NOT_THERE}
THEIRS, OWN, NOBODYS = "another's", "one's own", "nobody's"
AT_A_TIME = 40
SEED = 20261124
# Every cell that the walk finds, so that a table that lost its rows is no proof.
FEWEST_IN_ALL = 5_000


@dataclass(frozen=True)
class Cell:
    """One request by one person, and what it may be answered."""

    actor: Actor
    method: str
    route: Route
    address: str
    may_be: frozenset[str]
    about: str = ""
    policy: Policy | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.route.name} about {self.about or 'nothing'}, {self.actor}"

    def ask(self, world: World) -> HttpResponse:
        if self.policy is None:
            return self.actor.ask(self.method, self.address)
        body = self.policy.body
        return self.actor.ask(
            self.method,
            self.address,
            query=self.policy.query(world),
            body=body(world) if callable(body) else body,
        )


def answered(response: HttpResponse) -> str:
    return NOT_THERE if response.status_code == 405 else answer_of(response)


# --- The cells ------------------------------------------------------------------------------


def cells(world: World) -> Iterator[Cell]:
    own = own_things(world)
    for route in routes():
        for method in METHODS:
            for cell in _cells(world, route, method, own):
                # A page may have no head of its own; it is never more than the page.
                more = {NOT_THERE} if method == "HEAD" else set()
                yield replace(cell, may_be=cell.may_be | more)


def _cells(
    world: World, route: Route, method: str, own: Mapping[str, Mapping[str, Any]]
) -> Iterator[Cell]:
    if is_admin_page(route.name):
        return _of_the_admin(world, route, method)
    if is_account_page(route.name):
        return _of_accounts(world, route, method)
    return _of_ours(world, route, method, own)


def own_things(world: World) -> dict[str, dict[str, Any]]:
    """Things of the other group's people, by the names that the table has for such things."""
    own = things_of_strangers(world)
    return {
        "lead": {"pk": own.lead.pk},
        "queued": {"pk": own.waiting.pk},
        "customer": {"pk": own.lead.customer_id},
        "appointment": {"pk": own.visit.pk},
        "visit": {"pk": own.lead.pk, "appointment_pk": own.visit.pk},
        "dealership": {"slug": world.elsewhere.slug},
    }


def _of_ours(
    world: World, route: Route, method: str, own: Mapping[str, Mapping[str, Any]]
) -> Iterator[Cell]:
    # A head is asked as its body is.
    asked = "GET" if method == "HEAD" else method
    lines = POLICIES.get((route.name, asked)) or POLICIES.get((route.name, "*"))
    if lines is None:
        for actor in world.everybody:
            may_be = {Answer.SIGN_IN, NOT_THERE} if actor in world.outsiders else {NOT_THERE}
            yield Cell(actor, method, route, route.address(), frozenset(may_be))
        return
    for policy in lines if isinstance(lines, tuple) else (lines,):
        for actor in world.everybody:
            address = route.address(world.things.get(policy.on, {}))
            may_be = frozenset(expected(actor, policy, world))
            yield Cell(actor, method, route, address, may_be, THEIRS if policy.on else "", policy)
        if policy.on in OF_NO_DEALERSHIP or policy.on == "body":
            continue
        yield from _of_nobody(world, route, method, policy)
        if policy.on in own:
            yield from _of_oneself(world, route, method, policy, own[policy.on])


def _of_nobody(world: World, route: Route, method: str, policy: Policy) -> Iterator[Cell]:
    ids = {
        name: NO_SUCH_ID if isinstance(value, int) else "no-such"
        for name, value in world.things[policy.on].items()
    }
    for actor in world.everybody:
        may_be = {Answer.SIGN_IN} if actor in world.outsiders else {Answer.HIDDEN, policy.refusal}
        yield Cell(actor, method, route, route.address(ids), frozenset(may_be), NOBODYS, policy)


def _of_oneself(
    world: World, route: Route, method: str, policy: Policy, ids: Mapping[str, Any]
) -> Iterator[Cell]:
    """What the strangers have: for whose role it is, it is done or a rule says no."""
    for actor in world.strangers:
        if actor.role is None:
            may_be = {policy.refusal, Answer.HIDDEN}
        elif policy.may is not None and actor.role not in policy.may:
            may_be = {policy.refusal}
        else:
            may_be = {Answer.DONE, Answer.RULED}
        if callable(policy.body):
            may_be |= {Answer.HIDDEN}  # the body names what is another's
        yield Cell(actor, method, route, route.address(ids), frozenset(may_be), OWN, policy)


def _of_the_admin(world: World, route: Route, method: str) -> Iterator[Cell]:
    if route.name == "admin:logout":
        return
    for actor in world.everybody:
        if actor is not world.staff:
            may_be = frozenset({Answer.SIGN_IN, Answer.FORBIDDEN})
            yield Cell(actor, method, route, route.address(), may_be)


def _of_accounts(world: World, route: Route, method: str) -> Iterator[Cell]:
    if route.name == "account_logout":
        return  # it ends a session that others of the walk need
    for actor in world.outsiders:
        is_open = route.name in OPEN_ACCOUNT_PAGES
        may_be = {Answer.DONE, NOT_THERE} if is_open else {Answer.SIGN_IN}
        yield Cell(actor, method, route, route.address(), frozenset(may_be))


def with_lost_keys(world: World) -> World:
    """Also who had a key or a session that was taken away since."""
    revoked = signed_in("revoked", create_user())
    ApiToken.objects.filter(user=revoked.user).update(revoked_at=TUESDAY_10)
    gone = signed_in("session gone", create_user())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session WHERE session_key = %s", [gone.session])
    outsiders = [
        *world.outsiders,
        replace(revoked, session=""),
        replace(gone, token="cut-off"),
    ]
    return replace(world, outsiders=outsiders)


# --- The walk -------------------------------------------------------------------------------


def test_every_cell_is_answered_as_the_table_says_and_no_refusal_leaves_a_trace(db, tally):
    tally.what, tally.unit = "matrix: person x route x method x thing", "cells"
    with time_machine.travel(TUESDAY_10, tick=False), errors_logged() as errors:
        world = with_lost_keys(build_world())
        every_cell = list(cells(world))
        chosen = random.Random(SEED).sample(
            every_cell, min(len(every_cell), size(ci=200, full=len(every_cell)))
        )
        found = []
        for start in range(0, len(chosen), AT_A_TIME):
            cache.clear()  # how often one may ask in a minute is no part of the matrix
            found += deviations(chosen[start : start + AT_A_TIME], world)
        found += errors.told

    tally.count(len(chosen), violations=len(found))
    tally.remark = f"of {len(every_cell):,}"
    assert len(every_cell) >= FEWEST_IN_ALL
    assert not found, "\n".join(["", *found])


def deviations(some: list[Cell], world: World) -> list[str]:
    found, rows = [], rows_as_they_are()
    for cell in some:
        with trial() as one:
            response = cell.ask(world)
            answer = answered(response)
            one.is_kept = answer in REFUSED
        if answer not in cell.may_be:
            found.append(f"{cell}: {answer} instead of {' or '.join(sorted(cell.may_be))}")
        if cell.actor in world.strangers:
            found += told(cell, cell.actor, response, sent=f"{cell.address} {cell.policy}")
    if rows_as_they_are() != rows:
        found.append("\n  ".join(["a refusal changed a row, one of", *map(str, some)]))
    return found


def test_a_cell_that_leaves_a_trace_is_found(db, monkeypatch):
    """The look at all rows sees what a refusal would leave behind."""
    with time_machine.travel(TUESDAY_10, tick=False), errors_logged():
        world = build_world()
        cell = next(cell for cell in cells(world) if answered_is_refused(cell))
        ask = Actor.ask

        def ask_and_write(actor: Actor, *words: Any, **names: Any) -> HttpResponse:
            User.objects.filter(pk=world.user("owner").pk).update(name="Kanariemens owner")
            return ask(actor, *words, **names)

        monkeypatch.setattr(Actor, "ask", ask_and_write)
        found = deviations([cell], world)

    assert [line.split(",")[0] for line in found] == ["a refusal changed a row"]


def answered_is_refused(cell: Cell) -> bool:
    return cell.may_be == {Answer.HIDDEN}
