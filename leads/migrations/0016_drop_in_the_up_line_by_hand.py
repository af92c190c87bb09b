"""A sales manager puts somebody at the end of the up line for a while."""

import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0003_let_nobody_be_away_twice_at_once"),
        ("leads", "0015_leave_an_attempt_of_every_call"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UpLineDrop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("busy", "busy with a visitor or a delivery"),
                            ("not_there", "not in the showroom"),
                            ("meeting", "in a meeting or training"),
                            ("own_wish", "asked for it"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("given_back_at", models.DateTimeField(blank=True, null=True)),
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
                    "given_back_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__gt", models.F("at")),
                            (
                                "until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("at"), "+", models.Value(datetime.timedelta(days=1))
                                ),
                            ),
                        ),
                        name="up_line_drop_ends_within_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_back_at", None), ("given_back_by", None)),
                            models.Q(
                                ("given_back_at__gte", models.F("at")),
                                ("given_back_at__isnull", False),
                                ("given_back_at__lte", models.F("until")),
                                ("given_back_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="up_line_drop_given_back_by_somebody_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by", models.F("salesperson")), _negated=True),
                            models.Q(
                                ("given_back_by", None),
                                models.Q(("given_back_by", models.F("salesperson")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="up_line_drop_decided_by_another",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("dealership", "="),
                            ("salesperson", "="),
                            (
                                models.Func(
                                    models.F("at"),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("given_back_at"), models.F("until")
                                    ),
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="up_line_drop_one_at_a_time",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="uplinedrop",
            trigger=pgtrigger.compiler.Trigger(
                name="only_given_back",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF TG_OP = 'DELETE' OR OLD.given_back_at IS NOT NULL OR ROW(NEW.dealership_id, NEW.salesperson_id, NEW.reason, NEW.by_id, NEW.at, NEW.until) IS DISTINCT FROM ROW(OLD.dealership_id, OLD.salesperson_id, OLD.reason, OLD.by_id, OLD.at, OLD.until) THEN RAISE EXCEPTION 'up_line_drop_rows_are_only_given_back' USING ERRCODE = '23514', CONSTRAINT = 'up_line_drop_rows_are_only_given_back'; END IF; RETURN NEW;",
                    hash="46c8d78f4021967c464d938fa8034b74fc861b46",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_only_given_back_6007f",
                    table="leads_uplinedrop",
                    when="BEFORE",
                ),
            ),
        ),
    ]
