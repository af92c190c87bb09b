"""Composite keys: no row points into another group, and a lead agrees with its round.

Django 5.2 has no composite foreign key, so they are written in SQL;
tests/leads/models/test_tenant_keys.py finds a tenant table without one.
"""

from django.db import migrations

# (table, columns, referenced table, referenced columns, name)
KEYS = [
    (
        "leads_lead",
        "group_id, dealership_id",
        "dealers_dealership",
        "group_id, id",
        "lead_in_the_group_of_its_dealership",
    ),
    (
        "leads_lead",
        "group_id, customer_id",
        "leads_customer",
        "group_id, id",
        "lead_in_the_group_of_its_customer",
    ),
    (
        "leads_lead",
        "group_id, campaign_id",
        "leads_campaign",
        "group_id, id",
        "lead_in_the_group_of_its_campaign",
    ),
    (
        "leads_attempt",
        "lead_id, customer_id",
        "leads_lead",
        "id, customer_id",
        "attempt_on_the_customer_of_its_lead",
    ),
    (
        "leads_hold",
        "lead_id, customer_id",
        "leads_lead",
        "id, customer_id",
        "hold_on_the_customer_of_its_lead",
    ),
    *[
        (
            f"leads_{table}",
            "group_id, customer_id",
            "leads_customer",
            "group_id, id",
            f"{table}_in_the_group_of_its_customer",
        )
        for table in ("customerphone", "customeremail", "customervehicle", "consent")
    ],
    *[
        (
            f"leads_{table}",
            "dealership_id, lead_id",
            "leads_lead",
            "dealership_id, id",
            f"{table}_in_the_dealership_of_its_lead",
        )
        for table in (
            "round",
            "proposal",
            "call",
            "attempt",
            "conversation",
            "callback",
            "appointment",
            "quote",
            "sale",
            "hold",
            "release",
            "event",
            "note",
        )
    ],
    (
        "leads_lead",
        "id, round_number, side, needs_open_round",
        "leads_round",
        "lead_id, number, side, is_open",
        "lead_open_with_an_open_round_of_its_side",
    ),
    (
        "leads_lead",
        "id, round_number, close_reason_id",
        "leads_round",
        "lead_id, number, reason_id",
        "lead_closed_with_the_reason_of_its_last_round",
    ),
    (
        "leads_lead",
        "id, needs_proposal",
        "leads_proposal",
        "lead_id, is_pending",
        "lead_proposed_with_a_pending_proposal",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial"), ("dealers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns})"
            f" REFERENCES {other} ({others}) DEFERRABLE INITIALLY DEFERRED",
            reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )
        for table, columns, other, others, name in KEYS
    ]
