"""The work screen of an agent: each action done and refused, with and without htmx."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from dealers.models import Absence, CentreService, Role
from leads.domain.booking import book_appointment
from leads.domain.call_backs import promise_call_back
from leads.domain.contacting import record_attempt, start_call
from leads.domain.holding import hold_of
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.models import (
    FIXED_REASONS,
    Appointment,
    Attempt,
    Call,
    CallBack,
    CustomerVehicle,
    Event,
    Hold,
    Lead,
    Note,
    Queue,
    Quote,
    Release,
    Step,
)
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_campaign,
    create_dealership,
    create_member,
    create_salesperson,
    receive,
    receive_passive,
)

HTMX = {"HX-Request": "true"}


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
def stranger(db):
    """An agent of a centre that works for another group."""
    return create_agent(create_dealership())


@pytest.fixture
def page(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def lead(dealership):
    """A passive lead that is due now."""
    return receive_passive(dealership, name="Marieke Jansen", model="Golf", plate="7-TKL-82")


@pytest.fixture
def held(lead, agent):
    """The same lead, held for the agent."""
    next_lead(agent, now=TUESDAY_10)
    return lead


def url(name, *args):
    return reverse(f"leads:calling-{name}" if name else "leads:calling", args=args)


def seen(lead):
    return Event.objects.filter(lead=lead).order_by("-pk").values_list("pk", flat=True)[0]


def send(client, name, lead, htmx=True, **typed):
    """Press a button of the screen as it was drawn for `lead`."""
    typed = {"seen": seen(lead), **typed}
    headers = HTMX if htmx else {}
    return client.post(url(name, lead.pk), typed, headers=headers)


def text_of(response):
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


# --- Who may come here ------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SALES_MANAGER, Role.MARKETER, Role.RECEPTIONIST])
def test_who_is_no_agent_is_told_so(client, dealership, role):
    client.force_login(create_member(role, dealership))

    response = client.get(url(""))

    assert response.status_code == 403
    assert "beller" in text_of(response).lower() or "bdc" in text_of(response).lower()


def test_a_salesperson_starts_no_call_here_not_even_on_an_own_lead(client, dealership):
    lead = receive(dealership)
    client.force_login(lead.owner)

    response = send(client, "start", lead)

    assert response.status_code == 403
    assert not Call.objects.exists()


def test_who_has_not_signed_in_signs_in_first(client, dealership):
    response = client.get(url(""))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    ["panel", "start", "result", "objection", "note", "call-back", "appointment", "quote", "close"],
)
def test_a_stranger_finds_no_lead(client, held, stranger, name):
    client.force_login(stranger)

    response = send(client, name, held, result="no_answer", reason="BDC-10")

    assert response.status_code == 404
    assert not Attempt.objects.exists()


def test_a_stranger_sees_nothing_of_this_centre(client, held, stranger):
    client.force_login(stranger)

    response = client.get(url(""))

    assert "Jansen" not in text_of(response)
    assert "geen campagne" in text_of(response)


# --- Whom the agent is with -------------------------------------------------------------


def test_the_page_waits_for_next_call_and_holds_nobody(page, lead):
    response = page.get(url(""))

    assert response.status_code == 200
    assert "Klaar voor de volgende klant" in text_of(response)
    assert not Hold.objects.exists()


def test_next_call_holds_the_best_customer_and_shows_everything_about_him(page, agent, dealership):
    campaign = create_campaign(dealership, name="Zomeractie")
    lead = receive_passive(
        dealership,
        name="Marieke Jansen",
        phones=("06-12345001", "040-2345678"),
        make="Škoda",
        model="Octavia",
        plate="7-TKL-82",
        campaign=campaign,
        source="Leaseprofs",
        message="Graag een rustige auto.",
    )
    CustomerVehicle.objects.filter(customer=lead.customer).update(apk_expires_on=at(20, 12).date())

    response = page.post(url("next"), headers=HTMX)

    words = text_of(response)
    assert hold_of(agent, TUESDAY_10).lead_id == lead.pk
    for shown in (
        "Marieke Jansen",
        "06 12345001",
        "040 234 5678",
        "Škoda Octavia",
        "7-TKL-82",
        "vr 20 nov",
        "Zomeractie",
        "Leaseprofs",
        "Graag een rustige auto.",
        "poging 1 van 20",
        "Mag gebeld: toestemming",
        "Naar de wachtrij passief",
        "Goedemorgen, u spreekt met Noor van Noord Eindhoven.",
        "wilt u niet meer gebeld worden, dan noteer ik dat nu",
    ):
        assert shown in words
    assert 'id="who" tabindex="-1" autofocus' in response.content.decode()


def test_next_call_without_htmx_goes_back_to_the_page(page, lead):
    response = page.post(url("next"))

    assert response.status_code == 302
    assert response.url == url("")
    assert "Marieke Jansen" in text_of(page.get(response.url))


def test_next_call_while_nobody_is_due_says_so(page, dealership):
    response = page.post(url("next"), follow=True)

    assert "Er is nu niemand aan de beurt." in text_of(response)


def test_the_queue_shows_who_comes_next_and_how_many(page, held, dealership):
    receive_passive(dealership, name="Kaan Aardenburg")
    promised = receive_passive(dealership, name="Selma Hoefslag")
    promise_call_back(promised, due_at=at(24, 9, 40), by=create_agent(dealership), now=at(24, 9))

    response = page.get(url("queue"), headers=HTMX)

    words = text_of(response)
    assert words.index("Jansen, Marieke") < words.index("Hoefslag, Selma")
    assert words.index("Hoefslag, Selma") < words.index("Aardenburg, Kaan")
    assert "Terugbellen 1" in words
    assert "Passief 1" in words
    assert 'id="queue"' in response.content.decode()
    assert "<html" not in response.content.decode()


def test_leads_without_a_number_are_a_list_for_e_mail(page, dealership):
    lead = receive_passive(dealership, name="Bo Zonder", phones=(), emails=("bo@example.com",))

    response = page.get(url(""))

    assert "Per e-mail geen nummer Zonder, Bo" in text_of(response)
    assert reverse("leads:detail", args=[lead.pk]) in response.content.decode()


def test_other_leads_show_only_where_the_agent_works(page, held, dealership):
    elsewhere = create_dealership(group=dealership.group, name="Elders")
    same = (held.customer.phones.get().number,)
    receive_passive(elsewhere, phones=same, make="Toyota")
    receive_passive(dealership, phones=same, make="CUPRA")

    words = text_of(page.get(url("")))

    assert "CUPRA" in words
    assert "Toyota" not in words


def test_the_own_day_counts_calls_reached_customers_and_appointments(page, agent, held, clock):
    record_attempt(held, result="voicemail", by=agent, now=at(23, 15), happened=True)
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)
    clock.move_to(TUESDAY_10 + timedelta(minutes=5))

    words = text_of(page.get(url("")))

    assert "1 van 110 bereikt Belpogingen 1 Afspraken 0" in words


def test_a_held_customer_disappears_when_the_agent_no_longer_works_there(page, agent, held):
    elsewhere = create_dealership()
    membership = agent.memberships.get()
    CentreService.objects.create(centre=membership.centre, dealership=elsewhere)
    membership.only_dealerships.add(elsewhere)

    for response in (page.get(url("")), page.get(url("queue"), headers=HTMX)):
        assert response.status_code == 200
        assert "Jansen" not in text_of(response)


def test_a_panel_of_a_customer_that_is_no_longer_held_shows_the_screen_and_the_note(page, held):
    Hold.objects.all().delete()

    response = send(page, "panel", held, open="call_back", note="Hond blaft.")

    words = text_of(response)
    assert "Je hebt deze klant niet meer vast." in words
    assert "Je notitie is niet opgeslagen" in words
    assert "Hond blaft." in words


# --- When there is nobody ----------------------------------------------------------------


def test_an_empty_queue_praises_and_says_when_the_next_is_due(page, agent, held):
    attempt = record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)
    promise_call_back(attempt.lead, due_at=at(24, 15), by=agent, now=TUESDAY_10)

    words = text_of(page.get(url("")))

    assert "Je wachtrij is leeg Mooi werk: 1 bereikt, 0 afspraken." in words
    assert "di 24 nov 15:00" in words


def test_outside_calling_hours_the_page_says_when_calling_starts(page, lead, clock):
    clock.move_to(at(22, 12))  # a Sunday

    words = text_of(page.get(url("")))

    assert "Je mag nu geen klanten bellen" in words
    assert "ma 23 nov 09:00" in words


def test_without_any_lead_there_is_no_campaign_yet(page, dealership):
    assert "Er is nog geen campagne voor jou" in text_of(page.get(url("")))


# --- Holding and letting go -------------------------------------------------------------


def test_the_open_screen_renews_the_hold(page, agent, held, clock):
    clock.move_to(TUESDAY_10 + timedelta(minutes=10))

    response = page.post(url("renew"), headers=HTMX)

    assert response.status_code == 200
    assert hold_of(agent, TUESDAY_10).until == TUESDAY_10 + timedelta(minutes=25)
    assert 'id="hold"' in response.content.decode()


def test_a_lapsed_hold_is_told_in_words(page, held, clock):
    clock.move_to(TUESDAY_10 + timedelta(minutes=16))

    response = page.post(url("renew"), headers=HTMX)

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#hold"
    assert "Je hebt deze klant niet meer vast." in text_of(response)


def test_who_has_the_customer_now_is_said_by_name(page, agent, held):
    colleague = create_member(Role.AGENT, agent.memberships.get().centre, name="Bo Bos")
    Hold.objects.update(agent=colleague)

    lost = page.post(f"{url('renew')}?lead={held.pk}", headers=HTMX)
    refused = send(page, "result", held, result="no_answer")

    for response in (lost, refused):
        assert response.status_code == 409
        assert "Bo Bos is nu met Marieke Jansen bezig." in text_of(response)
        assert f'href="{reverse("leads:detail", args=[held.pk])}"' in response.content.decode()
    assert "Bo Bos is nu met deze klant bezig." in text_of(refused)


def test_who_is_out_of_reach_is_not_named(page, agent, held, dealership):
    elsewhere = create_dealership(group=dealership.group)
    same = (held.customer.phones.get().number,)
    other = receive_passive(elsewhere, phones=same)
    assert other.customer_id == held.customer_id
    stranger = create_agent(elsewhere, name="Bo Bos")
    Hold.objects.update(agent=stranger, lead=other, dealership=elsewhere)

    lost = page.post(f"{url('renew')}?lead={held.pk}", headers=HTMX)
    refused = send(page, "result", held, result="no_answer")

    assert "Je hebt deze klant niet meer vast." in text_of(lost)
    assert "Een collega is nu met deze klant bezig." in text_of(refused)
    assert "Bos" not in text_of(lost) + text_of(refused)


def test_a_screen_that_shows_another_customer_than_is_held_says_so(page, agent, held, dealership):
    record_attempt(held, result="no_answer", by=agent, now=TUESDAY_10)
    receive_passive(dealership)
    next_lead(agent, now=TUESDAY_10)

    lost = page.post(f"{url('renew')}?lead={held.pk}", headers=HTMX)

    assert lost.status_code == 409
    assert "Je hebt deze klant niet meer vast." in text_of(lost)


@pytest.mark.parametrize("named", ["", "x", "9" * 40, "0"])
def test_what_names_no_lead_renews_all_the_same(page, held, named):
    assert page.post(f"{url('renew')}?lead={named}", headers=HTMX).status_code == 200


def test_who_objected_meanwhile_is_shown_as_not_to_be_called(page, agent, held):
    record_objection(held.customer, by=agent, now=TUESDAY_10)

    lost = page.post(f"{url('renew')}?lead={held.pk}", headers=HTMX)

    assert "Niet bellen (recht van verzet sinds di 24 nov)." in text_of(lost)
    assert "Volgende klant" in text_of(lost)
    assert "hold-blocked" in lost.content.decode()


def test_a_customer_without_a_number_has_the_focus_on_his_details(page, held):
    assert (
        page.get(url(""))
        .content.decode()
        .count('data-opens-panel data-offline="offline-panel" autofocus')
        == 0
    )
    held.customer.phones.update(is_dialable=False)

    html = page.get(url("")).content.decode()

    assert re.findall(r'value="(\w+)"[^>]* autofocus', html) == ["wrong_details"]
    assert "Geen nummer" in html


def test_letting_go_takes_a_reason_keeps_the_note_and_takes_nobody_new(
    page, agent, held, dealership
):
    receive_passive(dealership)

    response = page.post(url("release"), {"release": "not_now", "note": "Baby huilt."})

    assert response.status_code == 302
    assert Release.objects.get().reason == "not_now"
    assert Note.objects.get().body == "Baby huilt."
    assert not Hold.objects.exists()


def test_letting_go_without_a_reason_is_refused_and_keeps_the_note(page, held):
    response = page.post(url("release"), {"note": "Baby huilt."})

    assert response.status_code == 422
    assert "Kies waarom je de klant loslaat." in text_of(response)
    assert "Baby huilt.</textarea>" in response.content.decode()
    assert Hold.objects.exists()


def test_letting_go_of_nobody_is_refused(page, lead):
    response = page.post(url("release"), {"release": "not_now"}, headers=HTMX)

    assert response.status_code == 409
    assert "Je hebt geen klant" in text_of(response)


# --- The call ---------------------------------------------------------------------------


def test_start_call_starts_it_on_the_server_and_dials(page, held):
    response = send(page, "start", held, phone="+31612000001", note="Half getyp")

    assert response.status_code == 200
    assert Call.objects.get().phone == "+31612000001"
    assert '{"dial": {"number": "+31612000001"}}' in response["HX-Trigger-After-Settle"]
    assert 'href="tel:+31612000001"' in response.content.decode()
    assert "Half getyp</textarea>" in response.content.decode()


def test_a_call_without_a_ground_is_refused_and_says_why(page, held, dealership):
    held.customer.consents.update(words="")

    response = send(page, "start", held, phone="+31612000001", note="Half getyp")

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#work"
    assert "geen grond" in text_of(response).lower()
    assert 'href="tel:' not in response.content.decode()
    assert "Half getyp</textarea>" in response.content.decode()
    assert not Call.objects.exists()


def test_a_customer_without_a_number_is_no_call_and_says_what_to_do(page, held):
    held.customer.phones.update(is_dialable=False)
    Lead.objects.filter(pk=held.pk).update(has_dialable_number=False)

    response = send(page, "start", held, phone="+31612000001")

    assert response.status_code == 409
    assert "per e-mail, of verbeter eerst het nummer" in text_of(response)
    assert "per e-mail, of verbeter eerst het nummer" in text_of(page.get("/bellen/"))
    assert not Call.objects.exists()


def test_a_call_started_twice_is_one_call(page, held):
    drawn = seen(held)

    send(page, "start", held, phone="+31612000001", seen=drawn)
    response = send(page, "start", held, phone="+31612000001", seen=drawn)

    assert response.status_code == 200
    assert Call.objects.count() == 1


# --- Results ----------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["no_answer", "voicemail", "engaged"])
def test_after_an_unreached_result_the_next_customer_comes_at_once(
    page, agent, held, dealership, result
):
    following = receive_passive(dealership, name="Kaan Aardenburg")

    response = send(page, "result", held, result=result, note="Hond blaft.")

    words = text_of(response)
    assert response.status_code == 200
    assert Attempt.objects.get().result == result
    assert Note.objects.get().body == "Hond blaft."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "poging 1 van 20. Opnieuw di 24 nov 14:00, een ander dagdeel." in words
    assert "Kaan Aardenburg" in words


@pytest.mark.parametrize("result", ["spoken", "refused", "wrong_number"])
def test_after_a_reaction_the_customer_stays_until_a_next_step(page, agent, held, result):
    response = send(page, "result", held, result=result)

    assert hold_of(agent, TUESDAY_10).lead_id == held.pk
    assert "Kies nu de volgende stap." in text_of(response)


def test_a_result_without_htmx_says_the_same_on_the_page(page, held):
    response = send(page, "result", held, htmx=False, result="no_answer")

    assert response.status_code == 302
    words = text_of(page.get(response.url))
    assert (
        "Jansen: niet bereikt, poging 1 van 20. Opnieuw di 24 nov 14:00, een ander dagdeel."
        in words
    )


def test_the_screen_says_beforehand_what_follows_when_nobody_is_reached(page, held, agent, clock):
    assert "poging 1 van 20" in text_of(page.get(url("")))
    assert "Niet bereikt? Dan opnieuw di 24 nov 14:00, een ander dagdeel" in text_of(
        page.get(url(""))
    )
    record_attempt(held, result="no_answer", by=agent, now=TUESDAY_10)
    clock.move_to(at(24, 14))
    next_lead(agent, now=at(24, 14))

    words = text_of(page.get(url("")))

    assert "poging 2 van 20" in words
    assert "Niet bereikt? Dan opnieuw wo 25 nov 17:30, een ander dagdeel" in words
    assert "di 24 nov 10:00 niet bereikt, telt mee." in words


def test_an_attempt_that_does_not_count_says_why(page, held, clock):
    send(page, "result", held, result="no_answer")
    clock.move_to(TUESDAY_10 + timedelta(minutes=30))

    response = send(page, "result", held, result="voicemail")

    assert Attempt.objects.filter(counts=False).count() == 1
    assert "telt niet" in text_of(response).lower()


def test_a_result_that_is_sent_twice_is_one_attempt(page, held):
    drawn = seen(held)

    send(page, "result", held, result="no_answer", seen=drawn)
    response = send(page, "result", held, result="no_answer", seen=drawn)

    assert response.status_code == 200
    assert Attempt.objects.count() == 1
    assert "dit was al opgeslagen en telt één keer" in text_of(response)


def test_an_unknown_result_is_refused_and_keeps_the_note(page, held):
    response = send(page, "result", held, result="vanished", note="Hond blaft.")

    assert response.status_code == 422
    assert "Hond blaft.</textarea>" in response.content.decode()
    assert not Attempt.objects.exists()


def test_a_result_outside_calling_hours_is_refused_unless_it_happened(page, agent, lead, clock):
    clock.move_to(at(24, 21, 30))

    refused = send(page, "result", lead, result="no_answer")
    recorded = send(page, "result", lead, result="no_answer", happened="on")

    assert refused.status_code == 409
    assert recorded.status_code == 200
    assert Attempt.objects.get().is_breach


def test_somebody_elses_customer_is_refused_and_the_note_is_not_lost(page, held, agent, dealership):
    colleague = create_member(Role.AGENT, agent.memberships.get().centre)
    Hold.objects.update(agent=colleague)

    response = send(page, "result", held, result="no_answer", note="Hond blaft.")

    words = text_of(response)
    assert response.status_code == 409
    assert "is nu met deze klant bezig." in words
    assert "Je notitie is niet opgeslagen" in words
    assert "Hond blaft." in words
    assert not Attempt.objects.exists()


def test_a_result_that_comes_after_the_hold_went_is_kept(page, agent, held):
    start_call(held, by=agent, now=TUESDAY_10)
    Hold.objects.update(agent=create_member(Role.AGENT, agent.memberships.get().centre))

    response = send(page, "result", held, result="no_answer")

    assert response.status_code == 200
    assert Attempt.objects.get().is_late
    assert "verandert verder niets" in text_of(response)


# --- Panels -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "call_back",
        "appointment",
        "quote",
        "no_interest",
        "wrong_details",
        "to_sales",
        "all_reasons",
    ],
)
def test_opening_a_panel_keeps_the_note_and_saves_nothing(page, held, name):
    response = send(page, "panel", held, open=name, note="Hond blaft.")

    html = response.content.decode()
    assert response.status_code == 200
    assert f'name="panel" value="{name}"' in html
    assert "Hond blaft.</textarea>" in html
    assert not Note.objects.exists()


def test_a_panel_opens_without_htmx_on_the_whole_page(page, held):
    response = send(page, "panel", held, htmx=False, open="no_interest", note="Hond blaft.")

    html = response.content.decode()
    assert "<html" in html
    assert "Geen interesse: waarom?" in html
    assert "Hond blaft.</textarea>" in html


def test_closing_a_panel_shows_the_results_again(page, held):
    response = send(page, "panel", held, open="", panel="no_interest")

    assert 'class="results"' in response.content.decode()


def test_a_reason_that_says_how_the_call_went_records_it(page, agent, held):
    panel = send(page, "panel", held, open="no_interest")
    send(page, "close", held, reason="BDC-10", panel="no_interest", phone="+31612345678")

    held.refresh_from_db()
    assert panel.content.decode().count('name="reason"') == 9
    assert "Legt dit gesprek vast als gesproken." in text_of(panel)
    assert held.close_reason_id == "BDC-10"
    spoken = Attempt.objects.get(lead=held)
    assert (spoken.result, spoken.by, spoken.ground) == ("spoken", agent, "consent")


@pytest.mark.parametrize(
    ("reason", "panel", "result"),
    [("BDC-07", "no_interest", "refused"), ("BDC-05", "wrong_details", "wrong_number")],
)
def test_refused_and_wrong_number_are_said_by_their_reason_too(page, held, reason, panel, result):
    send(page, "close", held, reason=reason, panel=panel)

    assert Attempt.objects.get(lead=held).result == result


def test_a_call_with_a_result_gets_no_second_one_from_its_reason(page, agent, held):
    send(page, "result", held, result="spoken")
    send(page, "close", held, reason="BDC-10", panel="no_interest")

    assert [made.result for made in Attempt.objects.filter(lead=held)] == ["spoken"]


def test_a_reason_that_says_nothing_of_the_call_records_nothing(page, held):
    send(page, "close", held, reason="BDC-01", panel="wrong_details")

    assert not Attempt.objects.filter(lead=held).exists()


def test_a_close_out_that_is_refused_records_no_result_either(page, held):
    response = send(
        page, "close", held, reason="BDC-16", panel="no_interest", follow_up_at="gisteren"
    )

    assert response.status_code in (409, 422)
    assert not Attempt.objects.filter(lead=held).exists()


def test_reasons_are_locked_while_no_result_can_be_recorded(page, agent, held, clock):
    clock.move_to(at(24, 20, 50))
    next_lead(agent, now=at(24, 20, 50))
    clock.move_to(at(24, 21, 1))
    locked = send(page, "panel", held, open="no_interest")

    assert 'name="reason"' not in locked.content.decode()
    assert "Spreek de klant eerst" in text_of(locked)


@pytest.mark.parametrize("what", ["call-back", "appointment", "quote"])
def test_what_is_agreed_in_an_open_call_makes_it_a_conversation(
    page, agent, held, dealership, what
):
    start_call(held, by=agent, now=TUESDAY_10)
    slot = f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"
    told = {
        "call-back": {"moment": at(24, 14).isoformat()},
        "appointment": {"kind": "showroom", "slot": slot, "minutes": 60},
        "quote": {},
    }[what]

    send(page, what, held, **told)

    assert [made.result for made in Attempt.objects.filter(lead=held)] == ["spoken"]
    assert not Call.objects.filter(lead=held, ended_at=None).exists()


def test_every_reason_of_the_bdc_can_be_found_in_the_panels(page, agent, held):
    labels = set()
    for name in ("no_interest", "wrong_details", "to_sales", "all_reasons"):
        html = send(page, "panel", held, open=name).content.decode()
        labels |= set(re.findall(r'class="option-text">([^<…]+)', html))

    expected = {row["label_nl"] for row in FIXED_REASONS if row["track"] in ("bdc", "both")}
    assert len(expected) == 21
    assert labels == expected


def test_a_result_recorded_in_a_panel_leaves_it_open(page, held):
    response = send(page, "result", held, result="spoken", panel="no_interest")

    assert 'name="panel" value="no_interest"' in response.content.decode()


# --- Call-backs -------------------------------------------------------------------------


def test_a_usual_moment_is_promised_with_one_press(page, agent, held, dealership):
    following = receive_passive(dealership)

    response = send(page, "call-back", held, moment=at(24, 14).isoformat(), note="Na de lunch.")

    promise = CallBack.objects.get()
    assert (promise.due_at, promise.owner) == (at(24, 14), agent)
    assert Note.objects.get().body == "Na de lunch."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "Jansen: terugbellen di 24 nov 14:00." in text_of(response)


def test_an_own_moment_is_promised_too(page, held):
    send(page, "call-back", held, due_at="2026-11-26T09:15")

    assert CallBack.objects.get().due_at == at(26, 9, 15)


def test_a_moment_that_has_passed_keeps_the_panel_and_what_was_typed(page, held):
    response = send(
        page, "call-back", held, due_at="2026-11-20T09:15", note="Na de lunch.", panel="call_back"
    )

    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="2026-11-20T09:15"' in html
    assert "Na de lunch.</textarea>" in html
    assert "error-summary" in html
    assert not CallBack.objects.exists()


@pytest.mark.parametrize(
    ("typed", "due_at"),
    [
        ("do 14.30", at(26, 14, 30)),
        ("Morgen 9u", at(25, 9)),
        ("vrijdag", at(27, 9, 30)),  # the first good moment of the day
        ("vanmiddag", at(24, 14)),
        ("vandaag", at(24, 10, 15)),
        ("wk 49", at(30, 9, 30)),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_moment_is_typed_as_agents_say_it(page, held, typed, due_at, htmx):
    send(page, "call-back", held, due_at=typed, htmx=htmx)

    assert CallBack.objects.get().due_at == due_at


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("do bellen", "“bellen” wordt niet begrepen"),
        ("gisteren 9u", "“gisteren” wordt niet begrepen"),
        ("vandaag 9u", "Dit moment is al geweest"),
        ("zondag", "Dan mag er niemand gebeld worden"),
    ],
)
def test_a_moment_that_is_not_understood_is_refused_with_examples_and_stays_typed(
    page, held, typed, why
):
    response = send(page, "call-back", held, due_at=typed, note="Na de lunch.", panel="call_back")

    assert response.status_code == 422
    assert why in text_of(response)
    assert "Bijvoorbeeld: do 14.30" in text_of(response)
    assert f'value="{typed}"' in response.content.decode()
    assert "Na de lunch.</textarea>" in response.content.decode()
    assert not CallBack.objects.exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"due_at": "do 14.30"}, "Donderdag 26 november 14:30"),
        ({"due_at": "vrijdag"}, "Vrijdag 27 november 09:30"),
        ({"due_at": "2 januari 10u"}, "Zaterdag 2 januari 2027 10:00"),
        ({"due_at": "zo 11u"}, "Zondag 29 november 11:00 · buiten de beltijden"),
        ({"due_at": "zz"}, "“zz” wordt niet begrepen."),
        ({"due_at": "  "}, ""),
        ({"starts_at": "do 14.30"}, "Donderdag 26 november 14:30"),
        ({"starts_at": "do 23.30"}, "Donderdag 26 november 23:30 · buiten de openingstijden"),
        ({"starts_at": "do"}, "Donderdag 26 november · kies een vrij moment"),
        ({"starts_at": "wk 49"}, "Week 49 · kies een vrij moment"),
        ({"starts_at": "zz"}, "“zz” wordt niet begrepen."),
    ],
)
def test_the_line_under_the_field_says_how_it_is_understood(page, held, asked, said):
    response = page.get(reverse("leads:understand", args=[held.pk]), asked, headers=HTMX)

    assert text_of(response).startswith(said)
    assert bool(text_of(response)) == bool(said)


def test_the_panel_says_where_the_line_comes_from_and_has_a_key_for_typing(page, held):
    html = send(page, "panel", held, open="call_back").content.decode()

    assert f'hx-get="{reverse("leads:understand", args=[held.pk])}"' in html
    assert 'data-key="0"' in html
    assert html.count('data-key="0"') == 1


def test_a_promise_that_is_sent_twice_is_one_promise(page, held):
    drawn = seen(held)

    for _time in range(2):
        send(page, "call-back", held, moment=at(24, 14).isoformat(), seen=drawn)

    assert CallBack.objects.count() == 1


# --- Appointments and quotes -------------------------------------------------------------


def test_a_free_moment_is_booked_with_one_press_and_handing_over_is_offered(page, held, dealership):
    salesperson = dealership.memberships.get().user
    slot = f"{at(25, 9).isoformat()}|{salesperson.pk}"

    response = send(page, "appointment", held, kind="showroom", slot=slot, minutes=60)

    booked = Appointment.objects.get()
    assert (booked.starts_at, booked.salesperson) == (at(25, 9), salesperson)
    assert 'name="panel" value="to_sales"' in response.content.decode()
    assert 'value="BDC-17"' in response.content.decode()


def test_the_proposed_moments_are_really_free(page, held, agent):
    html = send(page, "panel", held, open="appointment").content.decode()
    slots = re.findall(r'name="slot" value="([^"]+)"', html)
    assert len(slots) == 6

    for slot in slots:
        response = send(page, "appointment", held, kind="showroom", slot=slot, minutes=60)
        assert response.status_code == 200


def slots_of(html):
    return [
        (datetime.fromisoformat(moment), int(person or 0))
        for moment, _bar, person in (
            slot.partition("|") for slot in re.findall(r'name="slot" value="([^"]+)"', html)
        )
    ]


def test_a_typed_day_shows_what_is_really_free_on_that_day(page, held, dealership, agent):
    salesperson = dealership.memberships.get().user
    visitor = receive(dealership)
    book_appointment(
        visitor, kind="showroom", starts_at=at(26, 11), by=visitor.owner, now=TUESDAY_10
    )
    Absence.objects.create(user=salesperson, begins_at=at(26, 15), ends_at=at(26, 17))
    asked = {"starts_at": "do", "kind": "showroom", "slots": "1", "minutes": "60"}

    live = page.get(reverse("leads:understand", args=[held.pk]), asked, headers=HTMX)
    sent = send(page, "appointment", held, kind="showroom", starts_at="do", panel="appointment")

    free = [(at(26, hour), salesperson.pk) for hour in (9, 10, 12, 13, 14, 17)]
    assert slots_of(live.content.decode())[: len(free)] == free
    assert slots_of(sent.content.decode())[: len(free)] == free
    assert sent.status_code == 422
    assert "Kies een van de vrije momenten" in text_of(sent)
    assert 'value="do"' in sent.content.decode()


def test_a_typed_day_shows_the_places_of_the_workshop_on_that_day(page, held):
    asked = {"starts_at": "vr", "kind": "workshop", "slots": "1"}

    live = page.get(reverse("leads:understand", args=[held.pk]), asked, headers=HTMX)

    found = slots_of(live.content.decode())
    assert found
    assert {moment.date() for moment, _person in found} == {at(27, 9).date()}


def test_a_day_on_which_nobody_is_free_says_so(page, held):
    asked = {"starts_at": "zondag", "kind": "showroom", "slots": "1"}

    live = page.get(reverse("leads:understand", args=[held.pk]), asked, headers=HTMX)

    assert "Dan is er niemand vrij" in text_of(live)


def test_a_visit_is_booked_as_it_is_typed(page, held, dealership):
    send(page, "appointment", held, kind="showroom", starts_at="do 14.30", minutes=60, htmx=False)

    assert Appointment.objects.get().starts_at == at(26, 14, 30)


def test_a_moment_that_was_just_booked_reopens_the_panel_with_fresh_ones(
    page, held, agent, dealership
):
    salesperson = dealership.memberships.get().user
    slot = f"{at(25, 9).isoformat()}|{salesperson.pk}"
    taken = receive(dealership)
    book_appointment(
        taken,
        kind="showroom",
        starts_at=at(25, 9),
        by=taken.owner,
        now=TUESDAY_10,
        salesperson=salesperson,
    )

    response = send(
        page,
        "appointment",
        held,
        kind="test_drive",
        slot=slot,
        minutes=90,
        vehicle="7-TKL-82",
        note="Wil graag woensdag.",
        panel="appointment",
    )

    html = response.content.decode()
    assert response.status_code == 409
    assert "09:00 is net geboekt. Kies een andere tijd." in html
    assert re.findall(r'name="slot" [^>]*data-key="(\d)"', html) == [*"123456"]
    assert slot not in html
    assert 'value="7-TKL-82"' in html
    assert "Wil graag woensdag.</textarea>" in html
    assert Appointment.objects.count() == 1


def test_an_appointment_that_is_sent_twice_is_one_appointment(page, held, dealership):
    slot = f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"
    drawn = seen(held)

    for _time in range(2):
        response = send(
            page, "appointment", held, kind="showroom", slot=slot, minutes=60, seen=drawn
        )

    assert Appointment.objects.count() == 1
    assert "al opgeslagen" in text_of(response)


def test_the_workshop_has_moments_of_its_own(page, held):
    html = send(page, "panel", held, open="appointment", choose_kind="workshop").content.decode()
    slots = re.findall(r'name="slot" value="([^"]+)"', html)

    assert datetime.fromisoformat(slots[0]) == at(25, 8, 30)
    send(page, "appointment", held, kind="workshop", slot=slots[0], minutes=60)
    assert Appointment.objects.get().slot == 1


def test_a_quote_is_noted_and_handing_over_is_offered(page, held):
    response = send(page, "quote", held, amount="24.950", note="Met trekhaak.")

    assert Quote.objects.get().amount == Decimal("24950")
    assert Note.objects.get().body == "Met trekhaak."
    assert 'value="BDC-19"' in response.content.decode()


def test_an_amount_that_is_none_keeps_the_panel(page, held):
    response = send(page, "quote", held, amount="veel", panel="quote")

    assert response.status_code == 422
    assert 'value="veel"' in response.content.decode()
    assert not Quote.objects.exists()


# --- Closing ----------------------------------------------------------------------------


def test_a_reason_without_facts_closes_at_once_and_the_next_customer_comes(
    page, agent, held, dealership
):
    following = receive_passive(dealership)
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)

    response = send(page, "close", held, reason="BDC-10", panel="no_interest", note="Inruil.")

    held.refresh_from_db()
    assert held.close_reason_id == "BDC-10"
    assert Note.objects.get().body == "Inruil."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "Jansen: afgeboekt" in text_of(response)


def test_a_reason_without_its_evidence_is_refused(page, held):
    response = send(page, "close", held, reason="BDC-17", panel="to_sales", note="Inruil.")

    held.refresh_from_db()
    assert not held.is_closed
    assert response.status_code == 422
    assert "Boek eerst de showroomafspraak" in text_of(response)
    assert "Inruil.</textarea>" in response.content.decode()


def test_a_reason_that_needs_facts_asks_exactly_those(page, agent, held):
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)

    asked = send(page, "panel", held, panel="no_interest", reason="BDC-09").content.decode()
    missing = send(page, "close", held, panel="no_interest", reason="BDC-09")
    closed = send(
        page,
        "close",
        held,
        panel="no_interest",
        reason="BDC-09",
        purchase_make="Toyota",
        purchase_postcode="5611",
    )

    assert 'name="purchase_make"' in asked
    assert 'name="preferred_make"' not in asked
    assert missing.status_code == 422
    assert closed.status_code == 200
    held.refresh_from_db()
    assert held.close_reason_id == "BDC-09"


def test_a_duplicate_names_the_other_lead_and_waits_for_a_second_pair_of_eyes(
    page, held, dealership
):
    original = receive_passive(dealership)

    response = send(
        page, "close", held, panel="wrong_details", reason="BDC-02", original=f"#{original.pk}"
    )

    held.refresh_from_db()
    assert held.status == "proposed"
    assert response.status_code == 200


def test_a_follow_up_date_begins_a_new_round_on_that_date(page, agent, held):
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)

    send(page, "close", held, panel="no_interest", reason="BDC-16", follow_up_at="2027-02-01T09:30")

    held.refresh_from_db()
    assert (held.status, held.queue, held.round_number) == ("open", Queue.PASSIVE, 2)
    assert held.next_call_at == at(1, 9, 30, month=2, year=2027)


def test_with_an_appointment_the_lead_goes_to_its_salesperson(page, agent, held, dealership):
    slot = f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"
    send(page, "appointment", held, kind="showroom", slot=slot, minutes=60)

    response = send(page, "close", held, panel="to_sales", reason="BDC-17")

    held.refresh_from_db()
    assert str(held.owner) == "Sem Kuipers"
    assert "Sem Kuipers" in text_of(response)


def test_a_close_out_that_is_sent_twice_closes_once(page, agent, held):
    record_attempt(held, result="spoken", by=agent, now=TUESDAY_10)
    drawn = seen(held)

    for _time in range(2):
        response = send(page, "close", held, reason="BDC-10", panel="no_interest", seen=drawn)

    assert response.status_code == 200
    assert Event.objects.filter(lead=held, verb="closed").count() == 1
    assert "al opgeslagen" in text_of(response)


def test_a_hand_over_that_is_sent_twice_is_told_as_one_although_the_lead_has_gone(
    page, held, dealership
):
    slot = f"{at(25, 9).isoformat()}|{dealership.memberships.get().user.pk}"
    send(page, "appointment", held, kind="showroom", slot=slot, minutes=60)
    drawn = seen(held)

    for _time in range(2):
        response = send(page, "close", held, reason="BDC-17", panel="to_sales", seen=drawn)

    assert response.status_code == 200
    assert "al opgeslagen" in text_of(response)


def test_an_unknown_reason_is_not_found(page, held):
    assert send(page, "close", held, reason="BDC-99").status_code == 404


def test_do_not_call_is_one_press_for_all_leads(page, agent, held, dealership):
    following = receive_passive(dealership)
    other = receive_passive(dealership, phones=(held.customer.phones.get().number,))

    response = send(page, "objection", held, note="Boos.")

    held.refresh_from_db()
    other.refresh_from_db()
    assert held.customer.objected_at == TUESDAY_10
    assert {held.close_reason_id, other.close_reason_id} == {"BDC-08"}
    assert Note.objects.get().body == "Boos."
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert "niet meer bellen" in text_of(response)


def test_a_note_can_be_kept_by_itself(page, held):
    response = send(page, "note", held, note="Belt liever 's avonds.")

    assert Note.objects.get().body == "Belt liever 's avonds."
    assert "Notitie bewaard." in text_of(response)


def test_an_empty_note_is_refused(page, held):
    assert send(page, "note", held, note="  ").status_code == 422


def test_what_one_did_last_is_undone_from_the_own_day(page, agent, held):
    record_attempt(held, result="no_answer", by=agent, now=TUESDAY_10)
    assert "Wat je het laatst deed" in text_of(page.get(url("")))

    response = page.post(reverse("leads:undo", args=[held.pk]), {"from": "calling"}, follow=True)

    assert "uitkomst van een belpoging ongedaan gemaakt." in text_of(response)
    assert "Wat je het laatst deed" not in text_of(response)
    assert hold_of(agent, TUESDAY_10).lead_id == held.pk


def test_for_ten_seconds_the_bar_undoes_by_a_key_and_the_customer_is_back(
    page, agent, held, dealership, clock
):
    following = receive_passive(dealership, name="Kaan Aardenburg")
    shown = send(page, "result", held, result="no_answer").content.decode()
    assert hold_of(agent, TUESDAY_10).lead_id == following.pk
    assert 'data-key="z"' in shown

    response = send(page, "undo", held)

    assert hold_of(agent, TUESDAY_10).lead_id == held.pk
    assert "uitkomst van een belpoging ongedaan gemaakt." in text_of(response)
    assert response.headers["HX-Retarget"] == "#work"
    assert 'data-key="z"' not in response.content.decode()


def test_a_reason_and_the_result_that_it_says_are_undone_as_one(page, agent, held):
    due = held.next_call_at
    send(page, "close", held, reason="BDC-10", panel="no_interest")

    send(page, "undo", held)

    held.refresh_from_db()
    assert (held.status, held.next_call_at, held.close_reason_id) == ("open", due, None)
    assert hold_of(agent, TUESDAY_10).lead_id == held.pk
    assert Attempt.objects.get(lead=held).is_withdrawn
    assert [step.what for step in Step.objects.filter(lead=held)] == ["close"]


def test_a_promise_and_its_conversation_are_undone_as_one(page, agent, held):
    start_call(held, by=agent, now=TUESDAY_10)
    send(page, "call-back", held, moment=at(24, 14).isoformat())

    send(page, "undo", held)

    assert Attempt.objects.get(lead=held).is_withdrawn
    assert not CallBack.objects.filter(lead=held, done_at=None).exists()


def test_after_ten_seconds_the_bar_offers_no_undo(page, agent, held, dealership, clock):
    receive_passive(dealership, name="Kaan Aardenburg")
    record_attempt(held, result="no_answer", by=agent, now=TUESDAY_10)
    clock.shift(timedelta(seconds=11))

    response = page.post(url("next"), headers=HTMX)

    assert 'data-key="z"' not in response.content.decode()


# --- What it costs ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_screen_costs_the_same_for_any_number_of_leads(
    page, agent, dealership, count, django_assert_num_queries
):
    for _one in range(count):
        receive_passive(dealership)
        receive_passive(dealership, phones=(), emails=("bo@example.com",))
    next_lead(agent, now=TUESDAY_10)
    receive_passive(dealership)

    with django_assert_num_queries(36):
        page.get(url(""))


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_that_refreshes_itself_costs_little(
    page, dealership, count, django_assert_num_queries
):
    for _one in range(count):
        receive_passive(dealership)

    with django_assert_num_queries(8):
        page.get(url("queue"), headers=HTMX)
