"""As a release that needs one more fact of a lead would do it: the column, with a default."""

from pathlib import Path

from django.db import migrations, models

import leads.migrations

NEWEST = max(path.stem for path in Path(leads.migrations.__file__).parent.glob("0*.py"))


class Migration(migrations.Migration):
    dependencies = [("leads", NEWEST)]
    operations = [
        migrations.AddField("lead", "later", models.CharField(max_length=20, db_default="no")),
    ]
