"""Every text of two dealer groups is a canary, and sings to its own group alone.

No page, list, mail, log line or value in Valkey tells the others.

A canary is `cnry`, the letter of its group and the number of its column: whoever reads `cnrya..`
has been shown a row of the first group. Where only a phone number fits it is one: 06 86, a 1 for
the first group and a 2 for the second, the number of the column, the row. What no canary fits into
stands in texts.NO_WORDS and OF_NOBODY, each with the reason.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache

from bdc.logs import JsonLine, TextLine
from bdc.outbox.effects import carry_out_due
from campaigns.models import Import
from dealers.domain.call_events import receive_delivery
from dealers.models import ClosingDay, Exchange, PolicyChange
from leads.domain.contacting import record_attempt
from leads.domain.sweeping import sweep
from leads.models import Call, Campaign, Lead, QueueChange, RawInput
from tests.access_world import Actor, World, build_world
from tests.factories import TUESDAY_10, call_told, receive, signed
from tests.proofs.doors.crawling import pages_of
from tests.proofs.doors.test_matrix import own_things
from tests.proofs.doors.texts import Column, columns, ids_of, write_words
from tests.proofs.size import size

FEWEST_SHOWN = 35  # columns, so that a crawl that sees nothing is no proof


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        told = [self.format(record), TextLine().format(record), JsonLine().format(record)]
        self.told.append(f"{told} {record.__dict__.get('request', '')!r}")


def canary(letter: str, column: Column, pk: int) -> str:
    number = f"{NUMBERS[column]:02d}"
    sung = f"cnry{letter}{number}"
    if column.is_phone:
        return f"+31686{DIGITS[letter]}{number}{pk % 1000:03d}"
    if column.is_address:
        return f"{sung}-{pk}@{sung}.example"
    return f"{sung}-{pk}" if column.is_unique else sung[: column.longest]


NUMBERS = {column: number for number, column in enumerate(columns(with_marks=True))}
DIGITS = {"a": "1", "b": "2"}


def two_groups() -> World:
    """Both with a canary in every text; the first has everything that a dealership can have."""
    world = build_world()
    places = {"a": [world.dealership, world.next_door], "b": [world.elsewhere]}
    own = [receive(world.elsewhere, name="Vreemde Klant"), receive(world.elsewhere)]
    assert all(lead.dealership == world.elsewhere for lead in own)
    fill_what_is_empty(world)
    for letter, dealerships in places.items():
        people = world.strangers if letter == "b" else [*world.insiders, *world.neighbours]
        ids = ids_of(dealerships, [actor.user for actor in people])
        written: set[Column] = set()

        def word(column: Column, pk: int, letter=letter, written=written) -> str:
            written.add(column)
            return canary(letter, column, pk)

        missed = [str(column) for column in write_words(ids, word, with_marks=True)]
        assert not missed, f"No canary fits into {missed}: say so in NO_WORDS, or mend it."
        empty = {str(column) for column in NUMBERS.keys() - written}
        assert letter == "b" or not empty, f"Nothing of the first group is in {empty}."
    find_again(world)
    return world


def fill_what_is_empty(world: World) -> None:
    """A row of the first group in the tables that the walk of test_access leaves empty."""
    place = world.dealership
    ClosingDay.objects.create(dealership=place, on=TUESDAY_10.date() + timedelta(days=30))
    PolicyChange.objects.create(
        dealership=place, at=TUESDAY_10, field="attempts_passive", before="20", after="19"
    )
    agent = world.user("agent")
    QueueChange.objects.create(
        at=TUESDAY_10,
        centre=agent.memberships.get().centre,
        agent=agent,
        field="campaigns",
        before="",
        after="x",
    )
    Import.objects.create(
        group=place.group,
        dealership=place,
        campaign=Campaign.objects.get(slug=world.things["campaign"]["slug"]),
        raw=RawInput.objects.get(rejects=world.things["reject"]["pk"]),
        file_name="klanten.csv",
        at=TUESDAY_10,
        state="done",
    )
    exchange = Exchange.objects.get(pk=world.things["exchange"]["pk"])
    receive_delivery(exchange.slug, signed(exchange, call_told()), now=TUESDAY_10)
    lead = Call.objects.get(pk=world.things["call"]["pk"]).lead
    record_attempt(lead, result="no_answer", by=lead.owner, now=TUESDAY_10)


def find_again(world: World) -> None:
    """Who is asked by a slug has another one now."""
    campaign = Campaign.objects.get(pk=Lead.objects.get(pk=world.things["lead"]["pk"]).campaign_id)
    for place in (world.dealership, world.next_door, world.elsewhere):
        place.refresh_from_db()
    world.things["campaign"] = {"slug": campaign.slug}
    for thing in ("dealership", "place in the up line"):
        world.things[thing] = {**world.things[thing], "slug": world.dealership.slug}


@pytest.fixture
def lines():
    handler, root = Lines(), logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


def sung_in(text: str, letter: str = "ab") -> set[str]:
    """The canaries of these groups in a text, whatever stands between the parts of a number."""
    plain = re.sub(r"[\s().\-]+", "", text.lower())
    digits = "".join(DIGITS[one] for one in letter)
    return {
        *re.findall(rf"cnry[{letter}]\d\d", plain),
        *re.findall(rf"(?:\+31|0)(686[{digits}]\d\d)\d\d\d", plain),
    }


def test_nobody_hears_a_canary_of_the_other_group(db, lines, tally):
    tally.what, tally.unit = "canaries: answers to the other group", "answers"
    with time_machine.travel(TUESDAY_10, tick=False):
        world = two_groups()
        own = own_things(world)
        found, shown, asked = [], set(), set()
        for actor in world.strangers[: size(ci=1, full=len(world.strangers))]:
            for things in (world.things, own):
                for what, response in pages_of(actor, world, things):
                    tally.count()
                    asked |= sung_in(what)  # a slug in the address: who asks knows it
                    heard = sung_in(f"{response.text} {response.headers}", "a") - sung_in(what)
                    found += [f"{actor} hears {one} at {what}" for one in heard]
        # The same crawl by who may hear them; they hear none of the others'.
        for actor in insiders(world)[: size(ci=1, full=8)]:
            for what, response in pages_of(actor, world, world.things):
                tally.count()
                told = f"{response.text} {response.headers}"
                asked |= sung_in(what)
                shown |= sung_in(told, "a")
                heard = sung_in(told, "b") - sung_in(what)
                found += [f"{actor} hears {one} at {what}" for one in heard]

    tally.violations = len(found)
    tally.remark = f"{len(shown)} of {len(NUMBERS)} columns shown to their own"
    assert len(shown) >= FEWEST_SHOWN
    assert not found, "\n".join(["", *found])
    assert not [line for line in lines.told if sung_in(line) - asked]
    assert not [value for value in kept_in_valkey() if sung_in(value)]


def insiders(world: World) -> list[Actor]:
    first = ["sales manager", "team lead", "administrator"]
    others = [actor for actor in world.insiders if actor.name not in first]
    return [*map(world.actor, first), *others]


def kept_in_valkey() -> list[str]:
    """Every key with its value, whatever its kind."""
    client = cache._cache.get_client()
    return [f"{key!r} {client.dump(key)!r}" for key in client.scan_iter("*")]


def test_mails_sing_to_their_own_group_alone(db, lines, tally):
    tally.what, tally.unit = "canaries: mails, log lines and sweeps", "mails"
    with time_machine.travel(TUESDAY_10, tick=False):
        two_groups()
        now = TUESDAY_10
        for _ in range(12):
            now += timedelta(minutes=5)
            sweep(now)
            carry_out_due(now)

    found = [
        f"{message.to} hears {other}"
        for message in mail.outbox
        for letter, letters_of_others in (("a", "b"), ("b", "a"))
        if sung_in(" ".join(message.to), letter)
        for other in sung_in(f"{message.subject} {message.body}", letters_of_others)
    ]
    tally.count(len(mail.outbox), violations=len(found))
    assert any(sung_in(message.subject) for message in mail.outbox), "some sing, to their own"
    assert not found
    assert not [line for line in lines.told if sung_in(line)]
    assert not [value for value in kept_in_valkey() if sung_in(value)]
