from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactCentre",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
            ],
            options={
                "verbose_name": "contact centre",
            },
        ),
        migrations.CreateModel(
            name="DealerGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("limit_salesperson", models.PositiveSmallIntegerField(default=10)),
                ("limit_passive", models.PositiveSmallIntegerField(default=20)),
                ("limit_second_voice", models.PositiveSmallIntegerField(default=6)),
                ("limit_unreached", models.PositiveSmallIntegerField(default=12)),
                ("limit_inbound", models.PositiveSmallIntegerField(default=10)),
            ],
            options={
                "verbose_name": "dealer group",
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("available", "available"), ("pause", "pause"), ("away", "away")],
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presence",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("begins_at__lt", models.F("ends_at"))),
                        name="absence_begins_before_it_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dealership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="other names in lead documents",
                    ),
                ),
                (
                    "brands",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="brands",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("timezone", models.CharField(default="Europe/Amsterdam", max_length=60)),
                (
                    "routing",
                    models.CharField(
                        choices=[
                            ("salespeople_first", "salespeople first"),
                            ("bdc_first", "BDC first"),
                        ],
                        default="salespeople_first",
                        max_length=20,
                        verbose_name="active leads go to",
                    ),
                ),
                (
                    "attempts_salesperson",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="attempts by a salesperson",
                    ),
                ),
                (
                    "attempts_passive",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="attempts on passive leads",
                    ),
                ),
                (
                    "attempts_second_voice",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="attempts by the second voice",
                    ),
                ),
                (
                    "attempts_unreached",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="attempts on unreached leads",
                    ),
                ),
                (
                    "attempts_inbound",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="attempts on inbound leads",
                    ),
                ),
                (
                    "open_lead_cap",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="most open leads of a salesperson"
                    ),
                ),
                (
                    "own_request_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="days that an own request is a ground to call",
                    ),
                ),
                (
                    "bdc_close_needs_approval",
                    models.BooleanField(
                        default=False, verbose_name="a team lead approves what the BDC closes"
                    ),
                ),
                ("calls_from", models.TimeField(blank=True, null=True, verbose_name="calls from")),
                (
                    "calls_until",
                    models.TimeField(blank=True, null=True, verbose_name="calls until"),
                ),
                (
                    "workshop_slots",
                    models.PositiveSmallIntegerField(
                        default=12, verbose_name="workshop slots a day"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dealerships",
                        to="dealers.dealergroup",
                    ),
                ),
            ],
            options={
                "verbose_name": "dealership",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "id"), name="dealership_within_its_group"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attempts_inbound__gte", 1),
                            ("attempts_passive__gte", 1),
                            ("attempts_salesperson__gte", 1),
                            ("attempts_second_voice__gte", 1),
                            ("attempts_unreached__gte", 1),
                        ),
                        name="dealership_allows_at_least_one_attempt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("calls_from", None),
                            ("calls_until", None),
                            ("calls_from__lt", models.F("calls_until")),
                            _connector="OR",
                        ),
                        name="dealership_calls_from_before_until",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CentreService",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "price_reached",
                    models.DecimalField(decimal_places=2, default=Decimal("0.80"), max_digits=8),
                ),
                (
                    "price_appointment",
                    models.DecimalField(decimal_places=2, default=Decimal("8.00"), max_digits=8),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="services",
                        to="dealers.contactcentre",
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="services",
                        to="dealers.dealership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("centre", "dealership"), name="centre_serves_a_dealership_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosingDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=120)),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closing_days",
                        to="dealers.dealership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dealership", "on"), name="closing_day_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("agent", "BDC agent"),
                            ("team_lead", "team lead"),
                            ("salesperson", "salesperson"),
                            ("sales_manager", "sales manager"),
                            ("marketer", "marketer"),
                            ("receptionist", "receptionist"),
                            ("administrator", "administrator"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "sales_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("internet", "internet"),
                            ("showroom", "showroom"),
                            ("hybrid", "hybrid"),
                        ],
                        max_length=10,
                        verbose_name="kind of salesperson",
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="dealers.contactcentre",
                    ),
                ),
                (
                    "dealership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="dealers.dealership",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="dealers.dealergroup",
                    ),
                ),
                (
                    "only_dealerships",
                    models.ManyToManyField(blank=True, related_name="+", to="dealers.dealership"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("centre", None), ("dealership__isnull", False), ("group", None)
                            ),
                            models.Q(
                                ("centre", None), ("dealership", None), ("group__isnull", False)
                            ),
                            models.Q(
                                ("centre__isnull", False), ("dealership", None), ("group", None)
                            ),
                            _connector="OR",
                        ),
                        name="membership_at_exactly_one_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("centre__isnull", False), ("role__in", ("agent", "team_lead"))
                            ),
                            models.Q(
                                models.Q(("role__in", ("agent", "team_lead")), _negated=True),
                                ("centre", None),
                            ),
                            _connector="OR",
                        ),
                        name="membership_of_agents_is_at_a_centre",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("role", "salesperson"),
                                ("sales_role__in", ["internet", "showroom", "hybrid"]),
                            ),
                            models.Q(
                                models.Q(("role", "salesperson"), _negated=True), ("sales_role", "")
                            ),
                            _connector="OR",
                        ),
                        name="membership_of_salespeople_says_which_kind",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "role", "dealership", "group", "centre"),
                        name="membership_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opening_blocks",
                        to="dealers.dealership",
                    ),
                ),
            ],
            options={
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opens__lt", models.F("closes")), ("weekday__lte", 6)),
                        name="opening_block_opens_before_it_closes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PostcodeArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.PositiveSmallIntegerField()),
                ("last", models.PositiveSmallIntegerField()),
                (
                    "dealership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="postcode_areas",
                        to="dealers.dealership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first__gte", 1000),
                            ("first__lte", models.F("last")),
                            ("last__lte", 9999),
                        ),
                        name="postcode_area_from_first_to_last",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="contactcentre",
            name="dealerships",
            field=models.ManyToManyField(
                related_name="centres", through="dealers.CentreService", to="dealers.dealership"
            ),
        ),
    ]
