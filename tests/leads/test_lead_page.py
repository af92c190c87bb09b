"""The page of one lead: what it tells, and each action done, refused, and for strangers."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dealers.models import Role
from leads.domain.booking import ask_quote, book_appointment
from leads.domain.closing import close_lead
from leads.domain.contacting import add_note, record_attempt, start_call
from leads.domain.facts import Facts
from leads.domain.handing_over import assign
from leads.domain.objecting import record_objection
from leads.models import Attempt, Lead, Queue, Status
from tests.factories import (
    AMSTERDAM,
    TUESDAY_10,
    at,
    consent,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

HTMX = {"HX-Request": "true"}
PLAIN: dict[str, str] = {}
BOTH_WAYS = pytest.mark.parametrize(
    "headers", [pytest.param(HTMX, id="htmx"), pytest.param(PLAIN, id="no javascript")]
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_10, tick=False) as travelling:
        yield travelling


@pytest.fixture
def dealership(db):
    return create_dealership(name="Noord Eindhoven")


@pytest.fixture
def salesperson(dealership):
    return create_salesperson(dealership, name="Sem Kuipers")


@pytest.fixture
def manager(dealership):
    return create_member(Role.SALES_MANAGER, dealership, name="Petra Maas")


@pytest.fixture
def lead(dealership, salesperson):
    """A new lead of Sem's, with the customer's own words."""
    lead = receive(
        dealership,
        name="Marieke Jansen",
        phones=("06-20304050",),
        emails=("marieke@example.nl",),
        source="Marktplaats",
        model="ID.3",
        plate="7TKL82",
        message="Kan ik zaterdag een proefrit maken?",
    )
    assert lead.owner == salesperson
    return lead


@pytest.fixture
def page(client, salesperson):
    client.force_login(salesperson)
    return client


def url(name, lead, *args):
    return reverse(f"leads:{name}", args=[lead.pk, *args])


def text_of(response):
    return response.content.decode()


def show(client, lead):
    return text_of(client.get(url("detail", lead)))


def fresh(lead):
    return Lead.objects.get(pk=lead.pk)


def do(client, name, lead, asked=None, headers=PLAIN, *args):
    """Send a form as a browser does; without htmx follow to the page that shows the end."""
    response = client.post(url(name, lead, *args), asked or {}, headers=headers, follow=not headers)
    if headers and response.status_code < 400:
        assert "<html" not in text_of(response)
    return response


# --- What the page tells ------------------------------------------------------------------


def test_the_page_tells_who_asks_what_and_why_it_is_yours(page, lead):
    text = show(page, lead)

    assert "Marieke Jansen" in text
    assert "Volkswagen ID.3" in text
    assert "7-TKL-82" in text
    assert "Kan ik zaterdag een proefrit maken?" in text
    assert "tel:+31620304050" in text
    assert "06 20304050" in text
    assert "mailto:marieke@example.nl" in text
    assert "Waarom jij deze lead hebt" in text
    assert "Naar Sem Kuipers: in dienst" in text
    assert "De klant vroeg er zelf om." in text
    assert 'datetime="2026-11-24T10:02:00+01:00"' in text


def test_consent_stands_there_with_its_words_and_proof(page, dealership, salesperson):
    lead = receive(dealership, consents=(consent(words="Ja, bel mij maar."),))

    text = show(page, lead)

    assert "Ja, bel mij maar." in text
    assert "Bewijs: row 1" in text


def test_what_happened_at_one_moment_is_one_line_of_the_timeline(page, lead, salesperson, clock):
    clock.move_to(at(24, 10, 1))
    record_attempt(
        lead, result="no_answer", note="Voicemail vol.", by=salesperson, now=at(24, 10, 1)
    )

    timeline = page.get(url("detail", lead)).context["page"].timeline

    assert len(timeline) == 2
    newest = timeline[0]
    assert newest.text.startswith("Belpoging: niet bereikt.")
    assert "Volgende belpoging gepland" in newest.text
    assert newest.note == "Voicemail vol."
    assert newest.by == salesperson
    assert timeline[1].note == "Kan ik zaterdag een proefrit maken?"


def test_rounds_keep_their_reasons_side_by_side(client, dealership, lead, salesperson, manager):
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)
    client.force_login(manager)
    do(client, "approve", lead)

    text = show(client, lead)

    assert "Ziet definitief af van een andere auto" in text
    assert "akkoord van Petra Maas" in text
    assert "BDC · tweede stem" in text


def test_other_leads_of_the_customer_are_shown_as_far_as_one_may_see_them(
    page, dealership, lead, salesperson
):
    elsewhere = create_dealership(group=dealership.group)
    create_salesperson(elsewhere)
    here = receive(
        dealership, phones=("06-20304050",), interest="service", channel="phone", name="Jansen"
    )
    there = receive(elsewhere, phones=("06-20304050",), interest="used", name="Jansen")
    assert here.customer == there.customer == lead.customer

    shown = page.get(url("detail", lead)).context["page"].other_leads

    assert shown == [here]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_queries_however_much_happened(
    page, dealership, lead, salesperson, count
):
    for number in range(count):
        add_note(lead, body=f"Notitie {number}", by=salesperson, now=TUESDAY_10)
        book_appointment(
            lead, kind="showroom", starts_at=at(25 + number, 11), by=salesperson, now=TUESDAY_10
        )
        ask_quote(lead, by=salesperson, now=TUESDAY_10)
        receive(
            dealership,
            phones=("06-20304050",),
            name="Jansen",
            interest=("used", "service", "other")[number],
        )

    page.get(url("detail", lead))
    with CaptureQueriesContext(connection) as queries:
        page.get(url("detail", lead))

    assert len(queries) == 33


def test_who_may_not_work_it_reads_why_and_whose_it_is(client, dealership, lead):
    client.force_login(create_salesperson(dealership, name="Lisa Ander"))

    text = show(client, lead)

    assert "Deze lead is van iemand anders. Sem Kuipers werkt eraan." in text
    assert url("call", lead) not in text
    assert url("close", lead) not in text


@pytest.mark.parametrize("role", [Role.MARKETER, Role.RECEPTIONIST, Role.ADMINISTRATOR])
def test_who_only_looks_gets_no_buttons(client, dealership, lead, role):
    client.force_login(create_member(role, dealership))

    text = show(client, lead)

    assert "Je kunt deze lead bekijken" in text
    for name in ("call", "note", "assign", "close"):
        assert url(name, lead) not in text


def test_a_salesperson_does_not_see_a_passive_lead(page, dealership):
    assert page.get(url("detail", receive_passive(dealership))).status_code == 404


POSTS = {
    "call": {},
    "attempt": {"result": "no_answer"},
    "converse": {"channel": "inbound"},
    "call-back": {"moment": at(25, 10).isoformat()},
    "note": {"body": "Iets"},
    "object": {},
    "appointment": {"kind": "showroom", "slot": f"{at(25, 11).isoformat()}|"},
    "quote": {},
    "close": {"reason": "BDC-01"},
    "approve": {},
    "send-back": {"instruction": "more_attempts"},
    "reopen": {},
    "take": {},
    "assign": {"to": "queue:inbound"},
}


@pytest.mark.parametrize("name", [*POSTS, "detail"])
def test_a_stranger_finds_nothing(client, lead, name):
    stranger = create_member(Role.SALES_MANAGER, create_dealership())
    client.force_login(stranger)

    send = client.get if name == "detail" else client.post
    response = send(url(name, lead), POSTS.get(name, {}))

    assert response.status_code == 404
    assert "Jansen" not in text_of(response)
    assert fresh(lead).status == Status.OPEN


@pytest.mark.parametrize(
    "name", sorted(set(POSTS) - {"call", "note", "approve", "send-back", "reopen", "take"})
)
def test_every_panel_opens_as_a_page_of_its_own(client, dealership, lead, salesperson, name):
    client.force_login(
        create_member(Role.SALES_MANAGER, dealership) if name == "assign" else salesperson
    )

    whole = client.get(url(name, lead))
    part = client.get(url(name, lead), headers=HTMX)

    assert 'id="panel"' in text_of(whole)
    assert 'id="panel"' in text_of(part)
    assert "<html" in text_of(whole)
    assert "<html" not in text_of(part)
    assert "HX-Request" in part.headers["Vary"]


# --- Calling --------------------------------------------------------------------------------


@BOTH_WAYS
def test_call_now_starts_the_call_and_stops_the_clock(page, lead, headers):
    response = do(page, "call", lead, headers=headers)

    assert fresh(lead).first_call_at == TUESDAY_10
    assert "Hoe ging het?" in text_of(response)
    assert "Gebeld na 0:00" in text_of(response)


def test_the_browser_is_told_which_number_to_dial(page, lead):
    response = do(page, "call", lead, headers=HTMX)

    assert response.headers["HX-Trigger-After-Settle"] == '{"dial": {"number": "+31620304050"}}'


def test_from_a_list_the_page_of_the_lead_takes_its_place(page, lead):
    response = page.post(url("call", lead), headers={**HTMX, "HX-Target": "main"})

    assert '<main id="main"' in text_of(response)
    assert response.headers["HX-Push-Url"] == url("detail", lead)


def test_a_double_press_starts_one_call(page, lead):
    seen = page.get(url("detail", lead)).context["page"].seen

    for _press in range(2):
        assert do(page, "call", lead, {"seen": seen}, HTMX).status_code == 200

    assert lead.calls.count() == 1


def test_without_a_ground_there_is_no_call_button_but_the_reason_why(page, lead, salesperson):
    Lead.objects.filter(pk=lead.pk).update(requested_at=TUESDAY_10 - timedelta(days=31))

    text = show(page, lead)

    assert "Er is geen grond om deze klant te bellen" in text
    assert f'action="{url("call", lead)}"' not in text


def test_outside_calling_hours_the_page_says_when_it_may_be_again(page, lead, salesperson, clock):
    clock.move_to(at(29, 12))  # a Sunday
    page.force_login(salesperson)

    text = show(page, lead)

    assert "Bellen kan weer vanaf ma 30 nov 09:00." in text
    assert f'action="{url("call", lead)}"' not in text


@BOTH_WAYS
def test_a_call_that_may_not_be_is_refused_in_the_words_of_the_rule(
    page, lead, salesperson, headers, clock
):
    clock.move_to(at(29, 12))
    page.force_login(salesperson)

    response = do(page, "call", lead, headers=headers)

    assert response.status_code == 409
    assert "Nu mag je klanten niet bellen" in text_of(response)
    assert not lead.calls.exists()


@pytest.mark.parametrize(
    "result", ["spoken", "no_answer", "engaged", "voicemail", "wrong_number", "refused"]
)
@BOTH_WAYS
def test_each_result_is_one_press(page, lead, salesperson, headers, result):
    call = start_call(lead, by=salesperson, now=TUESDAY_10)

    response = do(
        page, "attempt", lead, {"result": result, "call": call.pk, "note": "Aardig."}, headers
    )

    assert response.status_code == 200
    assert lead.attempts.get().result == result
    assert lead.notes.filter(body="Aardig.").exists()
    assert "belpoging 1 van" in text_of(response) or "poging 1 van" in text_of(response)


def test_the_spread_shows_each_attempt_by_day_and_part(page, lead, salesperson):
    for moment in (at(23, 9), at(23, 9, 30), at(23, 14)):
        record_attempt(lead, result="no_answer", by=salesperson, now=moment)

    text = " ".join(re.sub(r"<[^>]+>", " ", show(page, lead)).split())

    assert "Pogingen van deze ronde per dag en dagdeel: 2 van 5 tellen mee." in text
    assert "ma 23 nov 09:00 niet bereikt, telt mee. 09:30 niet bereikt, telt niet mee." in text
    assert "14:00 niet bereikt, telt mee." in text
    assert "De volgende poging is nummer 3 van 5." in text
    assert "Opnieuw gepland di 24 nov 17:30, een ander dagdeel dan de vorige keer." in text
    assert "Niet bereikt? Dan opnieuw do 26 nov 14:00, een ander dagdeel dan deze keer." in text


def test_the_answer_says_what_happens_next(page, lead):
    response = do(page, "attempt", lead, {"result": "no_answer"})

    assert "Opnieuw di 24 nov 14:00, een ander dagdeel." in text_of(response)


@BOTH_WAYS
def test_spoken_goes_on_to_what_was_agreed(page, lead, headers):
    response = page.post(
        url("attempt", lead), {"result": "spoken:appointment"}, headers=headers, follow=True
    )

    assert lead.attempts.get().result == "spoken"
    if headers:
        assert f'"path": "{url("appointment", lead)}"' in response.headers["HX-Location"]
    else:
        assert "Afspraak maken" in text_of(response)


def test_the_customer_who_objects_is_never_called_again(page, lead):
    do(page, "attempt", lead, {"result": "objected"})

    lead = fresh(lead)
    assert lead.customer.objected_at == TUESDAY_10
    assert lead.attempts.get().result == "spoken"
    assert lead.close_reason_id == "VK-08"


def test_a_call_that_was_made_without_a_ground_is_kept_as_a_breach(page, lead):
    Lead.objects.filter(pk=lead.pk).update(requested_at=TUESDAY_10 - timedelta(days=31))

    refused = do(page, "attempt", lead, {"result": "no_answer", "note": "Toch gebeld."})
    kept = do(page, "attempt", lead, {"result": "no_answer", "happened": "on"})

    assert refused.status_code == 409
    assert "Toch gebeld." in text_of(refused)
    assert "De teamleider ziet dit als overtreding." in text_of(refused)
    assert kept.status_code == 200
    assert lead.attempts.get().is_breach


@BOTH_WAYS
def test_a_result_that_is_none_keeps_what_was_typed(page, lead, headers):
    response = do(page, "attempt", lead, {"result": "maybe", "note": "Niet kwijtraken."}, headers)

    assert response.status_code == 422
    assert "Niet kwijtraken." in text_of(response)
    assert not lead.attempts.exists()


def test_sent_twice_it_is_one_attempt(page, lead):
    seen = page.get(url("detail", lead)).context["page"].seen

    for _press in range(2):
        do(page, "attempt", lead, {"result": "no_answer", "seen": seen}, HTMX)

    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "asked", "rows"),
    [
        ("converse", {"channel": "chat"}, "conversations"),
        ("call-back", {"moment": at(25, 10).isoformat()}, "call_backs"),
        ("appointment", {"kind": "showroom", "slot": f"{at(25, 11).isoformat()}|"}, "appointments"),
        ("quote", {}, "quotes"),
        ("close", {"reason": "BDC-01"}, "proposals"),
    ],
)
@BOTH_WAYS
def test_a_double_press_counts_once_everywhere(page, lead, headers, name, asked, rows):
    seen = page.get(url("detail", lead)).context["page"].seen

    do(page, name, lead, {**asked, "seen": seen}, headers)
    again = do(page, name, lead, {**asked, "seen": seen}, headers)

    assert getattr(lead, rows).count() == 1
    assert again.status_code == 200
    assert "Jansen: dit was al opgeslagen" in text_of(again)


def test_somebody_elses_lead_is_not_worked(client, dealership, lead):
    client.force_login(create_salesperson(dealership))

    for name in ("call", "attempt", "converse", "call-back", "quote"):
        assert do(client, name, lead, POSTS[name]).status_code == 409

    assert not lead.attempts.exists()


def test_a_marketer_may_not(client, dealership, lead):
    client.force_login(create_member(Role.MARKETER, dealership))

    for name in ("call", "attempt", "converse", "call-back", "note", "object", "quote", "assign"):
        assert do(client, name, lead, POSTS[name]).status_code == 403


# --- Conversations, call-backs, notes, objections ---------------------------------------------


@BOTH_WAYS
def test_a_conversation_by_another_channel_reaches_without_an_attempt(page, lead, headers):
    do(page, "converse", lead, {"channel": "showroom", "note": "Kwam langs."}, headers)

    lead = fresh(lead)
    assert lead.reached_at == TUESDAY_10
    assert not lead.attempts.exists()
    assert lead.notes.filter(body="Kwam langs.").exists()


def test_a_conversation_needs_its_channel(page, lead):
    response = do(page, "converse", lead, {"note": "Kwam langs."})

    assert response.status_code == 422
    assert "Kies hoe je de klant sprak." in text_of(response)
    assert "Kwam langs." in text_of(response)


@BOTH_WAYS
def test_a_call_back_at_a_proposed_moment_is_one_press(page, lead, headers):
    panel = page.get(url("call-back", lead))
    moment = panel.context["moments"][0]

    do(page, "call-back", lead, {"moment": moment.at.isoformat()}, headers)

    assert lead.call_backs.get().due_at == moment.at
    assert f'value="{moment.at.astimezone(AMSTERDAM).isoformat()}"' in text_of(panel)


def test_a_call_back_at_an_own_moment(page, lead):
    do(page, "call-back", lead, {"moment": "", "due_at": "2026-11-26T14:30", "note": "Na zessen"})

    assert lead.call_backs.get().due_at == at(26, 14, 30)
    assert lead.notes.filter(body="Na zessen").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"due_at": "2026-11-23T14:30"}, "Dit moment is al geweest", id="passed"),
        pytest.param({"due_at": "straks"}, "“straks” wordt niet begrepen", id="not a time"),
        pytest.param({}, "Kies een moment", id="nothing"),
        pytest.param({"due_at": "2036-11-23T14:30"}, "twee jaar", id="too far"),
    ],
)
@BOTH_WAYS
def test_an_impossible_call_back_is_refused_and_keeps_the_note(page, lead, headers, asked, said):
    response = do(page, "call-back", lead, {**asked, "note": "Na zessen"}, headers)

    assert response.status_code == 422
    assert said in text_of(response)
    assert "Na zessen" in text_of(response)
    assert not lead.call_backs.exists()


@BOTH_WAYS
def test_a_call_back_is_typed_as_people_say_it(page, lead, headers):
    do(page, "call-back", lead, {"due_at": "do 14.30"}, headers)

    assert lead.call_backs.get().due_at == at(26, 14, 30)


@BOTH_WAYS
def test_a_visit_is_typed_as_people_say_it_and_a_day_shows_what_is_free(page, lead, headers):
    asked = do(page, "appointment", lead, {"kind": "showroom", "starts_at": "do"}, headers)

    assert asked.status_code == 422
    assert {slot.at.date() for slot in asked.context["slots"]} == {at(26, 9).date()}
    assert "Donderdag 26 november" in text_of(asked)

    do(page, "appointment", lead, {"kind": "showroom", "starts_at": "do 14.30"}, headers)

    assert lead.appointments.get().starts_at == at(26, 14, 30)


@BOTH_WAYS
def test_a_note_stands_in_the_timeline(page, lead, headers):
    response = do(page, "note", lead, {"body": "Belt liever niet op maandag."}, headers)

    assert lead.notes.filter(body="Belt liever niet op maandag.").exists()
    assert "Notitie bewaard." in text_of(response)


def test_an_empty_note_is_refused(page, lead):
    response = do(page, "note", lead, {"body": "  "})

    assert response.status_code == 422
    assert "Schrijf eerst de notitie." in text_of(response)


@BOTH_WAYS
def test_an_objection_works_at_once_for_all_leads(page, dealership, lead, headers):
    other = receive(dealership, phones=("06-20304050",), name="Jansen", interest="service")

    do(page, "object", lead, headers=headers)

    assert {fresh(one).close_reason_id for one in (lead, other)} == {"VK-08"}
    assert "Niet bellen" not in show(page, lead)  # it is closed, and says so
    assert "Wil niet meer gebeld worden" in show(page, lead)


def test_a_receptionist_may_record_an_objection(client, dealership, lead):
    client.force_login(create_member(Role.RECEPTIONIST, dealership))

    assert url("object", lead) in show(client, lead)
    do(client, "object", lead)

    assert fresh(lead).customer.objected_at == TUESDAY_10


def test_who_objected_is_not_asked_again(client, dealership, lead, salesperson, manager):
    record_objection(lead.customer, by=salesperson, now=TUESDAY_10)
    client.force_login(manager)

    assert url("object", lead) not in show(client, lead)


# --- Appointments and quotes ------------------------------------------------------------------


@BOTH_WAYS
def test_an_appointment_at_a_free_moment_is_one_press(page, lead, salesperson, headers):
    panel = page.get(url("appointment", lead) + "?kind=test_drive")
    slot = panel.context["slots"][0]

    response = do(
        page,
        "appointment",
        lead,
        {"kind": "test_drive", "slot": slot.value, "vehicle": "7TKL82"},
        headers,
    )

    booked = lead.appointments.get()
    assert (booked.kind, booked.starts_at, booked.salesperson, booked.vehicle) == (
        "test_drive",
        slot.at,
        salesperson,
        "7TKL82",
    )
    assert "Jansen: proefrit geboekt op" in text_of(response)


def test_an_appointment_at_an_own_moment_with_somebody_else(page, dealership, lead):
    lisa = create_salesperson(dealership, name="Lisa Ander")

    do(
        page,
        "appointment",
        lead,
        {
            "kind": "showroom",
            "starts_at": "2026-11-27T16:00",
            "minutes": "90",
            "salesperson": lisa.pk,
        },
    )

    booked = lead.appointments.get()
    assert (booked.starts_at, booked.salesperson) == (at(27, 16), lisa)
    assert booked.ends_at - booked.starts_at == timedelta(minutes=90)


def test_a_place_in_the_workshop(page, lead):
    slot = page.get(url("appointment", lead) + "?kind=workshop").context["slots"][0]

    do(page, "appointment", lead, {"kind": "workshop", "slot": slot.value})

    assert lead.appointments.get().slot == 1


@BOTH_WAYS
def test_a_moment_that_was_just_booked_is_refused_with_fresh_moments(
    page, dealership, lead, salesperson, headers
):
    other = receive(dealership, name="Peter Peeters")
    slot = page.get(url("appointment", lead)).context["slots"][0]
    book_appointment(other, kind="showroom", starts_at=slot.at, by=salesperson, now=TUESDAY_10)

    response = do(page, "appointment", lead, {"kind": "showroom", "slot": slot.value}, headers)

    assert response.status_code == 409
    assert "is net geboekt" in text_of(response)
    assert slot.at not in [one.at for one in response.context["slots"]]
    assert not lead.appointments.exists()
    if headers:
        assert response.headers["HX-Retarget"] == "#lead"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"starts_at": "2026-11-23T14:30"}, "Dit moment is al geweest", id="passed"),
        pytest.param({}, "Kies een moment", id="nothing"),
    ],
)
def test_an_impossible_appointment_is_refused(page, lead, asked, said):
    response = do(page, "appointment", lead, {"kind": "showroom", "vehicle": "AB12", **asked})

    assert response.status_code == 422
    assert said in text_of(response)
    assert not lead.appointments.exists()


def test_there_is_no_other_kind_of_appointment(page, lead):
    assert page.get(url("appointment", lead) + "?kind=party").status_code == 404


@pytest.mark.parametrize("outcome", ["showed", "no_show", "cancelled"])
@BOTH_WAYS
def test_how_the_appointment_ended(page, lead, salesperson, clock, headers, outcome):
    visit = book_appointment(
        lead, kind="showroom", starts_at=at(24, 14), by=salesperson, now=TUESDAY_10
    )
    clock.move_to(at(24, 15))

    assert "Is de klant geweest?" in show(page, lead)
    do(page, "outcome", lead, {"outcome": outcome}, headers, visit.pk)

    assert lead.appointments.get().outcome == outcome
    assert "Is de klant geweest?" not in show(page, lead)


def test_an_appointment_of_another_lead_is_not_found(page, dealership, lead, salesperson):
    other = receive(dealership, name="Peter Peeters")
    visit = book_appointment(
        other, kind="showroom", starts_at=at(25, 14), by=salesperson, now=TUESDAY_10
    )

    assert do(page, "outcome", lead, {"outcome": "showed"}, PLAIN, visit.pk).status_code == 404


@BOTH_WAYS
def test_an_appointment_is_moved_to_a_free_moment_with_one_press(page, lead, salesperson, headers):
    visit = book_appointment(
        lead, kind="showroom", starts_at=at(25, 14), by=salesperson, now=TUESDAY_10
    )
    panel = page.get(url("move", lead, visit.pk))
    slot = panel.context["slots"][0]

    response = do(page, "move", lead, {"slot": slot.value}, headers, visit.pk)

    moved = lead.appointments.get(outcome="")
    assert (moved.moved_from, moved.starts_at) == (visit, slot.at)
    assert "Jansen: showroom geboekt op" in text_of(response)
    assert "verzet" in show(page, lead)


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        pytest.param({}, 422, "Kies een moment", id="no moment"),
        pytest.param({"starts_at": "2026-11-23T14:30"}, 422, "al geweest", id="passed"),
        pytest.param({"starts_at": "2026-11-26T14:30"}, 409, "is net geboekt", id="taken"),
    ],
)
def test_a_move_that_cannot_be_is_refused(page, dealership, lead, salesperson, asked, status, said):
    other = receive(dealership, name="Peter Peeters")
    book_appointment(other, kind="showroom", starts_at=at(26, 14), by=salesperson, now=TUESDAY_10)
    visit = book_appointment(
        lead, kind="showroom", starts_at=at(25, 14), by=salesperson, now=TUESDAY_10
    )

    response = do(page, "move", lead, asked, PLAIN, visit.pk)

    assert response.status_code == status
    assert said in text_of(response)
    assert lead.appointments.get().outcome == ""


def test_an_appointment_of_another_lead_is_not_moved(page, dealership, lead, salesperson):
    other = receive(dealership, name="Peter Peeters")
    visit = book_appointment(
        other, kind="showroom", starts_at=at(25, 14), by=salesperson, now=TUESDAY_10
    )

    assert page.get(url("move", lead, visit.pk)).status_code == 404


@BOTH_WAYS
def test_a_quote_with_or_without_its_amount(page, lead, headers):
    do(page, "quote", lead, {"amount": "38.950,00"}, headers)

    assert lead.quotes.get().amount == Decimal("38950.00")
    assert "€ 38.950,00" in show(page, lead).replace("\N{NO-BREAK SPACE}", " ")


def test_an_amount_that_is_none_is_refused(page, lead):
    response = do(page, "quote", lead, {"amount": "veel"})

    assert response.status_code == 422
    assert "Vul een bedrag in euro" in text_of(response)
    assert 'value="veel"' in text_of(response)


# --- Undo -------------------------------------------------------------------------------------


@BOTH_WAYS
def test_what_one_did_last_is_undone_with_one_press(page, lead, salesperson, clock, headers):
    assert "Ongedaan maken" not in show(page, lead)
    record_attempt(lead, result="no_answer", by=salesperson, now=at(24, 10, 1))
    clock.move_to(at(24, 10, 2))
    assert "Wat je hier het laatst deed: uitkomst van een belpoging" in show(page, lead)

    response = do(page, "undo", lead, {}, headers)

    assert "Jansen: uitkomst van een belpoging ongedaan gemaakt." in text_of(response)
    assert fresh(lead).next_call_at == lead.next_call_at
    text = show(page, lead)
    assert "Ongedaan maken" not in text
    assert "<s class" in text


def test_a_close_out_that_was_undone_stays_among_the_rounds(client, dealership):
    agent = create_agent(dealership)
    lead = receive_passive(dealership)
    close_lead(lead, reason="BDC-04", facts=Facts(destination="service"), by=agent, now=TUESDAY_10)
    client.force_login(agent)

    do(client, "undo", lead)

    rounds = show(client, lead).split('id="rounds"')[1]
    assert "ongedaan gemaakt" in rounds


def test_what_a_colleague_did_is_not_undone(client, lead, salesperson, manager):
    record_attempt(lead, result="no_answer", by=salesperson, now=TUESDAY_10)
    client.force_login(manager)

    assert "Ongedaan maken" not in show(client, lead)
    assert do(client, "undo", lead, {}, HTMX).status_code == 409


# --- Closing ----------------------------------------------------------------------------------


def test_locked_reasons_stay_visible_and_say_what_is_missing(page, lead):
    response = page.get(url("close", lead))

    text = text_of(response)
    assert "?reason=VK-01" in text
    assert "?reason=VK-04" not in text
    assert "Ander merk gekocht" in text
    assert "Spreek de klant eerst" in text
    assert "Na nog 5 belpogingen gaat het BDC er vanzelf mee verder." in text


def test_only_reasons_of_the_own_side_are_offered(page, lead):
    text = text_of(page.get(url("close", lead)))

    assert "Niet bereikt na maximaal aantal belpogingen" not in text
    assert "Geen toestemming om te bellen" not in text


def test_a_reason_asks_exactly_the_facts_that_it_needs(page, lead, salesperson):
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)

    response = page.get(url("close", lead) + "?reason=VK-04")

    assert list(response.context["form"].fields) == [
        "purchase_make",
        "purchase_model",
        "purchase_dealer",
        "purchase_postcode",
    ]
    text = text_of(response)
    assert "Daarna kijkt de verkoopleider ernaar." in text
    assert "Akkoord vragen" in text


@BOTH_WAYS
def test_a_close_out_of_sales_asks_approval(page, lead, salesperson, headers):
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)

    response = do(
        page,
        "close",
        lead,
        {"reason": "VK-04", "purchase_make": "Toyota", "purchase_model": "Yaris"},
        headers,
    )

    assert fresh(lead).status == Status.PROPOSED
    assert "Jansen: akkoord gevraagd." in text_of(response)
    assert "Toyota Yaris" in text_of(response)


def test_a_sale_closes_at_once(page, lead):
    do(
        page,
        "close",
        lead,
        {
            "reason": "VK-01",
            "sale_make": "Volkswagen",
            "sale_model": "ID.3",
            "sale_condition": "new",
            "sale_new_customer": "yes",
            "sale_price": "39.950",
        },
    )

    lead = fresh(lead)
    sale = lead.sales.get()
    assert lead.status == Status.CLOSED
    assert (sale.condition, sale.is_new_customer, sale.is_fleet, sale.price) == (
        "new",
        True,
        False,
        Decimal("39950.00"),
    )


FACTS = [
    pytest.param("BDC-02", {}, "original", id="duplicate without its original"),
    pytest.param("BDC-02", {"original": "999999"}, "original", id="an original that is not there"),
    pytest.param("BDC-02", {"original": "eerste"}, "original", id="an original that is no number"),
    pytest.param("BDC-04", {}, "destination", id="no destination"),
    pytest.param("BDC-08", {}, "objection", id="no objection"),
    pytest.param("VK-04", {"purchase_model": "Yaris"}, "purchase_make", id="no brand"),
    pytest.param("VK-02", {"purchase_make": "Skoda"}, "purchase_postcode", id="no postcode"),
    pytest.param(
        "VK-02",
        {"purchase_make": "Skoda", "purchase_postcode": "hier"},
        "purchase_postcode",
        id="no postcode at all",
    ),
    pytest.param(
        "VK-04",
        {"purchase_make": "Volkswagen", "purchase_postcode": "5611"},
        "__all__",
        id="facts that say another reason",
    ),
    pytest.param("VK-06", {"preferred_model": "ID.7"}, "preferred_make", id="no preferred car"),
    pytest.param("VK-01", {"sale_make": "VW"}, "sale_model", id="half a sale"),
]


@pytest.mark.parametrize(("reason", "asked", "field"), FACTS)
@BOTH_WAYS
def test_a_missing_fact_is_asked_beside_its_field(
    page, lead, salesperson, headers, reason, asked, field
):
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)

    response = do(page, "close", lead, {"reason": reason, **asked}, headers)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    for typed in asked.values():
        assert f'value="{typed}"' in text_of(response)
    assert fresh(lead).status == Status.OPEN


def test_a_duplicate_names_its_original_with_its_number(page, dealership, lead):
    original = receive(dealership, name="Marieke Jansen", phones=("06-20304099",))

    do(page, "close", lead, {"reason": "BDC-02", "original": f"#{original.pk}"})

    proposal = lead.proposals.get()
    assert proposal.facts["original"] == original.pk


@BOTH_WAYS
def test_without_a_reason_nothing_closes(page, lead, headers):
    response = do(page, "close", lead, {}, headers)

    assert response.status_code == 422
    assert "Kies een reden" in text_of(response)


def test_a_reason_without_its_evidence_is_refused(page, lead):
    response = do(page, "close", lead, {"reason": "VK-07"})

    assert response.status_code == 422
    assert "Spreek de klant eerst" in text_of(response)


def test_a_lead_without_a_number_says_what_to_do(page, dealership):
    lead = receive(dealership, name="Nora Mail", phones=(), emails=("nora@example.nl",))

    text = show(page, lead)

    assert "Geen nummer dat je kunt bellen." in text
    assert "mailto:nora@example.nl?subject=" in text
    assert f"{url('close', lead)}?reason=BDC-03" in text
    assert f'action="{url("call", lead)}"' not in text


# --- Deciding, reopening, changing hands ------------------------------------------------------


@pytest.fixture
def proposed(lead, salesperson):
    record_attempt(lead, result="spoken", by=salesperson, now=TUESDAY_10)
    return close_lead(lead, reason="VK-07", facts=Facts(), by=salesperson, now=TUESDAY_10)


@BOTH_WAYS
def test_a_manager_approves_on_the_page(client, proposed, manager, headers):
    client.force_login(manager)

    assert url("approve", proposed) in show(client, proposed)
    do(client, "approve", proposed, headers=headers)

    assert fresh(proposed).queue == Queue.SECOND_VOICE


@pytest.mark.parametrize("instruction", ["more_attempts", "send_message", "other_reason", "to_bdc"])
@BOTH_WAYS
def test_a_manager_sends_back_with_one_of_four_instructions(
    client, proposed, manager, headers, instruction
):
    client.force_login(manager)

    do(client, "send-back", proposed, {"instruction": instruction}, headers)

    assert fresh(proposed).status == Status.OPEN
    assert proposed.proposals.get().instruction == instruction


def test_the_owner_waits_and_cannot_decide(page, proposed):
    text = show(page, proposed)

    assert "Tot de beslissing blijft de lead open" in text
    assert url("approve", proposed) not in text
    assert do(page, "approve", proposed).status_code == 403


def test_nobody_decides_on_an_own_proposal(client, dealership, lead, manager):
    lead = assign(lead, user=manager, by=manager, now=TUESDAY_10)
    close_lead(lead, reason="BDC-01", facts=Facts(), by=manager, now=TUESDAY_10)
    client.force_login(manager)

    assert "Dit heb je zelf gevraagd" in show(client, lead)
    assert url("approve", lead) not in show(client, lead)
    assert do(client, "approve", lead).status_code == 409


@BOTH_WAYS
def test_a_manager_reopens_a_closed_lead(client, dealership, lead, salesperson, manager, headers):
    record_objection(lead.customer, by=salesperson, now=TUESDAY_10)
    client.force_login(manager)

    assert url("reopen", lead) in show(client, lead)
    do(client, "reopen", lead, headers=headers)

    assert fresh(lead).status == Status.OPEN


def test_a_salesperson_does_not_reopen(page, lead, salesperson):
    record_objection(lead.customer, by=salesperson, now=TUESDAY_10)

    assert url("reopen", lead) not in show(page, lead)
    assert do(page, "reopen", lead).status_code == 403


@BOTH_WAYS
def test_the_first_one_takes_a_lead_and_the_second_is_told(
    client, dealership, lead, salesperson, manager, headers
):
    assign(lead, queue="catch_all", by=manager, now=TUESDAY_10)
    lisa = create_salesperson(dealership, name="Lisa Ander")
    client.force_login(lisa)
    assert "Deze lead nemen" in show(client, lead)

    taken = do(client, "take", lead, headers=headers)
    client.force_login(salesperson)
    missed = do(client, "take", lead, headers=headers)

    assert fresh(lead).owner == lisa
    assert "Jansen is nu van jou." in text_of(taken)
    assert missed.status_code == 409


@BOTH_WAYS
def test_a_manager_gives_a_lead_to_somebody(client, dealership, lead, manager, headers):
    lisa = create_salesperson(dealership, name="Lisa Ander")
    client.force_login(manager)

    panel = text_of(client.get(url("assign", lead)))
    response = do(client, "assign", lead, {"to": f"user:{lisa.pk}"}, headers)

    assert "Lisa Ander" in panel
    assert fresh(lead).owner == lisa
    assert "Jansen: naar Lisa Ander." in text_of(response)


def test_a_manager_puts_a_lead_in_a_queue(client, lead, manager):
    client.force_login(manager)

    do(client, "assign", lead, {"to": "queue:second_voice"})

    assert fresh(lead).queue == Queue.SECOND_VOICE


def test_a_passive_lead_is_given_to_nobody(client, dealership, salesperson, manager):
    lead = receive_passive(dealership)
    client.force_login(manager)

    panel = text_of(client.get(url("assign", lead)))
    response = do(client, "assign", lead, {"to": f"user:{salesperson.pk}"})

    assert "Een passieve lead blijft bij het BDC" in panel
    assert response.status_code == 422
    assert fresh(lead).queue == Queue.PASSIVE


def test_a_salesperson_gives_nothing_away(page, lead):
    assert url("assign", lead) not in show(page, lead)
    assert do(page, "assign", lead, {"to": "queue:second_voice"}).status_code == 403


# --- The BDC ------------------------------------------------------------------------------------


def test_an_agent_works_a_queue_lead_on_this_page_too(client, dealership):
    lead = receive_passive(dealership)
    agent = create_agent(dealership)
    client.force_login(agent)

    do(client, "call", lead)
    do(client, "attempt", lead, {"result": "spoken"})
    do(client, "appointment", lead, {"kind": "workshop", "slot": f"{at(26, 8, 30).isoformat()}|"})
    closed = do(client, "close", lead, {"reason": "AS-01"})

    assert closed.status_code == 200
    assert fresh(lead).close_reason_id == "AS-01"


def test_an_agent_is_told_that_a_colleague_is_with_the_customer(client, dealership):
    lead = receive_passive(dealership)
    start_call(lead, by=create_agent(dealership, name="Bo Bos"), now=TUESDAY_10)
    client.force_login(create_agent(dealership))

    assert "Bo Bos is nu met deze klant bezig." in show(client, lead)
    assert do(client, "call", lead).status_code == 409


def test_a_reason_of_the_bdc_asks_a_date_in_the_future(client, dealership):
    lead = receive_passive(dealership)
    agent = create_agent(dealership)
    record_attempt(lead, result="spoken", by=agent, now=TUESDAY_10)
    client.force_login(agent)

    past = do(client, "close", lead, {"reason": "BDC-16", "follow_up_at": "2026-11-01T10:00"})
    done = do(client, "close", lead, {"reason": "BDC-16", "follow_up_at": "2027-01-11T10:00"})

    assert past.status_code == 422
    assert done.status_code == 200
    assert fresh(lead).next_call_at == at(11, 10, month=1, year=2027)
