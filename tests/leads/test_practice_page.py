"""Practice by plain forms, as a browser without JavaScript sends them; it leaves nothing."""

from __future__ import annotations

import html
import re

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse

from dealers.models import Role
from leads.domain.contacting import record_attempt
from leads.models import Hold
from leads.practice.customers import FEWEST_PRESSES
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive_passive,
)

PAGE = "/oefenen/"
HTMX = {"HX-Request": "true"}
# What fits each customer, by the keys of the buttons; a text is typed in the field of its key.
FITTING = (
    ["1"],
    ["2"],
    ["3", {"due_at": "do 14.30"}],
    ["4", "1", "4"],
    ["5", {"amount": ""}, "3"],
    ["6", "4"],
    ["7", "1"],
    ["8", "1"],
    ["9"],
    ["1", "z", {"note": "De kat heet Minister."}, "3", "4"],
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def agent(client, db):
    dealership = create_dealership(name="Noord Eindhoven")
    create_salesperson(dealership, name="Echte Verkoper")
    user = create_agent(dealership, name="Noor Bakker")
    client.force_login(user)
    return user


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page)).split())


class Person:
    """Who practises in a browser without JavaScript: sees a page, presses what stands on it."""

    def __init__(self, client):
        self.client = client
        self.page = client.get(PAGE).content.decode()
        self.seen = [self.page]
        self.note = {}

    @property
    def text(self):
        return text_of(self.page)

    def _sent(self, action, told):
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page)
        kept = re.search(r'<textarea [^>]*name="note"[^>]*>([^<]*)', self.page)
        note = {"note": html.unescape(kept[1])} if kept else {}
        sent = {**dict(hidden), **note, **self.note, **told}
        response = self.client.post(action, sent, follow=True)
        self.note = {}
        assert response.status_code in (200, 422)
        self.page = response.content.decode()
        self.seen.append(self.page)

    def press(self, key):
        main = self.page.split("<main", 1)[1].split("</main>")[0]
        buttons = re.findall(rf'<button [^>]*data-key="{key}"[^>]*>', main)
        assert len(buttons) == 1, f"{key}: {buttons} in {self.text}"
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', html.unescape(buttons[0])))
        form = re.search(r'<form [^>]*action="(/oefenen/[^"]*)"', main)
        action = told.get("formaction") or form[1]
        self._sent(action, {told["name"]: told["value"]} if "name" in told else {})

    def type(self, **typed):
        """Type something; Enter presses the first button of the form."""
        if "note" in typed:
            self.note = typed
            return
        action = re.search(r'<button formaction="([^"]*)"[^>]*></button>', self.page)[1]
        self._sent(action, typed)

    def call(self):
        action = re.search(r'formaction="([^"]*)" data-enter', self.page)[1]
        self._sent(action, {})

    def do(self, steps):
        for step in steps:
            if isinstance(step, dict):
                self.type(**step)
            else:
                self.press(step)


@pytest.fixture
def person(client, agent):
    return Person(client)


def begun(person, place=0):
    """Go on to the customer at `place`, by what fits those before."""
    person.press("n")
    for steps in FITTING[:place]:
        person.call()
        person.do([*steps, "n"])
    return person


