"""An appointment that is moved: the new one names the old one of the same lead."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0001_initial"),
        ("leads", "0003_indexes_of_the_work_screen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="moved_from",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moved_to",
                to="leads.appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                fields=("lead", "id"), name="appointment_within_its_lead"
            ),
        ),
        migrations.RunSQL(
            sql="ALTER TABLE leads_appointment ADD CONSTRAINT appointment_moved_within_its_lead"
            " FOREIGN KEY (lead_id, moved_from_id) REFERENCES leads_appointment (lead_id, id)"
            " DEFERRABLE INITIALLY DEFERRED",
            reverse_sql="ALTER TABLE leads_appointment"
            " DROP CONSTRAINT appointment_moved_within_its_lead",
        ),
    ]
