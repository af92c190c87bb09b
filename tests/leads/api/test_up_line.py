"""The up line for programs: read, overridden, refused."""

import pytest

from leads.models import Lead
from tests.api_client import problem
from tests.factories import at, create_salesperson, receive


@pytest.fixture
def late(dealership):
    """A hybrid whose follow-up of yesterday was not made."""
    person = create_salesperson(dealership, kind="hybrid", email="laat@noord.example")
    lead = receive(dealership, channel="walk_in", now=at(20, 10))
    Lead.objects.filter(pk=lead.pk).update(owner=person, queue="", next_call_at=at(23, 9))
    return person


def test_the_row_says_who_dropped_and_why(as_manager, dealership, late):
    response = as_manager.get(f"up-line/?dealership={dealership.slug}")

    assert response.status_code == 200
    (place,) = response.json()
    assert (place["position"], place["user"], place["overdue"]) == (1, late.email, 1)
    assert (place["dropped"], place["overridden_by"]) == (True, None)


def test_a_manager_overrides(as_manager, dealership, manager, late):
    response = as_manager.post(
        "up-line/override/", {"dealership": dealership.slug, "user": late.email}
    )

    assert response.status_code == 200
    (place,) = response.json()
    assert (place["dropped"], place["overridden_by"]) == (False, manager.email)


def test_a_salesperson_does_not(as_salesperson, dealership, late):
    response = as_salesperson.post(
        "up-line/override/", {"dealership": dealership.slug, "user": late.email}
    )

    assert response.status_code == 403


def test_nothing_overdue_is_refused(as_manager, dealership, salesperson):
    response = as_manager.post(
        "up-line/override/", {"dealership": dealership.slug, "user": salesperson.email}
    )

    assert (response.status_code, response.json()["code"]) == (409, "nothing_overdue")
    assert response.json() == problem(
        409,
        "Conflict",
        "nothing_overdue",
        "This person has no overdue follow-ups, and stands in turn.",
    )


def test_the_dealership_is_asked(as_manager):
    assert as_manager.get("up-line/").status_code == 400
