"""Absences by program."""

import pytest
import time_machine

from dealers.models import Absence, Role
from tests.api_client import ApiClient
from tests.factories import TUESDAY_10, create_dealership, create_member, create_salesperson

DAYS = {"begins_at": "2026-11-25T00:00:00+01:00", "ends_at": "2026-11-28T00:00:00+01:00"}


@pytest.fixture(autouse=True)
def _on_tuesday_at_ten():
    with time_machine.travel(TUESDAY_10, tick=False):
        yield


@pytest.fixture
def dealership(db):
    return create_dealership()


def test_one_records_ones_own_absence_sees_it_and_ends_it(dealership):
    user = create_salesperson(dealership)
    client = ApiClient(user)

    answer = client.post("absences/", DAYS)

    shown = {**DAYS, "id": Absence.objects.get().pk, "user": user.email, "recorded_by": user.email}
    assert (answer.status_code, answer.json()) == (201, shown)
    assert client.get("absences/").json()["results"] == [shown]
    assert client.post(f"absences/{shown['id']}/end/").status_code == 204
    assert client.get("absences/").json()["results"] == []


def test_a_manager_records_for_a_salesperson_and_nobody_for_others(dealership):
    user, manager = create_salesperson(dealership), create_member(Role.SALES_MANAGER, dealership)

    answer = ApiClient(manager).post("absences/", {**DAYS, "user": user.email.upper()})

    assert answer.status_code == 201
    assert ApiClient(user).post("absences/", {**DAYS, "user": manager.email}).status_code == 404


def test_a_time_without_an_offset_is_refused(dealership):
    sent = {**DAYS, "ends_at": "2026-11-28T00:00:00"}

    answer = ApiClient(create_salesperson(dealership)).post("absences/", sent)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "ends_at"
