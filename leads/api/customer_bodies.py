"""What is asked of us about customers; shapes alone, what may happen is for the domain."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from bdc.api.fields import BodyIn, Day, Id, Number, Text
from leads.api import customer_examples as examples
from leads.api.bodies import EMAIL, LINE, ConsentIn, optional_text
from leads.domain import contact_details, correcting
from leads.models import LegalForm, Objection


def several(child: serializers.Field[Any, Any, Any, Any], help_text: str) -> serializers.ListField:
    return serializers.ListField(child=child, required=False, max_length=20, help_text=help_text)


def numbers(help_text: str) -> serializers.ListField:
    return several(Text(max_length=LINE), help_text)


class CustomerVehicleIn(BodyIn):
    id = Id(required=False, help_text="Of a car that is known and changes.")
    plate = optional_text(20)
    make = optional_text(60)
    model = optional_text(80)
    year = Number(required=False, min_value=1900, max_value=2100)
    apk_expires_on = Day(required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("A new number, the old one is wrong", examples.CORRECTION)]
)
class CorrectCustomerIn(BodyIn):
    """Only what is given is changed; an empty text clears."""

    salutation = optional_text(20)
    initials = optional_text(20)
    first_name = optional_text(80)
    infix = optional_text(20)
    last_name = optional_text(LINE)
    company = optional_text(160)
    legal_form = serializers.ChoiceField(LegalForm.choices, required=False, allow_blank=True)
    street = optional_text(160)
    postcode = optional_text(20)
    city = optional_text(80)
    add_phones = numbers("In any notation.")
    remove_phones = numbers("In E.164, as the customer has them.")
    wrong_phones = numbers("Kept and not called any more, in E.164.")
    right_phones = numbers("To be called after all, in E.164.")
    add_emails = several(Text(max_length=EMAIL), "E-mail addresses.")
    remove_emails = several(Text(max_length=EMAIL), "E-mail addresses.")
    vehicles = several(CustomerVehicleIn(), "Cars that are new, or that change.")
    remove_vehicles = several(Id(), "Ids of cars.")
    consent = ConsentIn(required=False)
    withdraw_consents = several(Id(), "Ids of consents.")

    def correction(self) -> correcting.Correction:
        """The correction in the words of the domain."""
        given = dict(self.validated_data)
        if "company" in given:
            given["company_name"] = given.pop("company")
        consent = given.pop("consent", None)
        vehicles = tuple(correcting.VehicleIn(**car) for car in given.pop("vehicles", ()))
        told: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
        }
        return correcting.Correction(
            vehicles=vehicles,
            consents=(contact_details.ConsentIn(**consent),) if consent else (),
            **told,
        )


@extend_schema_serializer(examples=[OpenApiExample("The double", {"other": 7802})])
class MergeIn(BodyIn):
    other = Id(help_text="The customer who is merged into this one.")


@extend_schema_serializer(
    examples=[OpenApiExample("By mistake", {"reason": "by_mistake", "note": "Wrong line."})]
)
class WithdrawObjectionIn(BodyIn):
    reason = serializers.ChoiceField(Objection.WhyWithdrawn.choices)
    note = optional_text(2_000)
