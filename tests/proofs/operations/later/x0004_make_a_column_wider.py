"""A column that grows, of which the version that still runs has planned what it reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "x0003_find_it")]
    operations = [
        migrations.AlterField("lead", "source", models.CharField(max_length=250, blank=True)),
    ]
