"""Composite keys of merges and objections: nobody is merged with somebody of another group.

An attempt keeps its customer when that one is merged, so the key between an attempt, its lead
and the customer makes way for a trigger that judges when the attempt is written.
"""

from django.db import migrations

# (table, columns, referenced table, referenced columns, name)
KEYS = [
    (
        "leads_customer",
        "group_id, merged_into_id",
        "leads_customer",
        "group_id, id",
        "customer_merged_within_its_group",
    ),
    (
        "leads_customer",
        "merged_into_id, needs_survivor",
        "leads_customer",
        "id, is_current",
        "customer_merged_into_one_who_is_current",
    ),
    (
        "leads_lead",
        "customer_id, needs_current_customer",
        "leads_customer",
        "id, is_current",
        "lead_of_a_customer_who_is_current",
    ),
    (
        "leads_customermerge",
        "group_id, survivor_id",
        "leads_customer",
        "group_id, id",
        "merge_in_the_group_of_its_survivor",
    ),
    (
        "leads_customermerge",
        "group_id, other_id",
        "leads_customer",
        "group_id, id",
        "merge_in_the_group_of_the_other",
    ),
    (
        "leads_objection",
        "group_id, customer_id",
        "leads_customer",
        "group_id, id",
        "objection_in_the_group_of_its_customer",
    ),
    (
        "leads_consent",
        "group_id, dealership_id",
        "dealers_dealership",
        "group_id, id",
        "consent_in_the_group_of_its_dealership",
    ),
]
ATTEMPT_KEY = "attempt_on_the_customer_of_its_lead"


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_merge_customers_and_withdraw_objections")]

    operations = [
        migrations.RunSQL(
            sql=f"ALTER TABLE leads_attempt DROP CONSTRAINT {ATTEMPT_KEY}",
            reverse_sql=f"ALTER TABLE leads_attempt ADD CONSTRAINT {ATTEMPT_KEY}"
            " FOREIGN KEY (lead_id, customer_id) REFERENCES leads_lead (id, customer_id)"
            " DEFERRABLE INITIALLY DEFERRED",
        ),
        *[
            migrations.RunSQL(
                sql=f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns})"
                f" REFERENCES {other} ({others}) DEFERRABLE INITIALLY DEFERRED",
                reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )
            for table, columns, other, others, name in KEYS
        ],
    ]
