"""Customers are merged, with undo, and objections become rows that a manager withdraws."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0001_initial"),
        ("leads", "0004_move_an_appointment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("moved", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "why_withdrawn",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("customer_asked", "the customer asks to be called again"),
                            ("by_mistake", "recorded by mistake"),
                            ("another_person", "somebody else objected, not this customer"),
                        ],
                        max_length=16,
                    ),
                ),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="leads.customer",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="is_current",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(merged_into=None, then=models.Value(True)),
                    default=models.Value(None),
                ),
                output_field=models.BooleanField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="needs_survivor",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(merged_into=None, then=models.Value(None)),
                    default=models.Value(True),
                ),
                output_field=models.BooleanField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="lead",
            name="needs_current_customer",
            field=models.GeneratedField(
                db_persist=True, expression=models.Value(True), output_field=models.BooleanField()
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attempt",
            trigger=pgtrigger.compiler.Trigger(
                name="on_the_customer_of_its_lead",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF NOT EXISTS (SELECT 1 FROM leads_lead WHERE id = NEW.lead_id AND customer_id = NEW.customer_id) THEN RAISE EXCEPTION 'attempt_on_the_customer_of_its_lead' USING ERRCODE = '23514', CONSTRAINT = 'attempt_on_the_customer_of_its_lead'; END IF; RETURN NEW;",
                    hash="fd3a0a6bd850af4f5a8252713422e95472fa20d0",
                    operation="INSERT",
                    pgid="pgtrigger_on_the_customer_of_its_lead_7c974",
                    table="leads_attempt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attempt",
            trigger=pgtrigger.compiler.Trigger(
                name="day_limit_of_the_merged",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."counts")',
                    declare="DECLARE parts varchar[];",
                    func="IF EXISTS (SELECT 1 FROM leads_customer WHERE merged_into_id = NEW.customer_id) THEN PERFORM 1 FROM leads_customer WHERE id = NEW.customer_id FOR NO KEY UPDATE; SELECT array_agg(a.day_part) INTO parts FROM leads_attempt a JOIN leads_customer c ON c.id = a.customer_id WHERE a.counts AND a.local_date = NEW.local_date AND NEW.customer_id IN (c.id, c.merged_into_id); IF NEW.day_part = ANY(parts) THEN RAISE EXCEPTION 'attempt_counts_once_per_day_part' USING ERRCODE = '23514', CONSTRAINT = 'attempt_counts_once_per_day_part'; END IF;  IF cardinality(parts) >= 2 THEN RAISE EXCEPTION 'attempt_counts_twice_a_day_at_most' USING ERRCODE = '23514', CONSTRAINT = 'attempt_counts_twice_a_day_at_most'; END IF;  END IF; RETURN NEW;",
                    hash="8c1b98271dc9eb6ec9d3cf0447ed7e311c06be01",
                    operation="INSERT",
                    pgid="pgtrigger_day_limit_of_the_merged_133a3",
                    table="leads_attempt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="objection_agrees",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="IF EXISTS (SELECT 1 FROM leads_customer c WHERE c.id IN (NEW.id) AND c.objected_at IS DISTINCT FROM (SELECT max(o.at) FROM leads_objection o WHERE o.customer_id = c.id AND o.withdrawn_at IS NULL)) THEN RAISE EXCEPTION 'customer_objection_is_withdrawn_not_undone' USING ERRCODE = '23514', CONSTRAINT = 'customer_objection_is_withdrawn_not_undone'; END IF; RETURN NULL;",
                    hash="e291257d03054478b2c802ca7c39c2d08787a547",
                    operation='INSERT OR UPDATE OF "objected_at"',
                    pgid="pgtrigger_objection_agrees_fc52b",
                    table="leads_customer",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="merged_by_a_merge",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="IF EXISTS (SELECT 1 FROM leads_customer c WHERE c.id IN (NEW.id) AND (c.merged_into_id IS NOT NULL) IS DISTINCT FROM EXISTS (SELECT 1 FROM leads_customermerge m WHERE m.other_id = c.id AND m.undone_at IS NULL)) THEN RAISE EXCEPTION 'customer_is_merged_by_a_merge' USING ERRCODE = '23514', CONSTRAINT = 'customer_is_merged_by_a_merge'; END IF; RETURN NULL;",
                    hash="c3cfc519ada3d695a8404c745cd6096e5fc257a0",
                    operation='INSERT OR UPDATE OF "merged_into_id"',
                    pgid="pgtrigger_merged_by_a_merge_566c5",
                    table="leads_customer",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="moves_with_a_merge",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF NEW.customer_id IS DISTINCT FROM OLD.customer_id AND NOT EXISTS (SELECT 1 FROM leads_customer WHERE (id, merged_into_id) IN ((OLD.customer_id, NEW.customer_id), (NEW.customer_id, OLD.customer_id))) THEN RAISE EXCEPTION 'lead_changes_customer_only_by_a_merge' USING ERRCODE = '23514', CONSTRAINT = 'lead_changes_customer_only_by_a_merge'; END IF; RETURN NEW;",
                    hash="0229450d2debb84e49883d11178dcc16659a5026",
                    operation='UPDATE OF "customer_id"',
                    pgid="pgtrigger_moves_with_a_merge_04cc2",
                    table="leads_lead",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_by", None), ("withdrawn_at__isnull", False), _connector="OR"
                ),
                name="consent_withdrawn_by_somebody_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                fields=("id", "is_current"), name="customer_that_is_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="customer_not_merged_into_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("legal_form__in", ("bv", "nv", "stichting", "vereniging")), _negated=True
                    ),
                    models.Q(("kind", "company"), models.Q(("company_name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="customer_legal_person_is_a_company_with_a_name",
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dealers.dealergroup",
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.customer"
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="survivor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="leads.customer",
            ),
        ),
        migrations.AddField(
            model_name="customermerge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objections",
                to="leads.customer",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dealers.dealergroup",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="customermerge",
            index=models.Index(
                condition=models.Q(("undone_at", None)),
                fields=["survivor", "-id"],
                name="merge_that_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="customermerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("other",),
                name="merge_of_a_customer_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="customermerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("survivor", models.F("other")), _negated=True),
                name="merge_of_two_customers",
            ),
        ),
        migrations.AddConstraint(
            model_name="customermerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undone_by", None), ("undone_at__isnull", False), _connector="OR"
                ),
                name="merge_undone_by_somebody_at_a_time",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customermerge",
            trigger=pgtrigger.compiler.Trigger(
                name="agrees",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="IF EXISTS (SELECT 1 FROM leads_customer c WHERE c.id IN (NEW.other_id) AND (c.merged_into_id IS NOT NULL) IS DISTINCT FROM EXISTS (SELECT 1 FROM leads_customermerge m WHERE m.other_id = c.id AND m.undone_at IS NULL)) THEN RAISE EXCEPTION 'customer_is_merged_by_a_merge' USING ERRCODE = '23514', CONSTRAINT = 'customer_is_merged_by_a_merge'; END IF; RETURN NULL;",
                    hash="a51e40199477ce255be7124ba6c7cace3bf4721e",
                    operation='INSERT OR UPDATE OF "undone_at"',
                    pgid="pgtrigger_agrees_91115",
                    table="leads_customermerge",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customermerge",
            trigger=pgtrigger.compiler.Trigger(
                name="nobody_is_with_them",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT 1 FROM leads_hold WHERE customer_id IN (NEW.survivor_id, NEW.other_id)) OR EXISTS (SELECT 1 FROM leads_call JOIN leads_lead ON leads_lead.id = leads_call.lead_id WHERE leads_call.ended_at IS NULL AND leads_lead.customer_id IN (NEW.survivor_id, NEW.other_id)) THEN RAISE EXCEPTION 'merge_of_customers_whom_nobody_is_with' USING ERRCODE = '23514', CONSTRAINT = 'merge_of_customers_whom_nobody_is_with'; END IF; RETURN NEW;",
                    hash="e993c2781a59a9a46e0c16f6398f9c78fc2a0dc5",
                    operation="INSERT",
                    pgid="pgtrigger_nobody_is_with_them_e6b5d",
                    table="leads_customermerge",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customermerge",
            trigger=pgtrigger.compiler.Trigger(
                name="undone_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF OLD.undone_at IS NOT NULL OR (NEW.survivor_id, NEW.other_id, NEW.at, NEW.moved) IS DISTINCT FROM (OLD.survivor_id, OLD.other_id, OLD.at, OLD.moved) THEN RAISE EXCEPTION 'merge_is_undone_once' USING ERRCODE = '23514', CONSTRAINT = 'merge_is_undone_once'; END IF; RETURN NEW;",
                    hash="23552128d940f8f973cbd5a930c5b68f278fe5e9",
                    operation="UPDATE",
                    pgid="pgtrigger_undone_once_b55cf",
                    table="leads_customermerge",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customermerge",
            trigger=pgtrigger.compiler.Trigger(
                name="never_removed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'merge_is_never_removed' USING ERRCODE = '23514', CONSTRAINT = 'merge_is_never_removed';",
                    hash="6117dd89a15ea7312ee1e908791f0c706afb9f94",
                    operation="DELETE",
                    pgid="pgtrigger_never_removed_0779f",
                    table="leads_customermerge",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["customer", "at"], name="objection_of_a_customer"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("why_withdrawn", ""), ("withdrawn_at", None), ("withdrawn_by", None)),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("why_withdrawn", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="objection_withdrawn_by_somebody_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None), ("withdrawn_at__gte", models.F("at")), _connector="OR"
                ),
                name="objection_withdrawn_after_it_was_made",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="agrees",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="IF EXISTS (SELECT 1 FROM leads_customer c WHERE c.id IN (NEW.customer_id, coalesce(OLD.customer_id, NEW.customer_id)) AND c.objected_at IS DISTINCT FROM (SELECT max(o.at) FROM leads_objection o WHERE o.customer_id = c.id AND o.withdrawn_at IS NULL)) THEN RAISE EXCEPTION 'customer_objection_is_withdrawn_not_undone' USING ERRCODE = '23514', CONSTRAINT = 'customer_objection_is_withdrawn_not_undone'; END IF; RETURN NULL;",
                    hash="ae26df0ff58d546abb1c36e1eedbac823f6e9bab",
                    operation='INSERT OR UPDATE OF "customer_id", "withdrawn_at"',
                    pgid="pgtrigger_agrees_3c28d",
                    table="leads_objection",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="withdrawn_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF NEW.at IS DISTINCT FROM OLD.at OR NEW.by_id IS DISTINCT FROM OLD.by_id OR (OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_by_id, NEW.why_withdrawn) IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id, OLD.why_withdrawn)) THEN RAISE EXCEPTION 'objection_is_withdrawn_once' USING ERRCODE = '23514', CONSTRAINT = 'objection_is_withdrawn_once'; END IF; RETURN NEW;",
                    hash="1a4811a99a54529f5fbd69b159ae18587b16ba11",
                    operation="UPDATE",
                    pgid="pgtrigger_withdrawn_once_7e000",
                    table="leads_objection",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="never_removed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'objection_is_never_removed' USING ERRCODE = '23514', CONSTRAINT = 'objection_is_never_removed';",
                    hash="643ca8b91b6ceecbda8e4dbeaa50e16935b9ea51",
                    operation="DELETE",
                    pgid="pgtrigger_never_removed_283f9",
                    table="leads_objection",
                    when="BEFORE",
                ),
            ),
        ),
    ]
