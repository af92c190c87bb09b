"""A rule for the new column, which the rows that are there are not read for yet."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("leads", "x0001_add_a_column")]
    operations = [
        AddConstraintNotValid(
            "lead",
            models.CheckConstraint(
                name="lead_later_is_yes_or_no", condition=Q(later__in=["yes", "no"])
            ),
        ),
    ]
