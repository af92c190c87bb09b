"""docs/operations.md, followed word by word on a server without Docker."""

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import yaml
from django.conf import settings

from bdc.backups.manifest import chosen, path_of_manifest
from tests.deploy.compose import PARTS
from tests.deploy.stage import DOMAIN
from tests.proofs.crashes.clients import Agent, Reader, Traffic, Website
from tests.proofs.operations.server import PATIENCE, Server
from tests.serving import data_folder, wait_until

RUNBOOK = settings.BASE_DIR / "docs" / "operations.md"
BLOCK = re.compile(r"^```sh run\n(.*?)^```$", re.M | re.S)
SECTION = re.compile(r"^## (.*)$", re.M)
BY_PROXY = {"Host": DOMAIN, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


def blocks() -> dict[str, list[str]]:
    """The blocks that are run, by the heading above them."""
    _, *parts = SECTION.split(RUNBOOK.read_text())
    return {
        heading: BLOCK.findall(text)
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
        if BLOCK.search(text)
    }


def test_each_alarm_has_its_place_in_the_runbook():
    alarms = yaml.safe_load((settings.BASE_DIR / "docs" / "alerts.yml").read_text())
    named = [rule["alert"] for group in alarms["groups"] for rule in group["rules"]]

    assert re.findall(r"^### (\w+)$", RUNBOOK.read_text(), re.M) == named


@pytest.fixture
def server(collected) -> Iterator[Server]:
    with data_folder() as folder:
        server = Server(folder)
        try:
            yield server
        finally:
            server.is_lost()


@pytest.mark.long
def test_the_runbook_does_what_it_says(server, tally):
    tally.what = "blocks of docs/operations.md, followed word by word"
    written = blocks()

    def follow(heading: str, number: int = 0) -> str:
        tally.count()
        return server.follow(written[heading][number])

    follow("Install")
    assert {server.is_up(name) for name in PARTS} == {"healthy"}

    told = follow("The first administrator")
    assert status_of(server, path_in(told)) in (200, 302)
    world = server.told_by("tests.proofs.crashes.world")

    assert "is whole" in follow("Back up")
    assert (server.folder / "backups.tar").stat().st_size > 10_000

    with people_at_work(server, world) as traffic:
        follow("Upgrade")
        accepted = traffic.accepted
        wait_until(lambda: traffic.accepted > accepted, PATIENCE)
    assert (traffic.strange, traffic.failures) == ([], [])
    assert "later" in columns_of_leads(server)

    server.follow(written["Back up"][0])
    leads = leads_backed_up(server)
    assert leads >= len(traffic.journal.entries("lead")) > 0
    server.is_lost()
    assert "Restored" in follow("Restore on an empty server")
    assert leads_of(server) == leads
    assert status_of(server, "/leads/", world["session"]) == 302

    assert "Restored" in follow("Restore on an empty server", 1)
    assert leads_of(server) == leads

    seen, unseen = (server.told_by("tests.proofs.operations.session") for _ in range(2))
    follow("Rotate the key")
    status, seen = answer_to(server, "/leads/", seen)  # from now on signed by the new key
    assert status == 200
    follow("Rotate the key", 1)
    assert status_of(server, "/leads/", seen) == 200
    assert status_of(server, "/leads/", unseen) == 302

    told = follow("Read the logs")
    assert "web healthy" in told
    assert "No errors." in told
    assert tally.tried == sum(map(len, written.values()))


@contextmanager
def people_at_work(server: Server, world: dict[str, str]) -> Iterator[Traffic]:
    """Leads arrive, and people call and read, until the end."""
    traffic = Traffic(server.address, server.folder / "traffic", headers=BY_PROXY)
    traffic.start(
        *[Website(traffic, world["website"]) for _ in range(2)],
        *[Agent(traffic, token) for token in world["agents"]],
        Reader(traffic, world["session"]),
    )
    try:
        wait_until(lambda: traffic.accepted >= 5, PATIENCE)
        yield traffic
    finally:
        traffic.stop(PATIENCE)


def answer_to(server: Server, path: str, session: str = "") -> tuple[int, str]:
    """Ask for a page as the proxy does; return its status, and the session from now on."""
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
    with closing(http.client.HTTPConnection(server.address.removeprefix("http://"))) as line:
        line.request("GET", path, headers={**BY_PROXY, **cookie})
        answer = line.getresponse()
        answer.read()
    cookies = " ".join(answer.headers.get_all("Set-Cookie", []))
    given = re.search(rf"{settings.SESSION_COOKIE_NAME}=(\w+)", cookies)
    return answer.status, given[1] if given else session


def status_of(server: Server, path: str, session: str = "") -> int:
    return answer_to(server, path, session)[0]


def path_in(told: str) -> str:
    """Return the path of the address that was told."""
    [path] = re.findall(rf"https://{re.escape(DOMAIN)}(/\S+)", told)
    return path


def columns_of_leads(server: Server) -> set[str]:
    with server.database() as database:
        return {
            name
            for (name,) in database.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'leads_lead'"
            ).fetchall()
        }


def leads_of(server: Server) -> int:
    with server.database() as database:
        [number] = database.execute("SELECT count(*) FROM leads_lead").fetchone()
    return number


def leads_backed_up(server: Server) -> int:
    """How many leads the newest backup says that it holds."""
    manifest = path_of_manifest(chosen(server.folder / "backups"))
    return json.loads(manifest.read_text())["rows"]["leads_lead"]
