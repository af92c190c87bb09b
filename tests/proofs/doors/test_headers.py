"""What every answer carries to keep browsers safe, and what the settings of production say."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests.access_world import Actor, build_world
from tests.factories import TUESDAY_10, create_user
from tests.proofs.doors.crawling import pages_of
from tests.proofs.size import size
from tests.test_access import routes

STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PRODUCTION = {"SPITS_HTTPS": "1", "SPITS_DEMO": "0", "SECRET_KEY": "k3y-of-production-" * 4}


def policy_of(response: HttpResponse) -> dict[str, str]:
    told = response.headers.get("Content-Security-Policy", "")
    parts = [part.split(None, 1) for part in told.split(";") if part.strip()]
    return {name: " ".join(rest) for name, *rest in parts}


def flaws(response: HttpResponse) -> list[str]:
    found = [
        f"{name}: {response.headers.get(name)}"
        for name, value in ALWAYS.items()
        if response.headers.get(name) != value
    ]
    if policy_of(response) != STRICT:
        found.append(f"Content-Security-Policy: {policy_of(response)}")
    if "no-store" not in response.headers.get("Cache-Control", ""):
        found.append(f"Cache-Control: {response.headers.get('Cache-Control')}")
    for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin"):
        if name in response.headers:
            found.append(f"{name}: {response.headers[name]}")
    for cookie in response.cookies.values():
        is_hidden = cookie["httponly"] or cookie.key == settings.CSRF_COOKIE_NAME
        if not (is_hidden and cookie["samesite"] in ("Lax", "Strict")):
            found.append(f"cookie {cookie.OutputString()}")
    return found


def test_every_answer_keeps_the_browser_safe(db, tally):
    tally.what, tally.unit = "headers and cookies of every route", "answers"
    found = []
    with time_machine.travel(TUESDAY_10, tick=False):
        world = build_world()
        names = ["anonymous", "sales manager", "agent", "administrator", "stranger: staff"]
        for actor in map(world.actor, names[: size(ci=1, full=5)]):
            for what, response in pages_of(actor, world, world.things):
                tally.count()
                found += [f"{what}, {actor}: {flaw}" for flaw in flaws(response)]
        anybody = Actor("anybody")
        for route in routes():
            for method in ("GET", "POST"):
                tally.count()
                response = anybody.ask(method, route.address())
                found += [f"{method} {route.name}: {flaw}" for flaw in flaws(response)]

    tally.violations = len(found)
    assert not found, "\n".join(["", *found])


def test_who_signs_in_gets_a_session_that_scripts_cannot_read(db, client):
    create_user(email="a@noord.example", password="geheim-en-lang-genoeg")
    shown = client.get("/accounts/login/")
    answer = client.post(
        "/accounts/login/", {"login": "a@noord.example", "password": "geheim-en-lang-genoeg"}
    )

    given = {**shown.cookies, **answer.cookies}
    assert given.keys() >= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert given[settings.SESSION_COOKIE_NAME]["httponly"]
    # static/spits/js/answers.js reads this one after signing in again in another tab.
    assert not given[settings.CSRF_COOKIE_NAME]["httponly"]
    assert {cookie["samesite"] for cookie in given.values()} == {"Lax"}


def test_a_form_of_another_site_is_refused(db):
    world_client = Client(enforce_csrf_checks=True)
    world_client.force_login(create_user())

    for path in ("/bellen/volgende/", "/leads/1/nemen/", "/language/", "/accounts/logout/"):
        assert world_client.post(path).status_code == 403, path


# --- The settings of production --------------------------------------------------------------


def in_production(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "bdc.settings", **environment}
    # The browser tests leave it behind.
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env={**inherited, **own},
        capture_output=True,
        text=True,
    )


def checked(**environment: str) -> subprocess.CompletedProcess[str]:
    return in_production("check", "--deploy", "--fail-level", "WARNING", **environment)


def test_the_settings_of_production_are_found_safe():
    done = checked()

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"SPITS_HTTPS": "0"}, "security.W012"),
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"DEBUG": "1"}, "security.W018"),
        ({"SPITS_HOSTS": "*"}, "bdc.hosts"),
    ],
    ids=lambda value: str(value),
)
def test_settings_that_are_not_safe_are_found(environment, told):
    done = checked(**environment)

    assert done.returncode == 1
    assert told in done.stderr


def test_in_production_cookies_travel_by_https_alone():
    asked = (
        "from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, "
        "s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    )
    done = in_production("shell", "--no-imports", "-c", asked)

    assert done.stdout.split() == ["True", "True", "True", "True", "31536000"], done.stderr
