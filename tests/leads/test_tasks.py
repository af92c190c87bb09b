"""BDC-04 makes a task at its destination, and somebody there does it (product.md, Close-out)."""

import pytest
from django.core import mail

from bdc.errors import NotAllowed, RuleBroken
from bdc.outbox.effects import carry_out_due
from dealers.models import Role
from leads.domain.approving import reopen
from leads.domain.closing import close_lead
from leads.domain.facts import Facts
from leads.domain.forwarding import finish_task, open_tasks
from leads.models import Event, Task
from tests.api_client import ApiClient
from tests.factories import (
    TUESDAY_10,
    at,
    create_agent,
    create_dealership,
    create_member,
    create_salesperson,
    receive_passive,
)

LATER = at(24, 11)


@pytest.fixture
def dealership(db):
    return create_dealership(email="balie@noord.example")


@pytest.fixture
def receptionist(dealership):
    return create_member(Role.RECEPTIONIST, dealership, name="Ria Balie")


def forwarded(dealership, *, destination="service", **fields) -> Task:
    """The task of a passive lead that asked for another department."""
    lead = receive_passive(dealership, **fields)
    facts = Facts(destination=destination)
    close_lead(lead, reason="BDC-04", facts=facts, by=create_agent(dealership), now=TUESDAY_10)
    return Task.objects.get(lead=lead)


def test_closing_for_another_department_makes_a_task_there(dealership, receptionist):
    task = forwarded(dealership)

    assert (task.destination, task.made_at, task.done_at) == ("service", TUESDAY_10, None)
    assert list(open_tasks(receptionist)) == [task]


def test_other_reasons_make_none(dealership):
    agent, lead = create_agent(dealership), receive_passive(dealership, phones=())

    close_lead(lead, reason="BDC-03", facts=Facts(), by=agent, now=TUESDAY_10)

    assert not Task.objects.exists()


def test_who_did_it_says_so_once(dealership, receptionist):
    task = forwarded(dealership)

    task = finish_task(task, by=receptionist, now=LATER)

    assert (task.done_by, task.done_at) == (receptionist, LATER)
    assert not open_tasks(receptionist).exists()
    assert Event.objects.filter(lead=task.lead, verb="task_done", by=receptionist).count() == 1
    with pytest.raises(RuleBroken) as refused:
        finish_task(task, by=receptionist, now=LATER)
    assert refused.value.code == "task_done"


def test_who_sees_to_no_tasks_does_none(dealership):
    task = forwarded(dealership)

    for person in (create_salesperson(dealership), create_member(Role.MARKETER, dealership)):
        with pytest.raises(NotAllowed):
            finish_task(task, by=person, now=LATER)


def test_a_reopened_lead_is_no_task_of_others_any_more(dealership, receptionist):
    manager = create_member(Role.SALES_MANAGER, dealership)
    task = forwarded(dealership)

    reopen(task.lead, by=manager, now=LATER)

    assert not open_tasks(receptionist).exists()
    assert Task.objects.get().done_by == manager


def test_a_lead_is_forwarded_again_after_it_was_reopened(dealership, receptionist):
    manager = create_member(Role.SALES_MANAGER, dealership)
    task = forwarded(dealership)
    lead = reopen(task.lead, by=manager, now=LATER)

    close_lead(
        lead,
        reason="BDC-04",
        facts=Facts(destination="parts"),
        by=create_agent(dealership),
        now=LATER,
    )

    assert [again.destination for again in open_tasks(receptionist)] == ["parts"]


@pytest.mark.django_db(transaction=True)
def test_the_department_is_told(transactional_db):
    forwarded(create_dealership(email="balie@noord.example"))

    carry_out_due(at(24, 10, 1))

    [message] = [one for one in mail.outbox if one.to == ["balie@noord.example"]]
    assert "service" in message.subject or "werkplaats" in message.subject


def test_the_page_shows_what_waits_and_takes_what_is_done(client, dealership, receptionist):
    task = forwarded(dealership, name="Marieke Jansen", model="Golf")
    client.force_login(receptionist)

    shown = client.get("/taken/").content.decode()
    assert "Marieke Jansen" in shown
    assert "Volkswagen Golf" in shown
    shown = client.post(f"/taken/{task.pk}/klaar/", follow=True).content.decode()

    assert "Klaar: Marieke Jansen." in shown
    assert "Er wacht niets voor je afdeling" in shown


def test_more_tasks_ask_the_database_no_more(
    client, dealership, receptionist, django_assert_max_num_queries
):
    client.force_login(receptionist)
    for _number in range(4):
        forwarded(dealership)

    with django_assert_max_num_queries(14):
        client.get("/taken/")


def test_by_program(dealership, receptionist):
    task = forwarded(dealership)
    client = ApiClient(receptionist)

    [shown] = client.get("tasks/").json()["results"]
    assert (shown["id"], shown["lead"], shown["destination"]) == (task.pk, task.lead_id, "service")
    done = client.post(f"tasks/{task.pk}/done/")

    assert done.status_code == 200
    assert done.json()["done_at"] is not None
    assert client.post(f"tasks/{task.pk}/done/").json()["code"] == "task_done"
    assert client.get("tasks/").json()["results"] == []
