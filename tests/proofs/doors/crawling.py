"""Every page and every list that somebody can ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse

from tests.access_table import POLICIES
from tests.access_world import Actor, World
from tests.test_access import our_routes

LISTS = ("/leads/", "/api/v1/leads/")
QUESTIONS: list[Mapping[str, str]] = [
    {"view": "all"},
    {"view": "mine"},
    {"view": "all", "status": "closed"},
    {"view": "all", "status": "proposed"},
    {"view": "all", "kind": "passive"},
    {"view": "all", "queue": "catch_all"},
    {"view": "all", "attention": "late"},
    {"search": "7002"},
    {"search": "klant"},
    {"search": "cnry"},
    {"search": "6861"},
    {"page_size": "1"},
    {"reason": "VK-01"},
    {"received_after": "2020-01-01T00:00:00+01:00"},
    {"owner": "nobody@nowhere.example"},
    {"campaign": "apk-actie"},
]


def pages_of(
    actor: Actor, world: World, things: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, HttpResponse]]:
    """What `actor` is answered by every GET there is, about `things` and without any."""
    for route in our_routes():
        lines = POLICIES.get((route.name, "GET")) or POLICIES.get((route.name, "*")) or ()
        for policy in lines if isinstance(lines, tuple) else (lines,):
            if policy.on and policy.on not in things:
                continue
            path = route.address(things.get(policy.on, {}))
            yield path, actor.ask("GET", path, query=policy.query(world))
    for path in LISTS:
        for question in QUESTIONS:
            yield f"{path} {question}", actor.ask("GET", path, query=question)
