"""What we answer about a customer: what is known, what was agreed, and the leads one may see."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from leads.api import customer_examples as examples
from leads.api.serializers import Out, OwnerOut, PermissionOut, owner_of
from leads.domain.merging import possible_duplicates
from leads.domain.permission import WITHOUT_END, Permission, may_call
from leads.models import (
    Consent,
    ConsentPurpose,
    Customer,
    CustomerKind,
    Interest,
    Kind,
    Lead,
    LegalForm,
    Status,
)


class CustomerPhoneOut(Out):
    number = serializers.CharField()
    dialable = serializers.BooleanField(source="is_dialable")


class CustomerVehicleOut(Out):
    id = serializers.IntegerField()
    plate = serializers.CharField()
    make = serializers.CharField()
    model = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    apk_expires_on = serializers.DateField(allow_null=True)


class ConsentOut(Out):
    id = serializers.IntegerField()
    purpose = serializers.ChoiceField(ConsentPurpose.choices)
    given_at = serializers.DateTimeField()
    words = serializers.CharField()
    proof = serializers.CharField()
    dealership = serializers.CharField(source="dealership.slug", allow_null=True, default=None)
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.EmailField(source="recorded_by.email", allow_null=True, default=None)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_by = serializers.EmailField(
        source="withdrawn_by.email", allow_null=True, default=None
    )


class StandingObjectionOut(Out):
    at = serializers.DateTimeField()
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)


class MergeOut(Out):
    id = serializers.IntegerField(source="other_id")
    at = serializers.DateTimeField()
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)


class GroundOut(PermissionOut):
    until = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_until(self, permission: Permission) -> Any:
        """Until when the ground lasts; null where it has no end, or there is none."""
        if permission.until in (None, WITHOUT_END):
            return None
        return serializers.DateTimeField().to_representation(permission.until)


class LeadOfCustomerOut(Out):
    id = serializers.IntegerField()
    dealership = serializers.CharField(source="dealership.slug")
    kind = serializers.ChoiceField(Kind.choices)
    interest = serializers.ChoiceField(Interest.choices)
    status = serializers.ChoiceField(Status.choices)
    owner = serializers.SerializerMethodField()
    reason = serializers.CharField(source="close_reason_id", allow_null=True)
    received_at = serializers.DateTimeField()
    may_call = serializers.SerializerMethodField()
    possible_duplicate = serializers.SerializerMethodField()

    @extend_schema_field(OwnerOut(allow_null=True))
    def get_owner(self, lead: Lead) -> dict[str, str] | None:
        return owner_of(lead.owner, lead.queue)

    @extend_schema_field(GroundOut)
    def get_may_call(self, lead: Lead) -> Any:
        return GroundOut(may_call(lead, now=self.context["now"])).data

    def get_possible_duplicate(self, lead: Lead) -> bool:
        """Whether another open lead asks the same of this dealership."""
        return lead.pk in self.context["duplicates"]


@extend_schema_serializer(examples=[OpenApiExample("A customer", examples.CUSTOMER)])
class CustomerOut(Out):
    """A customer for a reader: the newest of the leads that he may see.

    Context: `now`, `reader`, `leads`.
    """

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(CustomerKind.choices)
    salutation = serializers.CharField()
    initials = serializers.CharField()
    first_name = serializers.CharField()
    infix = serializers.CharField()
    last_name = serializers.CharField()
    company = serializers.CharField(source="company_name")
    legal_form = serializers.ChoiceField(LegalForm.choices, allow_blank=True)
    street = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    phones = CustomerPhoneOut(many=True)
    emails = serializers.SerializerMethodField()
    vehicles = CustomerVehicleOut(many=True)
    consents = serializers.SerializerMethodField()
    objection = serializers.SerializerMethodField()
    parked_until = serializers.DateTimeField(allow_null=True)
    merges = serializers.SerializerMethodField()
    leads = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.EmailField()))
    def get_emails(self, customer: Customer) -> list[str]:
        return [email.address for email in customer.emails.all()]

    @extend_schema_field(ConsentOut(many=True))
    def get_consents(self, customer: Customer) -> Any:
        seen = Consent.objects.visible_to(self.context["reader"]).filter(customer=customer)
        newest = seen.select_related("dealership", "recorded_by", "withdrawn_by")
        return ConsentOut(newest.order_by("-given_at", "-pk")[:100], many=True).data

    @extend_schema_field(StandingObjectionOut(allow_null=True))
    def get_objection(self, customer: Customer) -> Any:
        standing = customer.objections.filter(withdrawn_at=None).select_related("by").first()
        return StandingObjectionOut(standing).data if standing else None

    @extend_schema_field(MergeOut(many=True))
    def get_merges(self, customer: Customer) -> Any:
        """Who was merged into this customer; the first is the one that unmerge parts again."""
        merges = customer.merges.filter(undone_at=None)
        return MergeOut(merges.select_related("by")[:50], many=True).data

    @extend_schema_field(LeadOfCustomerOut(many=True))
    def get_leads(self, customer: Customer) -> Any:
        leads = self.context["leads"]
        alike = {lead.pk for together in possible_duplicates(leads) for lead in together}
        return LeadOfCustomerOut(
            leads, many=True, context={**self.context, "duplicates": alike}
        ).data
