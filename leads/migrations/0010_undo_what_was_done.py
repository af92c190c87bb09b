"""Steps that can be undone, and rounds that go on where an undone end was."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0002_keep_the_history_of_policies"),
        ("leads", "0009_make_tasks_for_other_departments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("attempt", "result of a call"),
                            ("call_back", "call-back"),
                            ("appointment", "appointment"),
                            ("close", "close-out"),
                            ("proposal", "proposal to close"),
                            ("release", "letting go of the customer"),
                        ],
                        max_length=12,
                    ),
                ),
                ("before", models.JSONField()),
                ("first_event", models.BigIntegerField()),
                ("last_event", models.BigIntegerField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_event", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="round",
            name="begins_uncounted",
        ),
        migrations.AddField(
            model_name="release",
            name="is_undone",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="round",
            name="continues",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="continued_in",
                to="leads.round",
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="is_undone",
            field=models.BooleanField(default=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="round",
            trigger=pgtrigger.compiler.Trigger(
                name="begins_uncounted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF (NEW.continues_id IS NULL AND (NEW.attempts <> 0 OR NEW.refusals <> 0 OR NEW.wrong_numbers <> 0 OR NEW.conversations <> 0)) OR (NEW.continues_id IS NOT NULL AND (NEW.lead_id, NEW.side, NEW.maximum, NEW.attempts, NEW.refusals, NEW.wrong_numbers, NEW.conversations) NOT IN (SELECT lead_id, side, maximum, attempts, refusals, wrong_numbers, conversations FROM leads_round WHERE id = NEW.continues_id)) THEN RAISE EXCEPTION 'round_counts_come_from_the_rows' USING ERRCODE = '23514', CONSTRAINT = 'round_counts_come_from_the_rows'; END IF; RETURN NEW;",
                    hash="48bb65005009ed57906823b0060441f30c44666e",
                    operation="INSERT",
                    pgid="pgtrigger_begins_uncounted_55f97",
                    table="leads_round",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="appointment",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="leads.appointment"
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="attempt",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="leads.attempt"
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="call_back",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="leads.callback"
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="dealership",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dealers.dealership",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="ended",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.round",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="proposal",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="leads.proposal"
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="release",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="leads.release"
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["by", "-at"], name="step_of_a_person"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("undone_at", None)), fields=["at"], name="step_by_age"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attempt__isnull", False), ("what", "attempt")),
                    models.Q(("call_back__isnull", False), ("what", "call_back")),
                    models.Q(("appointment__isnull", False), ("what", "appointment")),
                    models.Q(("ended__isnull", False), ("what", "close")),
                    models.Q(("proposal__isnull", False), ("what", "proposal")),
                    models.Q(("release__isnull", False), ("what", "release")),
                    _connector="OR",
                ),
                name="step_names_what_was_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_event", None)),
                    models.Q(
                        ("undone_at__gte", models.F("at")),
                        ("undone_at__isnull", False),
                        ("undone_event__gt", models.F("last_event")),
                        ("undone_event__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="step_undone_with_its_entry",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="step",
            trigger=pgtrigger.compiler.Trigger(
                name="undone_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF OLD.undone_at IS NOT NULL THEN RAISE EXCEPTION 'step_is_undone_once' USING ERRCODE = '23514', CONSTRAINT = 'step_is_undone_once'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;",
                    hash="99cd4fb5790feda1ab416168dd206c6bca4894ac",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_undone_once_18ffe",
                    table="leads_step",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            sql="ALTER TABLE leads_step ADD CONSTRAINT step_in_the_dealership_of_its_lead"
            " FOREIGN KEY (dealership_id, lead_id) REFERENCES leads_lead (dealership_id, id)"
            " DEFERRABLE INITIALLY DEFERRED",
            reverse_sql="ALTER TABLE leads_step DROP CONSTRAINT step_in_the_dealership_of_its_lead",
        ),
    ]
