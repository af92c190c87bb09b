"""No row points into another group: seen in the catalogue, and seen to be refused."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from leads.models import Customer, CustomerPhone, Event, Lead, Note
from tests.factories import TUESDAY_10, create_dealership, receive

# Tables of leads that belong to no lead and no customer, with why they need no composite key.
WITHOUT_KEY = {
    "leads_closereason": "the same list for every group",
    "leads_rawinput": "bytes before anybody knows whose they are",
    "leads_reject": "its group may be unknown; its lead is made by the domain",
    "leads_customer": "the group itself is its key",
    "leads_campaign": "the group itself is its key",
    "leads_campaign_dealerships": "made by Django",
    "leads_workassignment": "a membership of a centre, which may work for several groups",
    "leads_assignedcampaign": "as above; a trigger holds the campaign to the centre's dealerships",
    "leads_queuechange": "an agent of a centre, or a campaign; its group is the key of that",
    "leads_turn": "a person at a dealership",
    "leads_uplineoverride": "a person at a dealership",
    "leads_uplinedrop": "a person at a dealership",
    "leads_offer": "a lead and a person; nothing of another group",
}


def composite_keys() -> dict[str, list[int]]:
    """The number of columns of each foreign key, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, array_agg(cardinality(conkey))"
            " FROM pg_constraint WHERE contype = 'f' GROUP BY 1"
        )
        return dict(cursor.fetchall())


def test_every_table_of_leads_has_a_composite_key_or_a_reason_not_to(db):
    keys = composite_keys()
    tables = {model._meta.db_table for model in apps.get_app_config("leads").get_models()}

    without = {table for table in tables if max(keys.get(table, [0])) < 2}

    assert without <= set(WITHOUT_KEY)
    assert "leads_attempt" not in without


def refused_by(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


def check_now(constraint: str = "ALL") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {constraint} IMMEDIATE")


def test_a_lead_cannot_belong_to_a_customer_of_another_group(db):
    lead, other = receive(create_dealership()), receive(create_dealership())

    with refused_by("lead_in_the_group_of_its_customer"), transaction.atomic():
        lead.pk, lead.customer = None, other.customer
        lead.save()
        check_now("lead_in_the_group_of_its_customer")


def test_a_lead_cannot_move_to_a_dealership_of_another_group(db):
    lead, other = receive(create_dealership()), receive(create_dealership())

    with refused_by("lead_in_the_group_of_its_dealership"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(dealership=other.dealership)
        # Its events break a key too; which of the two is told first is chance.
        check_now("lead_in_the_group_of_its_dealership")


def test_a_phone_cannot_hang_on_a_customer_of_another_group(db):
    customer = receive(create_dealership()).customer
    elsewhere = create_dealership().group

    with refused_by("customerphone_in_the_group_of_its_customer"), transaction.atomic():
        CustomerPhone.objects.create(customer=customer, group=elsewhere, number="+31612345999")
        check_now()


@pytest.mark.parametrize("model", [Event, Note])
def test_a_row_of_a_lead_carries_the_dealership_of_the_lead(db, model):
    lead, other = receive(create_dealership()), receive(create_dealership())
    fields = {"verb": "sold"} if model is Event else {"body": "x"}

    with refused_by("_in_the_dealership_of_its_lead"), transaction.atomic():
        model.objects.create(lead=lead, dealership=other.dealership, at=TUESDAY_10, **fields)
        check_now()


def test_one_phone_number_is_two_customers_in_two_groups(db):
    first = receive(create_dealership(), phones=("06-12345001",))
    second = receive(create_dealership(), phones=("06-12345001",))

    assert first.customer_id != second.customer_id
    assert Customer.objects.count() == 2
