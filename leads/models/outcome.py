"""What a lead comes to: appointments, quotes and sales."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from leads.models.base import OfLead
from leads.models.round import Round


class AppointmentKind(models.TextChoices):
    SHOWROOM = "showroom", _("showroom")
    TEST_DRIVE = "test_drive", _("test drive")
    WORKSHOP = "workshop", _("workshop")


# What MAP counts (product.md, Targets and reports).
MAP_KINDS = (AppointmentKind.SHOWROOM, AppointmentKind.TEST_DRIVE)


class AppointmentOutcome(models.TextChoices):
    SHOWED = "showed", _("showed up")
    NO_SHOW = "no_show", _("no-show")
    CANCELLED = "cancelled", _("cancelled")
    MOVED = "moved", _("moved")


STANDS = Q(outcome__in=["", "showed", "no_show"])


class Appointment(OfLead):
    """An agreed visit. The database refuses double booking of a person, a car or a slot."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="appointment_rows")
    kind = models.CharField(max_length=10, choices=AppointmentKind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    during = models.GeneratedField(
        expression=Func(F("starts_at"), F("ends_at"), function="tstzrange"),
        output_field=DateTimeRangeField(),
        db_persist=True,
    )
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments", null=True
    )
    # The car of a test drive: its plate or stock number.
    vehicle = models.CharField(max_length=80, blank=True)
    # The numbered slot of the day in the workshop.
    local_date = models.DateField()
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    booked_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=AppointmentOutcome, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    # The same agreement at its earlier time.
    moved_from: models.OneToOneField[Appointment | None, Appointment | None] = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="moved_to", null=True
    )

    class Meta:
        ordering = ["starts_at"]
        verbose_name = _("appointment")
        constraints = [
            # Target of the key by which an appointment is moved within its lead.
            models.UniqueConstraint(fields=["lead", "id"], name="appointment_within_its_lead"),
            models.CheckConstraint(
                name="appointment_starts_before_it_ends",
                condition=Q(starts_at__lt=F("ends_at")),
            ),
            models.CheckConstraint(
                name="appointment_names_a_salesperson_or_a_slot",
                condition=(
                    Q(kind__in=["showroom", "test_drive"], salesperson__isnull=False, slot=None)
                    | Q(kind="workshop", salesperson=None, slot__isnull=False)
                ),
            ),
            # A person may work in two dealerships, so this holds over all of them.
            ExclusionConstraint(
                name="appointment_never_books_a_person_twice",
                expressions=[
                    ("salesperson", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(salesperson__isnull=False, outcome=""),
            ),
            ExclusionConstraint(
                name="appointment_never_books_a_car_twice",
                expressions=[
                    ("dealership", RangeOperators.EQUAL),
                    ("vehicle", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="test_drive", outcome="") & ~Q(vehicle=""),
            ),
            models.UniqueConstraint(
                fields=["dealership", "local_date", "slot"],
                condition=Q(slot__isnull=False) & STANDS,
                name="appointment_never_books_a_slot_twice",
            ),
        ]
        indexes = [
            # The day's appointments of a dealership.
            models.Index(fields=["dealership", "starts_at"], name="appointment_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}"


class Quote(OfLead):
    """A quote that was asked for, with its amount in euros once it is made."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="quote_rows")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quote_amount_is_positive", condition=Q(amount=None) | Q(amount__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"quote for lead {self.lead_id}"


class Sale(OfLead):
    """A sold car. New customers without fleet count towards the 15 a month (seed R-023, R-031)."""

    class Condition(models.TextChoices):
        NEW = "new", _("new")
        USED = "used", _("used")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="sale_rows")
    make = models.CharField(max_length=60)
    model = models.CharField(max_length=80)
    condition = models.CharField(max_length=4, choices=Condition)
    is_new_customer = models.BooleanField()
    is_fleet = models.BooleanField()
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sale_price_is_positive", condition=Q(price=None) | Q(price__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.make} {self.model}"
