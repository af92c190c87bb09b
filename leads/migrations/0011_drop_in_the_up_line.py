"""A sales manager lets overdue follow-ups pass in the up line."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0002_keep_the_history_of_policies"),
        ("leads", "0010_undo_what_was_done"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UpLineOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("local_date", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dealership", "salesperson", "local_date"),
                        name="up_line_overridden_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by", models.F("salesperson")), _negated=True),
                        name="up_line_never_overridden_for_oneself",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="uplineoverride",
            trigger=pgtrigger.compiler.Trigger(
                name="only_added",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'up_line_override_rows_are_only_added' USING ERRCODE = '23514', CONSTRAINT = 'up_line_override_rows_are_only_added';",
                    hash="2793dd1e757d49a776a43ce743d3f7a7b4fd33a7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_only_added_713e3",
                    table="leads_uplineoverride",
                    when="BEFORE",
                ),
            ),
        ),
    ]
