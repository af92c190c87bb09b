"""Customers of a dealer group: persons and companies, how to reach them, what they agreed to."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.triggers import refuse_if
from dealers.domain.access import reach_of
from dealers.models import DealerGroup, Dealership


class CustomerKind(models.TextChoices):
    PERSON = "person", _("person")
    COMPANY = "company", _("company")


class LegalForm(models.TextChoices):
    """Legal form of a company; only the first four are no natural persons (domain.md 4, row 2)."""

    BV = "bv", _("b.v.")
    NV = "nv", _("n.v.")
    FOUNDATION = "stichting", _("foundation")
    ASSOCIATION = "vereniging", _("association")
    SOLE_TRADER = "eenmanszaak", _("sole trader")
    PARTNERSHIP = "vof", _("v.o.f.")
    PROFESSIONAL_PARTNERSHIP = "maatschap", _("professional partnership")
    LIMITED_PARTNERSHIP = "cv", _("c.v.")
    UNKNOWN = "unknown", _("unknown")


LEGAL_PERSONS = (LegalForm.BV, LegalForm.NV, LegalForm.FOUNDATION, LegalForm.ASSOCIATION)


# Whatever changed, at the end of the transaction: the customer's own row says what the rows of
# his objections say, and what the rows of his merges say.
OBJECTION_AGREES = refuse_if(
    "EXISTS (SELECT 1 FROM leads_customer c WHERE c.id IN ({customers})"
    " AND c.objected_at IS DISTINCT FROM (SELECT max(o.at) FROM leads_objection o"
    " WHERE o.customer_id = c.id AND o.withdrawn_at IS NULL))",
    "customer_objection_is_withdrawn_not_undone",
    otherwise="RETURN NULL;",
)
MERGED_BY_A_MERGE = refuse_if(
    "EXISTS (SELECT 1 FROM leads_customer c WHERE c.id IN ({customers})"
    " AND (c.merged_into_id IS NOT NULL) IS DISTINCT FROM EXISTS (SELECT 1"
    " FROM leads_customermerge m WHERE m.other_id = c.id AND m.undone_at IS NULL))",
    "customer_is_merged_by_a_merge",
    otherwise="RETURN NULL;",
)


class Customer(models.Model):
    """A person or company that a dealer group knows; never matched across groups."""

    Kind = CustomerKind

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="customers")
    kind = models.CharField(max_length=10, choices=CustomerKind, default=CustomerKind.PERSON)
    salutation = models.CharField(max_length=20, blank=True)
    initials = models.CharField(max_length=20, blank=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    infix = models.CharField(_("infix"), max_length=20, blank=True)
    last_name = models.CharField(_("last name"), max_length=120, blank=True)
    company_name = models.CharField(_("company"), max_length=160, blank=True)
    legal_form = models.CharField(
        max_length=12, choices=LegalForm, default=LegalForm.UNKNOWN, blank=True
    )
    street = models.CharField(_("street"), max_length=160, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    postcode = models.CharField(_("postcode"), max_length=7, blank=True)
    customer_number = models.CharField(max_length=40, blank=True)
    # Lower case without accents, for the search box.
    search_name = models.CharField(max_length=400, blank=True, editable=False)
    # Since when the customer may not be called at all (right of objection): the newest of the
    # objections that stand, copied so that every judgement about a call can read it.
    objected_at = models.DateTimeField(null=True, blank=True)
    # BDC-06 keeps a customer out of selections until then.
    parked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    # The customer whom this row turned out to be: always one who is not merged himself, so that
    # one step finds the person. Leads hang on the survivor alone; attempts stay where they were.
    merged_into: models.ForeignKey[Customer | None, Customer | None] = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True
    )

    # What leads and merged customers must point to; see the composite keys in the migrations.
    is_current = models.GeneratedField(
        expression=Case(When(merged_into=None, then=Value(True)), default=Value(None)),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )
    needs_survivor = models.GeneratedField(
        expression=Case(When(merged_into=None, then=Value(None)), default=Value(True)),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("customer")
        constraints = [
            models.UniqueConstraint(fields=["group", "id"], name="customer_within_its_group"),
            models.UniqueConstraint(fields=["id", "is_current"], name="customer_that_is_current"),
            models.CheckConstraint(
                name="customer_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
            ),
            # A legal person may be called without consent, so it is never a person with a word.
            models.CheckConstraint(
                name="customer_legal_person_is_a_company_with_a_name",
                condition=~Q(legal_form__in=LEGAL_PERSONS)
                | (Q(kind=CustomerKind.COMPANY) & ~Q(company_name="")),
            ),
        ]
        indexes = [
            # The search box: a part of a name.
            GinIndex(
                fields=["search_name"], name="customer_search_name", opclasses=["gin_trgm_ops"]
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="objection_agrees",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("objected_at"),
                timing=pgtrigger.Deferred,
                func=OBJECTION_AGREES.format(customers="NEW.id"),
            ),
            pgtrigger.Trigger(
                name="merged_by_a_merge",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("merged_into_id"),
                timing=pgtrigger.Deferred,
                func=MERGED_BY_A_MERGE.format(customers="NEW.id"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name as it is spoken: "Sander de Boer"."""
        person = " ".join(
            part for part in (self.first_name or self.initials, self.infix, self.last_name) if part
        )
        return person or self.company_name or str(_("Unknown name"))

    @property
    def list_name(self) -> str:
        """The name as it is sorted: "de Boer, Sander"."""
        surname = " ".join(part for part in (self.infix, self.last_name) if part)
        first = self.first_name or self.initials
        if surname and first:
            return f"{surname}, {first}"
        return surname or first or self.company_name or str(_("Unknown name"))

    @property
    def is_legal_person(self) -> bool:
        return self.kind == CustomerKind.COMPANY and self.legal_form in LEGAL_PERSONS

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None


