"""Appointments and quotes, booked on the work screen."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from dealers.models import Absence
from leads.domain.booking import book_appointment
from leads.models import (
    Appointment,
    Note,
    Quote,
)
from tests.factories import (
    TUESDAY_10,
    at,
    receive,
)
from tests.leads.calling.pressing import HTMX, seen, send, text_of


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
