"""A customer is held for one agent, and let go."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from dealers.models import Role
from leads.domain.contacting import record_attempt
from leads.domain.holding import hold_of
from leads.domain.objecting import record_objection
from leads.domain.queue import next_lead
from leads.models import (
    Hold,
    Note,
    Release,
)
from tests.factories import (
    TUESDAY_10,
    create_agent,
    create_dealership,
    create_member,
    receive_passive,
)
from tests.leads.calling.pressing import HTMX, send, text_of, url


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