class CustomerPhone(models.Model):
    """A phone number of a customer, E.164; households share numbers, so it is not unique."""

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, blank=True)
    extension = models.CharField(max_length=10, blank=True)
    is_dialable = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "customer", "number"], name="customer_phone_once"
            ),
            models.CheckConstraint(
                name="customer_phone_is_e164", condition=Q(number__regex=r"^\+[1-9][0-9]{4,14}$")
            ),
        ]
        indexes = [
            # Matching on arrival and the search box: an exact number within the group.
            models.Index(fields=["group", "number"], name="customer_phone_number"),
            # The search box: the last four or more digits.
            GinIndex(fields=["number"], name="customer_phone_digits", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.number


class CustomerEmail(models.Model):
    """An e-mail address of a customer, in lower case; not unique within a group."""

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="emails")
    address = models.EmailField(max_length=254)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "customer", "address"], name="customer_email_once"
            ),
        ]
        indexes = [
            # Matching on arrival and the search box.
            models.Index(fields=["group", "address"], name="customer_email_address"),
        ]

    def __str__(self) -> str:
        return self.address


class CustomerVehicle(models.Model):
    """A car that a customer drives; a plate alone is only a hint of who it is."""

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="vehicles")
    plate = models.CharField(_("licence plate"), max_length=8, blank=True)
    make = models.CharField(_("make"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    mileage_km = models.PositiveIntegerField(null=True, blank=True)
    purchased_on = models.DateField(null=True, blank=True)
    apk_expires_on = models.DateField(_("APK until"), null=True, blank=True)
    last_workshop_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "customer", "plate"],
                condition=~Q(plate=""),
                name="customer_vehicle_once",
            ),
        ]
        indexes = [
            # The search box: a plate, normalised.
            models.Index(
                fields=["group", "plate"], name="customer_vehicle_plate", condition=~Q(plate="")
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.make, self.model, self.plate) if part)


class ConsentPurpose(models.TextChoices):
    SALES = "sales", _("sales")
    SERVICE = "service", _("service")
    ALL = "all", _("sales and service")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: User) -> ConsentQuerySet:
        """The consents that `user` may see: of his dealerships, or written down for none."""
        return self.filter(Q(dealership=None) | Q(dealership__in=reach_of(user).dealerships))


class Consent(models.Model):
    """Proof that a customer agreed to be called: when, to which words, for what (domain.md 4).

    Without words it is kept, and is no ground to call.
    """

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    dealership = models.ForeignKey(
        Dealership, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    purpose = models.CharField(max_length=8, choices=ConsentPurpose)
    given_at = models.DateTimeField()
    words = models.TextField(blank=True)
    proof = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "customer", "purpose", "given_at", "proof"], name="consent_once"
            ),
            models.CheckConstraint(
                name="consent_withdrawn_by_somebody_at_a_time",
                condition=Q(withdrawn_by=None) | Q(withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.given_at:%Y-%m-%d}"
