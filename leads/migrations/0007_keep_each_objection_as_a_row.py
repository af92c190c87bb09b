"""Customers who objected before objections were rows get theirs, by whom the timeline says."""

from django.db import migrations

KEEP = """
    INSERT INTO leads_objection (group_id, customer_id, at, by_id, why_withdrawn, note)
    SELECT c.group_id, c.id, c.objected_at,
        (
            SELECT e.by_id FROM leads_event e JOIN leads_lead l ON l.id = e.lead_id
            WHERE l.customer_id = c.id AND e.verb = 'objected' AND e.at = c.objected_at
            ORDER BY e.id LIMIT 1
        ),
        '', ''
    FROM leads_customer c WHERE c.objected_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0006_keys_of_merges_and_objections")]

    operations = [migrations.RunSQL(sql=KEEP, reverse_sql=migrations.RunSQL.noop)]