def written():
    """How many rows of each table this transaction wrote so far, sessions left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname <> 'django_session'"
        )
        return dict(cursor.fetchall())


# --- The whole of it ----------------------------------------------------------------------


def test_a_whole_run_by_plain_forms_writes_no_row_and_tells_nobody(person, clock):
    before = written()
    assert before["dealers_dealership"] > 0  # so that what is written is seen
    waiting = len(transaction.get_connection().run_on_commit)

    begun(person, place=len(FITTING) - 1)
    clock.move_to(at(24, 10, 6))
    person.call()
    person.do([*FITTING[-1], "n"])

    assert "Je kent de toetsen" in person.text
    assert "Meteen de goede toets 10 van 10" in person.text
    assert f"Toetsen ingedrukt {FEWEST_PRESSES} minimaal {FEWEST_PRESSES}" in person.text
    assert "Tijd 6:00" in person.text
    assert written() == before
    assert len(transaction.get_connection().run_on_commit) == waiting


def test_nobody_can_be_dialled_and_nobody_real_is_named(person):
    begun(person, place=len(FITTING) - 1)
    person.call()
    person.do(["4", "s"])
    pages = "".join(person.seen)
    assert "Met wie?" in pages

    assert "06 •• •• •• 01" in pages
    assert "tel:" not in pages
    assert "Echte Verkoper" not in pages
    assert pages.count("Oefenen: niemand wordt gebeld, niets telt mee.") == len(person.seen)


# --- One customer -------------------------------------------------------------------------


def test_the_real_words_say_what_spits_would_do(person):
    begun(person)
    person.call()
    assert "Gijs laat de hond uit" in person.text

    person.press("1")

    assert "van Buiten: niet bereikt, poging 1 van 6. Opnieuw di 24 nov 14:00" in person.text
    assert "Dat is de toets" in person.text


def test_another_key_that_fits_better_is_named_and_one_may_go_on(person):
    begun(person)
    person.call()
    person.press("2")

    assert "Een andere toets past beter" in person.text
    assert "Niemand nam op en er was geen voicemail: toets 1." in person.text
    person.press("n")
    assert "Wil de Zwijger" in person.text


def test_what_did_not_fit_is_worth_another_try_at_the_end(person):
    begun(person)
    for _customer in FITTING:
        person.call()
        person.do(["9", "n"])

    assert "Meteen de goede toets 1 van 10" in person.text
    again = person.text.split("Nog eens oefenen")[1]
    assert re.findall(r"(?<= )([1-9z]) [A-Z]", again) == [*"12345678", "z"]
    person.press("n")
    assert "Gijs van Buiten" in person.text


def test_a_call_comes_first(person):
    begun(person)

    person.press("1")

    assert "Bel eerst" in person.text
    assert "Dat is de toets" not in person.text


def test_what_is_locked_on_the_real_screen_is_locked_here(person):
    begun(person)
    person.call()

    person.press("8")
    assert "Boek eerst de showroomafspraak." in person.text
    person.press("a")
    person.press("s")
    person.press("1")

    assert "van Buiten: showroom geboekt op wo 25 nov 08:30." in person.text
    person.press("1")
    assert "van Buiten: naar Sem Kuipers." in person.text


def test_a_moment_that_is_not_understood_stays_as_it_was_typed(person):
    begun(person)
    person.call()
    person.press("3")

    person.type(due_at="ooit eens")

    assert 'value="ooit eens"' in person.page
    assert "Bijvoorbeeld: do 14.30" in person.text


def test_a_letting_go_and_all_reasons_are_here_too(person):
    begun(person)
    person.call()
    person.press("6")
    person.press("x")
    assert "Test / Bug" in person.text

    release = reverse("leads:practice-release")
    assert f'formaction="{release}"' in person.page
    person._sent(release, {"release": "not_now"})

    assert "Losgelaten. Je krijgt deze klant een half uur niet aangeboden." in person.text


# --- Where one is -------------------------------------------------------------------------


def test_a_reload_keeps_the_place_and_what_was_said(person, client):
    begun(person, place=2)
    person.call()
    said = person.text

    assert text_of(client.get(PAGE).content.decode()) == said
    person.do(FITTING[2])
    came = text_of(client.get(PAGE).content.decode())
    assert "Broodmans: terugbellen do 26 nov 14:30." in came


def test_the_page_from_before_presses_nothing(person, client):
    begun(person)
    person.call()
    person.press("1")
    before = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', person.page))
    person.press("n")
    person.call()

    client.post(reverse("leads:practice-result"), {**before, "result": "no_answer"}, headers=HTMX)
    person.page = client.get(PAGE).content.decode()

    assert "klant 2 van 10" in person.text
    assert "de Zwijger: niet bereikt" not in person.text


def test_what_another_version_kept_begins_anew(client, agent):
    session = client.session
    session["practice"] = {"place": 3}
    session.save()

    assert "Oefenen starten" in text_of(client.get(PAGE).content.decode())
    response = client.post(reverse("leads:practice-result"), {"result": "voicemail"}, headers=HTMX)
    assert "Oefenen starten" in text_of(response.content.decode())


def test_a_customer_who_is_really_held_stays_held(person, agent):
    lead = receive_passive(agent.memberships.get().centre.services.first().dealership)
    Hold.objects.all().delete()
    person.client.post(reverse("leads:calling-next"))
    held = Hold.objects.get()
    assert held.lead == lead

    begun(person)
    person._sent(reverse("leads:practice-release"), {"release": "not_now"})

    assert Hold.objects.get().until == held.until


def test_a_typed_moment_is_understood_while_one_types(client, agent):
    line = client.get("/leads/0/moment/", {"due_at": "do 14.30"}).content.decode()
    visit = client.get(
        "/leads/0/moment/", {"starts_at": "vrijdag", "kind": "workshop", "slots": "1"}
    ).content.decode()

    assert "Donderdag 26 november 14:30" in line
    assert 'id="free-slots"' in visit
    assert 'formaction="/bellen/0/afspraak/"' in visit


# --- Who comes here, and from where -------------------------------------------------------


def test_others_are_told_whose_it_is(client, db):
    client.force_login(create_member(Role.MARKETER, create_dealership()))

    assert client.get(PAGE).status_code == 403
    assert client.post(reverse("leads:practice-begin")).status_code == 403
    assert PAGE not in client.get("/leads/").content.decode()


def test_practice_is_found_from_calling_the_menu_the_palette_and_the_first_day(client, agent):
    client.post("/dienst/", {"say": "available"})
    idle = client.get("/bellen/").content.decode()
    first_day = client.get("/mijn-dag/").content.decode()
    palette = client.get("/zoeken/", {"q": "oef"}, headers=HTMX).content.decode()

    assert "Er is nog geen campagne" in idle
    assert idle.split("<main", 1)[1].count(f'href="{PAGE}"') >= 1
    assert "Je eerste dag?" in first_day
    assert PAGE in palette
    assert PAGE in client.get("/terugbellen/").content.decode()


def test_who_has_called_before_has_no_first_day(client, agent, clock):
    dealership = agent.memberships.get().centre.services.first().dealership
    lead = receive_passive(dealership, now=at(23, 9))
    record_attempt(lead, by=agent, now=at(23, 10), result="no_answer")

    page = client.get("/mijn-dag/").content.decode()

    assert "Je dag begint hier" in page
    assert "Je eerste dag?" not in page
