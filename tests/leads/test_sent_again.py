"""What a page sends again is done once, and is answered as the first time."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dealers.models import Role
from leads.domain.closing import close_lead
from leads.domain.contacting import record_attempt
from leads.domain.facts import Facts
from leads.domain.holding import hold_of
from leads.domain.queue import next_lead
from leads.models import (
    Appointment,
    Attempt,
    Call,
    CallBack,
    Event,
    Hold,
    Note,
    Objection,
    Quote,
    Release,
    Step,
)
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)
from tests.proofs.races.at_once import at_once

HTMX = {"HX-Request": "true"}
# What every drawing of the screen has anew.
ANEW = re.compile(r'name="(?:csrfmiddlewaretoken|action_id)" value="[^"]+"')


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    dealership = create_dealership(name="Noord Eindhoven")
    create_salesperson(dealership, name="Sem Kuipers")
    return dealership


@pytest.fixture
def agent(dealership):
    return create_agent(dealership, name="Noor Bakker")


@pytest.fixture
def held(dealership, agent):
    """A customer whom the agent holds; another one comes next."""
    held = receive_passive(dealership, name="Marieke Jansen")
    receive_passive(dealership, name="Kaan Aardenburg")
    next_lead(agent, now=TUESDAY_10)
    return held


@pytest.fixture
def page(client, agent):
    client.force_login(agent)
    return client


def url(name, *args):
    return reverse(f"leads:calling-{name}", args=args)


def drawn(response):
    return ANEW.sub("", response.content.decode())


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def shown_id(page):
    """The id that the screen carries as it is drawn now."""
    html = page.get("/bellen/").content.decode()
    return re.search(r'id="call-state".*?name="action_id" value="([^"]+)"', html, re.DOTALL)[1]


def slot(dealership):
    return f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"


def sent(page, name, lead, **typed):
    args = [lead.pk] if lead is not None else []
    return page.post(url(name, *args), typed, headers=HTMX)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_is_done_and_all_get_its_answer(held, agent):
    page = Client()
    page.force_login(agent)
    asked = {"result": "no_answer", "note": "Hond blaft.", "action_id": shown_id(page)}

    def press():
        own = Client()
        own.cookies = page.cookies
        return own.post(url("result", held.pk), asked, headers=HTMX)

    answers = [answer.value for answer in at_once(*[press] * 20)]

    assert Attempt.objects.count() == Note.objects.count() == 1
    assert {answer.status_code for answer in answers} == {200}
    assert "Jansen: niet bereikt, poging 1 van 20." in text_of(answers[0])
    assert len({drawn(answer) for answer in answers}) == 1


PRESSES = [
    ("start", {"phone": "+31612000001"}, Call),
    ("result", {"result": "spoken"}, Attempt),
    ("result", {"result": "voicemail"}, Attempt),
    ("objection", {}, Objection),
    ("note", {"note": "Belt liever 's avonds."}, Note),
    ("call-back", {"moment": at(24, 14).isoformat()}, CallBack),
    ("appointment", {"kind": "showroom", "minutes": "60", "slot": "the first"}, Appointment),
    ("quote", {"amount": "24.950"}, Quote),
    ("close", {"reason": "BDC-10", "panel": "no_interest"}, Step),
    ("release", {"release": "not_now"}, Release),
]


@pytest.mark.parametrize(("name", "asked", "model"), PRESSES)
def test_the_repeat_of_each_press_gets_the_first_answer(page, held, dealership, name, asked, model):
    if asked.get("slot"):
        asked = {**asked, "slot": slot(dealership)}
    lead = None if name == "release" else held
    asked = {**asked, "action_id": shown_id(page)}

    first = sent(page, name, lead, **asked)
    again = sent(page, name, lead, **asked)

    assert first.status_code == again.status_code == 200
    assert drawn(again) == drawn(first)
    assert again.headers.get("HX-Trigger-After-Settle") == first.headers.get(
        "HX-Trigger-After-Settle"
    )
    assert model.objects.count() == 1


def test_next_pressed_twice_takes_one_customer(page, agent, dealership):
    receive_passive(dealership, name="Marieke Jansen")
    receive_passive(dealership, name="Kaan Aardenburg")

    first, again = (sent(page, "next", None) for _press in range(2))

    assert drawn(again) == drawn(first)
    assert Hold.objects.count() == 1


def test_letting_go_sent_again_lets_nobody_else_go(page, agent, held):
    asked = {"release": "not_now", "action_id": shown_id(page)}
    sent(page, "release", None, **asked)
    following = next_lead(agent, now=TUESDAY_10).lead

    again = sent(page, "release", None, **asked)

    assert "Losgelaten." in text_of(again)
    assert hold_of(agent, TUESDAY_10).lead == following
    assert Release.objects.get().lead == held


def test_a_result_sent_again_when_the_customer_is_with_a_colleague_is_told_the_same(
    page, agent, held, dealership, clock
):
    asked = {"result": "spoken", "action_id": shown_id(page)}
    sent(page, "result", held, **asked)
    colleague = create_agent(dealership)
    clock.move_to(TUESDAY_10 + timedelta(minutes=16))
    Hold.objects.update(agent=colleague, until=TUESDAY_10 + timedelta(hours=1))

    again = sent(page, "result", held, **asked)

    assert again.status_code == 200
    assert "Jansen: gesproken." in text_of(again)
    assert Attempt.objects.count() == 1


def test_a_panel_of_what_is_sent_again_opens_at_no_other_customer(page, agent, held, dealership):
    booked = {"kind": "showroom", "minutes": "60", "slot": slot(dealership)}
    asked = {**booked, "action_id": shown_id(page)}
    assert 'name="panel" value="to_sales"' in drawn(sent(page, "appointment", held, **asked))
    sent(page, "close", held, reason="BDC-17", panel="to_sales")

    again = sent(page, "appointment", held, **asked)

    assert "showroom geboekt" in text_of(again)
    assert "Kaan Aardenburg" in text_of(again)
    assert 'name="panel" value=""' in drawn(again)


def test_another_button_of_the_same_form_is_another_action(page, held):
    shown = shown_id(page)

    sent(page, "result", held, result="spoken", action_id=shown)
    sent(page, "objection", held, action_id=shown)

    assert Attempt.objects.get().result == "spoken"
    assert Objection.objects.count() == 1


def test_a_note_that_was_written_on_meanwhile_is_kept(page, held):
    asked = {"result": "spoken", "action_id": shown_id(page)}

    for words in ("Hond blaft.", "Hond blaft.", "Hond blaft hard."):
        sent(page, "result", held, **asked, note=words)

    assert Attempt.objects.count() == 1
    assert [*held.notes.order_by("pk").values_list("body", flat=True)] == [
        "Hond blaft.",
        "Hond blaft hard.",
    ]


def test_what_a_rule_refused_can_be_sent_again(page, held, dealership):
    asked = {"result": "no_answer", "action_id": shown_id(page)}
    Hold.objects.update(agent=create_agent(dealership))
    refused = sent(page, "result", held, **asked)
    Hold.objects.all().delete()

    done = sent(page, "result", held, **asked)

    assert (refused.status_code, done.status_code) == (409, 200)
    assert Attempt.objects.count() == 1


def test_the_same_id_of_somebody_else_is_another_action(client, page, agent, held, dealership):
    asked = {"note": "Van mij.", "action_id": str(uuid4())}
    sent(page, "note", held, **asked)
    colleague = create_agent(dealership)
    client.force_login(colleague)

    sent(client, "note", held, **asked)

    assert {note.by for note in held.notes.all()} == {agent, colleague}


@pytest.mark.parametrize("broken", ["", "7", "x" * 36])
def test_without_an_id_each_is_done(page, held, broken):
    for _press in range(2):
        sent(page, "note", held, note="Twee keer.", action_id=broken)

    assert held.notes.count() == 2


def test_undo_pressed_twice_undoes_one_step(page, agent, held):
    for result in ("spoken", "refused"):
        record_attempt(held, result=result, by=agent, now=TUESDAY_10)
    asked = {"from": "calling", "action_id": str(uuid4())}

    for _press in range(2):
        page.post(reverse("leads:undo", args=[held.pk]), asked)

    assert Step.objects.exclude(undone_at=None).count() == 1
    assert Event.objects.filter(verb="undone").count() == 1


# --- On the page of a lead ------------------------------------------------------------------


@pytest.fixture
def proposed(dealership):
    """A close-out that waits for a manager."""
    salesperson = dealership.memberships.get().user
    lead = receive(dealership, name="Els Een")
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    return close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)


@pytest.mark.parametrize(
    ("address", "asked", "said"),
    [
        ("note", {"body": "Belt liever 's avonds."}, "Notitie bewaard."),
        ("approve", {"override": "agreed_with_me"}, "Een: akkoord gegeven."),
        ("decide", {"decision": "more_attempts"}, "Een: teruggestuurd"),
        ("send-back", {"instruction": "more_attempts"}, "Een: teruggestuurd."),
    ],
)
def test_the_page_of_a_lead_says_the_same_again(client, dealership, proposed, address, asked, said):
    client.force_login(create_member(Role.SALES_MANAGER, dealership))
    asked = {**asked, "action_id": str(uuid4())}
    where = reverse(f"leads:{address}", args=[proposed.pk])

    answers = [client.post(where, asked, headers=HTMX) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all(said in text_of(answer) for answer in answers)
    assert Note.objects.count() == (1 if address == "note" else 0)
    verbs = [*proposed.events.values_list("verb", flat=True)]
    assert all(verbs.count(verb) <= 1 for verb in ("close_approved", "close_sent_back"))
