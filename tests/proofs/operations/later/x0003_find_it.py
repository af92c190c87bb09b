"""An index that nobody waits for, and the rows read for the rule."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "x0002_demand_it")]
    operations = [
        AddIndexConcurrently("lead", models.Index(fields=["later"], name="lead_later")),
        ValidateConstraint("lead", "lead_later_is_yes_or_no"),
    ]
