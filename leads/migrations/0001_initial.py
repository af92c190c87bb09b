from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("dealers", "0001_initial"),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="CloseReason",
            fields=[
                ("code", models.CharField(max_length=10, primary_key=True, serialize=False)),
                (
                    "track",
                    models.CharField(
                        choices=[
                            ("bdc", "BDC"),
                            ("sales", "sales"),
                            ("both", "BDC and sales"),
                            ("system", "the system"),
                        ],
                        max_length=6,
                    ),
                ),
                ("group", models.CharField(max_length=40)),
                ("outcome", models.CharField(max_length=20)),
                ("label_nl", models.CharField(max_length=120, verbose_name="name in Dutch")),
                ("label_en", models.CharField(max_length=120, verbose_name="name in English")),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("effect", models.CharField(blank=True, max_length=30)),
                (
                    "sales_next_step",
                    models.CharField(max_length=160, verbose_name="next step for sales"),
                ),
                (
                    "marketing_next_step",
                    models.CharField(max_length=160, verbose_name="next step for marketing"),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "retired_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="retired since"),
                ),
            ],
            options={
                "verbose_name": "close-out reason",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "person"), ("company", "company")],
                        default="person",
                        max_length=10,
                    ),
                ),
                ("salutation", models.CharField(blank=True, max_length=20)),
                ("initials", models.CharField(blank=True, max_length=20)),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=80, verbose_name="first name"),
                ),
                ("infix", models.CharField(blank=True, max_length=20, verbose_name="infix")),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=120, verbose_name="last name"),
                ),
                (
                    "company_name",
                    models.CharField(blank=True, max_length=160, verbose_name="company"),
                ),
                (
                    "legal_form",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bv", "b.v."),
                            ("nv", "n.v."),
                            ("stichting", "foundation"),
                            ("vereniging", "association"),
                            ("eenmanszaak", "sole trader"),
                            ("vof", "v.o.f."),
                            ("maatschap", "professional partnership"),
                            ("cv", "c.v."),
                            ("unknown", "unknown"),
                        ],
                        default="unknown",
                        max_length=12,
                    ),
                ),
                ("street", models.CharField(blank=True, max_length=160, verbose_name="street")),
                ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
                ("postcode", models.CharField(blank=True, max_length=7, verbose_name="postcode")),
                ("customer_number", models.CharField(blank=True, max_length=40)),
                ("search_name", models.CharField(blank=True, editable=False, max_length=400)),
                ("objected_at", models.DateTimeField(blank=True, null=True)),
                ("parked_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="dealers.dealergroup",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_name"],
                        name="customer_search_name",
                        opclasses=["gin_trgm_ops"],
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "id"), name="customer_within_its_group"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("priority", models.SmallIntegerField(default=0, verbose_name="priority")),
                (
                    "consent_purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sales", "sales"),
                            ("service", "service"),
                            ("all", "sales and service"),
                        ],
                        max_length=8,
                    ),
                ),
                ("consent_words", models.TextField(blank=True)),
                (
                    "cost_per_lead",
                    models.DecimalField(decimal_places=2, default=Decimal("15.00"), max_digits=8),
                ),
                (
                    "dealerships",
                    models.ManyToManyField(related_name="campaigns", to="dealers.dealership"),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="dealers.dealergroup",
                    ),
                ),
            ],
            options={
                "verbose_name": "campaign",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "slug"), name="campaign_slug_once_in_a_group"
                    ),
                    models.UniqueConstraint(
                        fields=("group", "id"), name="campaign_within_its_group"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RawInput",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("api", "API"),
                            ("adf", "ADF document"),
                            ("command", "command"),
                            ("file", "file"),
                            ("page", "page"),
                        ],
                        max_length=10,
                    ),
                ),
                ("content_type", models.CharField(blank=True, max_length=120)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                (
                    "received_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stands_since", models.DateTimeField()),
                ("served_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turns",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dealership", "salesperson"), name="turn_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("sales", "sales"),
                            ("service", "service"),
                            ("all", "sales and service"),
                        ],
                        max_length=8,
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("words", models.TextField(blank=True)),
                ("proof", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dealership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealergroup",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="leads.customer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "customer", "purpose", "given_at", "proof"),
                        name="consent_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerEmail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emails",
                        to="leads.customer",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealergroup",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["group", "address"], name="customer_email_address")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "customer", "address"), name="customer_email_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerPhone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("extension", models.CharField(blank=True, max_length=10)),
                ("is_dialable", models.BooleanField(default=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phones",
                        to="leads.customer",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealergroup",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "indexes": [
                    models.Index(fields=["group", "number"], name="customer_phone_number"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["number"], name="customer_phone_digits", opclasses=["gin_trgm_ops"]
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "customer", "number"), name="customer_phone_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^\\+[1-9][0-9]{4,14}$")),
                        name="customer_phone_is_e164",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerVehicle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("plate", models.CharField(blank=True, max_length=8, verbose_name="licence plate")),
                ("make", models.CharField(blank=True, max_length=60, verbose_name="make")),
                ("model", models.CharField(blank=True, max_length=80, verbose_name="model")),
                (
                    "year",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="year"),
                ),
                ("mileage_km", models.PositiveIntegerField(blank=True, null=True)),
                ("purchased_on", models.DateField(blank=True, null=True)),
                (
                    "apk_expires_on",
                    models.DateField(blank=True, null=True, verbose_name="APK until"),
                ),
                ("last_workshop_on", models.DateField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vehicles",
                        to="leads.customer",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealergroup",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("plate", ""), _negated=True),
                        fields=["group", "plate"],
                        name="customer_vehicle_plate",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("plate", ""), _negated=True),
                        fields=("group", "customer", "plate"),
                        name="customer_vehicle_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("active", "active"), ("passive", "passive")], max_length=8
                    ),
                ),
                (
                    "kind_at_receipt",
                    models.CharField(
                        choices=[("active", "active"), ("passive", "passive")],
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("online", "online"),
                            ("phone", "phone"),
                            ("walk_in", "walk-in"),
                            ("email", "e-mail"),
                            ("chat", "chat"),
                            ("mailing", "mailing"),
                            ("data_mining", "data mining"),
                            ("lost_sale", "lost sale"),
                            ("service_referral", "service referral"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "interest",
                    models.CharField(
                        choices=[
                            ("new", "new car"),
                            ("used", "used car"),
                            ("service", "service"),
                            ("other", "something else"),
                        ],
                        max_length=8,
                    ),
                ),
                ("line", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("source", models.CharField(blank=True, max_length=120)),
                ("external_id", models.CharField(blank=True, max_length=200)),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("make", models.CharField(blank=True, max_length=60)),
                ("model", models.CharField(blank=True, max_length=80)),
                ("plate", models.CharField(blank=True, max_length=8)),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("extra", models.JSONField(blank=True, default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("proposed", "awaiting approval"),
                            ("closed", "closed"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "queue",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("passive", "passive"),
                            ("second_voice", "second voice"),
                            ("unreached", "unreached"),
                            ("inbound", "inbound"),
                            ("catch_all", "catch-all"),
                        ],
                        max_length=12,
                    ),
                ),
                ("round_number", models.PositiveSmallIntegerField(default=1)),
                ("requested_at", models.DateTimeField(blank=True, null=True)),
                ("callable_until", models.DateTimeField(blank=True, null=True)),
                ("without_ground_since", models.DateTimeField(blank=True, null=True)),
                ("has_dialable_number", models.BooleanField(default=False)),
                ("next_call_at", models.DateTimeField(blank=True, null=True)),
                ("priority", models.SmallIntegerField(default=0)),
                ("system_close_at", models.DateTimeField(blank=True, null=True)),
                ("offered_at", models.DateTimeField(blank=True, null=True)),
                ("offer_ends_at", models.DateTimeField(blank=True, null=True)),
                ("clock_began_at", models.DateTimeField(blank=True, null=True)),
                ("first_call_at", models.DateTimeField(blank=True, null=True)),
                ("alarm_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                ("first_attempt_at", models.DateTimeField(blank=True, null=True)),
                ("reached_at", models.DateTimeField(blank=True, null=True)),
                ("appointment_at", models.DateTimeField(blank=True, null=True)),
                ("showed_at", models.DateTimeField(blank=True, null=True)),
                ("quoted_at", models.DateTimeField(blank=True, null=True)),
                ("sold_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("has_appointment", models.BooleanField(default=False)),
                ("is_pollution", models.BooleanField(default=False)),
                (
                    "needs_open_round",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(status="closed", then=models.Value(None)),
                            default=models.Value(True),
                        ),
                        output_field=models.BooleanField(null=True),
                    ),
                ),
                (
                    "needs_proposal",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(status="proposed", then=models.Value(True)),
                            default=models.Value(None),
                        ),
                        output_field=models.BooleanField(null=True),
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="leads.campaign",
                    ),
                ),
                (
                    "close_reason",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="leads.closereason",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="leads.customer",
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates",
                        to="leads.lead",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealergroup",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "raw",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="leads.rawinput",
                    ),
                ),
                (
                    "side",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(status="closed", then=models.Value(None)),
                            models.When(
                                models.Q(
                                    ("owner__isnull", False),
                                    ("queue", "catch_all"),
                                    _connector="OR",
                                ),
                                then=models.Value("salesperson"),
                            ),
                            default=models.F("queue"),
                        ),
                        output_field=models.CharField(max_length=12, null=True),
                    ),
                ),
            ],
            options={
                "verbose_name": "lead",
                "indexes": [
                    models.Index(
                        models.F("queue"),
                        models.OrderBy(models.F("priority"), descending=True),
                        models.F("next_call_at"),
                        condition=models.Q(
                            ("has_dialable_number", True),
                            ("status", "open"),
                            models.Q(("queue", ""), _negated=True),
                        ),
                        name="lead_call_queue",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("owner__isnull", False), ("status__in", ("open", "proposed"))
                        ),
                        fields=["owner", "next_call_at"],
                        name="lead_of_an_owner",
                    ),
                    models.Index(
                        fields=["dealership", "-received_at", "-id"], name="lead_by_receipt"
                    ),
                    models.Index(fields=["customer", "status"], name="lead_of_a_customer"),
                    models.Index(
                        condition=models.Q(("status", "proposed")),
                        fields=["dealership", "id"],
                        name="lead_awaiting_approval",
                    ),
                    models.Index(
                        condition=models.Q(("offer_ends_at__isnull", False)),
                        fields=["offer_ends_at"],
                        name="lead_offer_ends",
                    ),
                    models.Index(
                        condition=models.Q(("system_close_at__isnull", False)),
                        fields=["system_close_at"],
                        name="lead_system_close",
                    ),
                    models.Index(
                        condition=models.Q(("queue", "catch_all"), ("status", "open")),
                        fields=["dealership", "received_at"],
                        name="lead_in_catch_all",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("status__in", ("open", "proposed")),
                            ("without_ground_since__isnull", False),
                        ),
                        fields=["without_ground_since"],
                        name="lead_without_ground",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("callable_until__isnull", False), ("status__in", ("open", "proposed"))
                        ),
                        fields=["callable_until"],
                        name="lead_ground_ends",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dealership", "id"), name="lead_within_its_dealership"
                    ),
                    models.UniqueConstraint(fields=("id", "customer"), name="lead_of_its_customer"),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("dealership", "source", "external_id"),
                        name="lead_arrives_once_from_a_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("owner", None), ("queue", ""), ("status", "closed")),
                            models.Q(
                                ("owner__isnull", False),
                                ("queue", ""),
                                ("status__in", ("open", "proposed")),
                            ),
                            models.Q(
                                ("owner", None),
                                ("status__in", ("open", "proposed")),
                                models.Q(("queue", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="lead_open_has_exactly_one_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("close_reason__isnull", False),
                                ("closed_at__isnull", False),
                                ("status", "closed"),
                            ),
                            models.Q(("close_reason", None), ("status__in", ("open", "proposed"))),
                            _connector="OR",
                        ),
                        name="lead_closed_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "passive"), _negated=True),
                            models.Q(("owner", None), ("queue__in", ["", "passive"])),
                            _connector="OR",
                        ),
                        name="lead_passive_never_with_a_salesperson",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("queue", "passive"), _negated=True),
                            ("kind", "passive"),
                            _connector="OR",
                        ),
                        name="lead_in_the_passive_queue_is_passive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("line", None),
                            models.Q(("line__gte", 1), ("line__lte", 3)),
                            _connector="OR",
                        ),
                        name="lead_line_is_first_second_or_third",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duplicate_of", None),
                            models.Q(("duplicate_of", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="lead_duplicate_of_another_lead",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("verb", models.CharField(max_length=40)),
                ("facts", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "agent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hold",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hold",
                        to="leads.customer",
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["until"], name="hold_until")],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("body", models.TextField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="leads.lead",
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
                        fields=("lead", "salesperson"), name="lead_offered_once_to_a_salesperson"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(default=1)),
                ("code", models.CharField(max_length=40)),
                ("detail", models.TextField()),
                ("prefill", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("corrected", "corrected"),
                            ("dismissed", "dismissed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dealership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejects",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejects",
                        to="dealers.dealergroup",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
                (
                    "raw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejects",
                        to="leads.rawinput",
                    ),
                ),
            ],
            options={
                "verbose_name": "reject",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["group", "-id"],
                        name="reject_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("raw", "position"), name="reject_once_per_position"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "corrected"), _negated=True),
                            ("lead__isnull", False),
                            _connector="OR",
                        ),
                        name="reject_corrected_into_a_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "waiting")),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="reject_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Release",
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
                            ("not_now", "not now"),
                            ("technical", "technical fault"),
                            ("wrong_person", "not for me"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["agent", "lead", "at"], name="release_of_an_agent")
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("salesperson", "salesperson"),
                            ("inbound", "inbound"),
                            ("second_voice", "second voice"),
                            ("unreached", "unreached"),
                            ("passive", "passive"),
                        ],
                        max_length=12,
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("began_with_appointment", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("closed", "closed with a reason"),
                            ("handed_over", "handed over"),
                        ],
                        max_length=12,
                    ),
                ),
                ("policy_maximum", models.PositiveSmallIntegerField()),
                ("group_limit", models.PositiveSmallIntegerField()),
                ("maximum", models.PositiveSmallIntegerField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("refusals", models.PositiveSmallIntegerField(default=0)),
                ("wrong_numbers", models.PositiveSmallIntegerField(default=0)),
                ("conversations", models.PositiveSmallIntegerField(default=0)),
                ("reached_at", models.DateTimeField(blank=True, null=True)),
                ("appointment_at", models.DateTimeField(blank=True, null=True)),
                ("quoted_at", models.DateTimeField(blank=True, null=True)),
                ("showed_at", models.DateTimeField(blank=True, null=True)),
                ("sold_at", models.DateTimeField(blank=True, null=True)),
                ("has_appointment", models.BooleanField(default=False)),
                (
                    "destination",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sales", "sales"),
                            ("service", "service"),
                            ("parts", "parts"),
                            ("administration", "administration"),
                            ("other", "another department"),
                        ],
                        max_length=15,
                    ),
                ),
                ("purchase_make", models.CharField(blank=True, max_length=60)),
                ("purchase_model", models.CharField(blank=True, max_length=80)),
                ("purchase_dealer", models.CharField(blank=True, max_length=120)),
                ("purchase_own_brand", models.BooleanField(null=True)),
                ("purchase_own_area", models.BooleanField(null=True)),
                ("preferred_make", models.CharField(blank=True, max_length=60)),
                ("preferred_model", models.CharField(blank=True, max_length=80)),
                (
                    "dealer",
                    models.CharField(
                        blank=True,
                        choices=[("own", "our own dealership"), ("other", "another dealer")],
                        max_length=5,
                    ),
                ),
                ("follow_up_at", models.DateTimeField(blank=True, null=True)),
                ("objected", models.BooleanField(default=False)),
                ("without_dialable_number", models.BooleanField(default=False)),
                ("without_ground_days", models.PositiveSmallIntegerField(null=True)),
                (
                    "is_open",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(ended_at=None, then=models.Value(True)),
                            default=models.Value(False),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "original",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="leads.closereason",
                    ),
                ),
            ],
            options={
                "verbose_name": "round",
                "ordering": ["number"],
                "indexes": [
                    models.Index(fields=["dealership", "began_at"], name="round_by_beginning")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("lead", "number"), name="round_number_once"),
                    models.UniqueConstraint(
                        fields=("lead", "number", "side", "is_open"),
                        name="round_key_of_an_open_lead",
                    ),
                    models.UniqueConstraint(
                        fields=("lead", "number", "reason"), name="round_key_of_a_closed_lead"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("lead",),
                        name="round_open_once_per_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempts__lte", models.F("maximum"))),
                        name="round_attempts_never_past_the_maximum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("policy_maximum__lte", models.F("group_limit")),
                            ("maximum__gte", models.F("policy_maximum")),
                        ),
                        name="round_maximum_within_the_groups_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ending", ""), ("reason", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ending", "closed"),
                                ("reason__isnull", False),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ending", "handed_over"),
                                ("reason", None),
                            ),
                            _connector="OR",
                        ),
                        name="round_ends_with_a_reason_or_a_hand_over",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("side", "salesperson"), ("owner", None), _connector="OR"
                        ),
                        name="round_with_the_bdc_has_no_person_as_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(
                                (
                                    "reason__in",
                                    [
                                        "BDC-01",
                                        "BDC-02",
                                        "BDC-03",
                                        "BDC-04",
                                        "BDC-05",
                                        "BDC-07",
                                        "BDC-08",
                                        "VK-01",
                                        "VK-02",
                                        "VK-03",
                                        "VK-04",
                                        "VK-05",
                                        "VK-06",
                                        "VK-07",
                                        "VK-08",
                                        "SYS-01",
                                    ],
                                ),
                                ("side", "salesperson"),
                            ),
                            models.Q(
                                models.Q(("side", "salesperson"), _negated=True),
                                (
                                    "reason__in",
                                    [
                                        "BDC-01",
                                        "BDC-02",
                                        "BDC-03",
                                        "BDC-04",
                                        "BDC-05",
                                        "BDC-06",
                                        "BDC-07",
                                        "BDC-08",
                                        "BDC-09",
                                        "BDC-10",
                                        "BDC-11",
                                        "BDC-12",
                                        "BDC-13",
                                        "BDC-14",
                                        "BDC-15",
                                        "BDC-16",
                                        "BDC-17",
                                        "BDC-18",
                                        "BDC-19",
                                        "AS-01",
                                        "AS-02",
                                        "SYS-01",
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="round_reason_of_its_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("side", "salesperson"), _negated=True),
                            ("reason__in", ["VK-01", "SYS-01"]),
                            ("approved_by__isnull", False),
                            models.Q(("closed_by", None), ("objected", True), ("reason", "VK-08")),
                            _connector="OR",
                        ),
                        name="round_of_sales_closed_with_approval_or_a_sale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ("BDC-01", "BDC-02")), _negated=True),
                            ("approved_by__isnull", False),
                            _connector="OR",
                        ),
                        name="round_test_or_duplicate_closed_with_approval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", None),
                            ("closed_by", None),
                            models.Q(("approved_by", models.F("closed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="round_approved_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["VK-02", "VK-03", "VK-04"]), _negated=True),
                            models.Q(
                                ("purchase_own_brand__isnull", False),
                                models.Q(
                                    models.Q(("purchase_own_brand", False), ("reason", "VK-04")),
                                    models.Q(
                                        ("purchase_own_area__isnull", False),
                                        ("purchase_own_brand", True),
                                        models.Q(
                                            models.Q(
                                                ("purchase_own_area", True), ("reason", "VK-02")
                                            ),
                                            models.Q(
                                                ("purchase_own_area", False), ("reason", "VK-03")
                                            ),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="round_purchase_agrees_with_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("original", None),
                            models.Q(("original", models.F("lead")), _negated=True),
                            _connector="OR",
                        ),
                        name="round_duplicate_of_another_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-02"]), _negated=True),
                            ("original__isnull", False),
                            _connector="OR",
                        ),
                        name="round_reason_needs_original_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-03"]), _negated=True),
                            ("without_dialable_number", True),
                            _connector="OR",
                        ),
                        name="round_reason_needs_no_dialable_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-04"]), _negated=True),
                            models.Q(("destination", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="round_reason_needs_destination",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-05"]), _negated=True),
                            ("wrong_numbers__gt", 0),
                            _connector="OR",
                        ),
                        name="round_reason_needs_wrong_details_attempt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-06"]), _negated=True),
                            ("attempts__gte", models.F("maximum")),
                            _connector="OR",
                        ),
                        name="round_reason_needs_maximum_attempts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-07"]), _negated=True),
                            ("refusals__gt", 0),
                            _connector="OR",
                        ),
                        name="round_reason_needs_refused_attempt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-08"]), _negated=True),
                            ("objected", True),
                            _connector="OR",
                        ),
                        name="round_reason_needs_objection",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(
                                (
                                    "reason__in",
                                    [
                                        "BDC-09",
                                        "BDC-10",
                                        "BDC-11",
                                        "BDC-12",
                                        "BDC-13",
                                        "BDC-14",
                                        "BDC-15",
                                        "BDC-16",
                                        "AS-02",
                                        "VK-02",
                                        "VK-03",
                                        "VK-04",
                                        "VK-05",
                                        "VK-06",
                                        "VK-07",
                                        "VK-08",
                                    ],
                                ),
                                _negated=True,
                            ),
                            ("conversations__gt", 0),
                            models.Q(("objected", True), ("reason", "VK-08")),
                            _connector="OR",
                        ),
                        name="round_reason_needs_spoken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(
                                ("reason__in", ["BDC-09", "VK-02", "VK-03", "VK-04"]), _negated=True
                            ),
                            models.Q(("purchase_make", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="round_reason_needs_purchase",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-11", "VK-06"]), _negated=True),
                            models.Q(("preferred_make", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="round_reason_needs_preferred_car",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-13"]), _negated=True),
                            models.Q(("dealer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="round_reason_needs_own_or_other_dealer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["BDC-16"]), _negated=True),
                            ("follow_up_at__isnull", False),
                            _connector="OR",
                        ),
                        name="round_reason_needs_follow_up_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason", None),
                            models.Q(("reason__in", ["SYS-01"]), _negated=True),
                            models.Q(
                                ("closed_by", None),
                                ("without_ground_days__gte", 30),
                                ("without_ground_days__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="round_reason_needs_no_ground_for_30_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("fell_to_team_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("was_kept", models.BooleanField(null=True)),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_backs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_backs",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["due_at"],
                        name="call_back_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None)),
                        fields=("lead",),
                        name="call_back_open_once_per_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("was_kept", None)),
                            models.Q(("done_at__isnull", False), ("was_kept__isnull", False)),
                            _connector="OR",
                        ),
                        name="call_back_done_is_kept_or_not",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("outbound", "outbound call"),
                            ("inbound", "inbound call"),
                            ("showroom", "showroom"),
                            ("chat", "chat"),
                            ("mail", "e-mail"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversation_rows",
                        to="leads.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("proposed_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("approved", "approved"),
                            ("sent_back", "sent back"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "instruction",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("more_attempts", "call more often, at other times of the day"),
                            ("send_message", "send a message"),
                            ("other_reason", "choose another reason"),
                            ("to_bdc", "to the BDC as second voice"),
                        ],
                        max_length=14,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "is_pending",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(decided_at=None, then=models.Value(True)),
                            default=models.Value(None),
                        ),
                        output_field=models.BooleanField(null=True),
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.closereason",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="leads.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal to close",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lead", "is_pending"), name="proposal_pending_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "approved"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_never_approved_by_its_proposer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided_with_a_decision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "sent_back"), _negated=True),
                            models.Q(("instruction", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_sent_back_with_an_instruction",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quote_rows",
                        to="leads.round",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gt", 0), _connector="OR"),
                        name="quote_amount_is_positive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("make", models.CharField(max_length=60)),
                ("model", models.CharField(max_length=80)),
                (
                    "condition",
                    models.CharField(choices=[("new", "new"), ("used", "used")], max_length=4),
                ),
                ("is_new_customer", models.BooleanField()),
                ("is_fleet", models.BooleanField()),
                (
                    "price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sale_rows",
                        to="leads.round",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price", None), ("price__gt", 0), _connector="OR"),
                        name="sale_price_is_positive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("showroom", "showroom"),
                            ("test_drive", "test drive"),
                            ("workshop", "workshop"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "during",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("starts_at"), models.F("ends_at"), function="tstzrange"
                        ),
                        output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                    ),
                ),
                ("vehicle", models.CharField(blank=True, max_length=80)),
                ("local_date", models.DateField()),
                ("slot", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("booked_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("showed", "showed up"),
                            ("no_show", "no-show"),
                            ("cancelled", "cancelled"),
                            ("moved", "moved"),
                        ],
                        max_length=10,
                    ),
                ),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                (
                    "booked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointment_rows",
                        to="leads.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "appointment",
                "ordering": ["starts_at"],
                "indexes": [
                    models.Index(fields=["dealership", "starts_at"], name="appointment_of_a_day")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="appointment_starts_before_it_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["showroom", "test_drive"]),
                                ("salesperson__isnull", False),
                                ("slot", None),
                            ),
                            models.Q(
                                ("kind", "workshop"), ("salesperson", None), ("slot__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="appointment_names_a_salesperson_or_a_slot",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("outcome", ""), ("salesperson__isnull", False)),
                        expressions=[("salesperson", "="), ("during", "&&")],
                        name="appointment_never_books_a_person_twice",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            ("kind", "test_drive"),
                            ("outcome", ""),
                            models.Q(("vehicle", ""), _negated=True),
                        ),
                        expressions=[("dealership", "="), ("vehicle", "="), ("during", "&&")],
                        name="appointment_never_books_a_car_twice",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("slot__isnull", False), ("outcome__in", ["", "showed", "no_show"])
                        ),
                        fields=("dealership", "local_date", "slot"),
                        name="appointment_never_books_a_slot_twice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("started_at", models.DateTimeField()),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("own_request", "own request"),
                            ("call_back", "agreed call-back"),
                            ("follow_up", "agreed follow-up date"),
                            ("consent", "consent"),
                            ("company", "company number"),
                            ("service_call", "service call without an offer"),
                        ],
                        max_length=14,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="leads.round",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["started_at"],
                        name="call_without_result",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("spoken", "spoken"),
                            ("no_answer", "no answer"),
                            ("engaged", "engaged"),
                            ("voicemail", "voicemail"),
                            ("wrong_number", "wrong number"),
                            ("refused", "refused"),
                        ],
                        max_length=12,
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("seconds", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("own_request", "own request"),
                            ("call_back", "agreed call-back"),
                            ("follow_up", "agreed follow-up date"),
                            ("consent", "consent"),
                            ("company", "company number"),
                            ("service_call", "service call without an offer"),
                        ],
                        max_length=14,
                    ),
                ),
                ("is_breach", models.BooleanField(default=False)),
                ("is_late", models.BooleanField(default=False)),
                ("local_date", models.DateField()),
                (
                    "day_part",
                    models.CharField(
                        choices=[
                            ("morning", "morning"),
                            ("afternoon", "afternoon"),
                            ("evening", "evening"),
                        ],
                        max_length=10,
                    ),
                ),
                ("counts", models.BooleanField()),
                ("nth_of_day", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=20)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "call",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempt",
                        to="leads.call",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="leads.customer",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="leads.lead",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempt_rows",
                        to="leads.round",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["customer", "local_date"], name="attempt_of_a_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("counts", True)),
                        fields=("customer", "local_date", "day_part"),
                        name="attempt_counts_once_per_day_part",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("counts", True)),
                        fields=("customer", "local_date", "nth_of_day"),
                        name="attempt_counts_in_order_of_the_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("counts", True),
                                ("nth_of_day__in", [1, 2]),
                                ("nth_of_day__isnull", False),
                                ("why", ""),
                            ),
                            models.Q(
                                ("counts", False),
                                ("nth_of_day", None),
                                models.Q(("why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="attempt_counts_twice_a_day_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ground", ""), _negated=True),
                            ("is_breach", True),
                            _connector="OR",
                        ),
                        name="attempt_has_a_ground_or_is_a_breach",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="round",
            name="quote",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.quote",
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="sale",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.sale",
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="appointment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.appointment",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="closereason",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed_list",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'close_reason_is_never_removed' USING ERRCODE = '23514', CONSTRAINT = 'close_reason_is_never_removed';",
                    hash="66cf43d3c06ab37d7ca0de735f825f4022c69575",
                    operation="DELETE",
                    pgid="pgtrigger_fixed_list_41215",
                    table="leads_closereason",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="closereason",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed_codes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF current_setting('spits.loading_reference', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'close_reason_list_is_fixed' USING ERRCODE = '23514', CONSTRAINT = 'close_reason_list_is_fixed'; END IF; RETURN NEW;",
                    hash="7be8ac38b321b7f83fa1601fefa429b4bde26615",
                    operation='INSERT OR UPDATE OF "code", "track", "needs", "effect"',
                    pgid="pgtrigger_fixed_codes_83ac8",
                    table="leads_closereason",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="only_added",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'timeline_rows_are_only_added' USING ERRCODE = '23514', CONSTRAINT = 'timeline_rows_are_only_added';",
                    hash="711b24a7e0a4995379e30dab2ba09847e433a461",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_only_added_b062d",
                    table="leads_event",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="milestones_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF (OLD.received_at IS NOT NULL AND NEW.received_at IS DISTINCT FROM OLD.received_at) OR (OLD.first_attempt_at IS NOT NULL AND NEW.first_attempt_at IS DISTINCT FROM OLD.first_attempt_at) OR (OLD.reached_at IS NOT NULL AND NEW.reached_at IS DISTINCT FROM OLD.reached_at) OR (OLD.appointment_at IS NOT NULL AND NEW.appointment_at IS DISTINCT FROM OLD.appointment_at) OR (OLD.showed_at IS NOT NULL AND NEW.showed_at IS DISTINCT FROM OLD.showed_at) OR (OLD.quoted_at IS NOT NULL AND NEW.quoted_at IS DISTINCT FROM OLD.quoted_at) OR (OLD.sold_at IS NOT NULL AND NEW.sold_at IS DISTINCT FROM OLD.sold_at) OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN RAISE EXCEPTION 'lead_milestones_are_set_once' USING ERRCODE = '23514', CONSTRAINT = 'lead_milestones_are_set_once'; END IF; RETURN NEW;",
                    hash="7aa96dce52db59680f7c463b2cb12f7336d5da9a",
                    operation="UPDATE",
                    pgid="pgtrigger_milestones_once_60738",
                    table="leads_lead",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="never_removed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'lead_is_never_removed' USING ERRCODE = '23514', CONSTRAINT = 'lead_is_never_removed';",
                    hash="4330448a49e96fa0cf35f09412789e738144bf91",
                    operation="DELETE",
                    pgid="pgtrigger_never_removed_23910",
                    table="leads_lead",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conversation",
            trigger=pgtrigger.compiler.Trigger(
                name="only_added",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'conversation_rows_are_only_added' USING ERRCODE = '23514', CONSTRAINT = 'conversation_rows_are_only_added';",
                    hash="6a94ebffaa823f99168847e3227d503a054d241b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_only_added_b9862",
                    table="leads_conversation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conversation",
            trigger=pgtrigger.compiler.Trigger(
                name="counted_in_round",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="UPDATE leads_round SET conversations = conversations + 1 WHERE id = NEW.round_id; RETURN NEW;",
                    hash="f372382eb3031701cf71f064c111fe0d2b368a29",
                    operation="INSERT",
                    pgid="pgtrigger_counted_in_round_74744",
                    table="leads_conversation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attempt",
            trigger=pgtrigger.compiler.Trigger(
                name="only_added",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'attempt_rows_are_only_added' USING ERRCODE = '23514', CONSTRAINT = 'attempt_rows_are_only_added';",
                    hash="7cc43527f16f4e765fe557161a0adb63ce5dc7b1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_only_added_f65a6",
                    table="leads_attempt",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attempt",
            trigger=pgtrigger.compiler.Trigger(
                name="counted_in_round",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="UPDATE leads_round SET attempts = attempts + NEW.counts::int, refusals = refusals + (NEW.result = 'refused')::int, wrong_numbers = wrong_numbers + (NEW.result = 'wrong_number')::int WHERE id = NEW.round_id; RETURN NEW;",
                    hash="f2070bb25ac96ff93e39512337d2ecf47311ebfa",
                    operation="INSERT",
                    pgid="pgtrigger_counted_in_round_36eb0",
                    table="leads_attempt",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", None),
                    models.Q(("reason__in", ["BDC-17"]), _negated=True),
                    ("appointment__isnull", False),
                    _connector="OR",
                ),
                name="round_reason_needs_appointment_showroom",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", None),
                    models.Q(("reason__in", ["BDC-18"]), _negated=True),
                    ("appointment__isnull", False),
                    _connector="OR",
                ),
                name="round_reason_needs_appointment_test_drive",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", None),
                    models.Q(("reason__in", ["AS-01"]), _negated=True),
                    ("appointment__isnull", False),
                    _connector="OR",
                ),
                name="round_reason_needs_appointment_workshop",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", None),
                    models.Q(("reason__in", ["BDC-19"]), _negated=True),
                    ("quote__isnull", False),
                    _connector="OR",
                ),
                name="round_reason_needs_quote_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", None),
                    models.Q(("reason__in", ["VK-05"]), _negated=True),
                    ("quote__isnull", False),
                    _connector="OR",
                ),
                name="round_reason_needs_quote",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", None),
                    models.Q(("reason__in", ["VK-01"]), _negated=True),
                    ("sale__isnull", False),
                    _connector="OR",
                ),
                name="round_reason_needs_sale",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="round",
            trigger=pgtrigger.compiler.Trigger(
                name="counted_from_rows",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF pg_trigger_depth() < 2 AND (NEW.attempts <> OLD.attempts OR NEW.refusals <> OLD.refusals OR NEW.wrong_numbers <> OLD.wrong_numbers OR NEW.conversations <> OLD.conversations) THEN RAISE EXCEPTION 'round_counts_come_from_the_rows' USING ERRCODE = '23514', CONSTRAINT = 'round_counts_come_from_the_rows'; END IF; IF NEW.maximum < OLD.maximum THEN RAISE EXCEPTION 'round_maximum_is_never_lowered' USING ERRCODE = '23514', CONSTRAINT = 'round_maximum_is_never_lowered'; END IF; IF OLD.reason_id IS NOT NULL AND NEW.reason_id IS DISTINCT FROM OLD.reason_id THEN RAISE EXCEPTION 'round_reason_stays_for_ever' USING ERRCODE = '23514', CONSTRAINT = 'round_reason_stays_for_ever'; END IF; RETURN NEW;",
                    hash="b397a19c17a94eaa24d8545818a90b12534409ef",
                    operation="UPDATE",
                    pgid="pgtrigger_counted_from_rows_80651",
                    table="leads_round",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="round",
            trigger=pgtrigger.compiler.Trigger(
                name="begins_uncounted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF NEW.attempts <> 0 OR NEW.refusals <> 0 OR NEW.wrong_numbers <> 0 OR NEW.conversations <> 0 THEN RAISE EXCEPTION 'round_counts_come_from_the_rows' USING ERRCODE = '23514', CONSTRAINT = 'round_counts_come_from_the_rows'; END IF; RETURN NEW;",
                    hash="bb3762e167458c6f98f8e7fab8a03ad130918291",
                    operation="INSERT",
                    pgid="pgtrigger_begins_uncounted_55f97",
                    table="leads_round",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="round",
            trigger=pgtrigger.compiler.Trigger(
                name="never_removed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'round_is_never_removed' USING ERRCODE = '23514', CONSTRAINT = 'round_is_never_removed';",
                    hash="bdeef7c8a2ef9d9cba044e4061ae25056796d4de",
                    operation="DELETE",
                    pgid="pgtrigger_never_removed_07cfb",
                    table="leads_round",
                    when="BEFORE",
                ),
            ),
        ),
    ]
