"""What is asked of us about leads, in the shapes that contract.md fixes.

Shapes alone are checked here; whether something may happen is for the domain.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from bdc.api.fields import BodyIn, Euros, Id, Moment, Number, QuestionIn, Text, Truth
from dealers.models import Dealership
from leads.api import examples
from leads.domain import contact_details, facts, intake
from leads.domain.approving import OVERRIDES_TO_CHOOSE
from leads.models import (
    FIXED_REASONS,
    QUEUE_ORDER,
    AppointmentKind,
    AppointmentOutcome,
    Campaign,
    Channel,
    ConsentPurpose,
    ConversationChannel,
    Destination,
    Interest,
    Kind,
    OwnOrOther,
    Proposal,
    Queue,
    Release,
    Result,
    Sale,
    Status,
)

WORD, LINE, LONG = 60, 120, 10_000  # letters
EMAIL = 254

# An outbound call is an attempt, and moving asks for the new time: neither is recorded here.
CHANNELS = [pair for pair in ConversationChannel.choices if pair[0] != "outbound"]
CALLED_FROM = [pair for pair in Queue.choices if pair[0] in QUEUE_ORDER]
OUTCOMES = [pair for pair in AppointmentOutcome.choices if pair[0] != "moved"]


def optional_text(letters: int, help_text: str = "") -> Text:
    return Text(required=False, allow_blank=True, max_length=letters, help_text=help_text)


def optional_euros() -> Euros:
    return Euros(required=False, help_text="In euros.")


class ConsentIn(BodyIn):
    purpose = serializers.ChoiceField(ConsentPurpose.choices)
    given_at = Moment()
    words = optional_text(2_000, "What the customer agreed to; without it there is no ground.")
    proof = optional_text(500)


class CustomerIn(BodyIn):
    name = optional_text(200, "The whole name, where its parts are not known.")
    first_name = optional_text(80)
    infix = optional_text(20)
    last_name = optional_text(LINE)
    company = optional_text(160)
    phone = optional_text(LINE, "In any notation.")
    phones = serializers.ListField(
        child=Text(allow_blank=True, max_length=LINE), required=False, max_length=20
    )
    email = optional_text(EMAIL)
    postcode = optional_text(20)
    consent = ConsentIn(required=False)


class VehicleIn(BodyIn):
    make = optional_text(60)
    model = optional_text(80)
    plate = optional_text(20)
    year = Number(required=False, min_value=1900, max_value=2100)


@extend_schema_serializer(examples=[OpenApiExample("A web form", examples.RECEIVE_LEAD)])
class ReceiveLeadIn(BodyIn):
    kind = serializers.ChoiceField(Kind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    dealership = Text(max_length=WORD, help_text="The dealership's slug.")
    customer = CustomerIn(required=False)
    interest = serializers.ChoiceField(Interest.choices, required=False)
    line = Number(required=False, min_value=1, max_value=3)
    source = optional_text(LINE)  # type: ignore[assignment]  # taken away by the metaclass
    campaign = optional_text(WORD, "The campaign's slug.")
    vehicle = VehicleIn(required=False)
    message = optional_text(LONG)
    external_id = optional_text(200, "The id that the source gave it: sent again, it is one lead.")
    cost = optional_euros()
    missed_call = Truth(
        required=False, help_text="A call that nobody picked up; the channel is then `phone`."
    )

    def asked(self, dealership: Dealership, campaign: Campaign | None) -> intake.LeadIn:
        """The lead as the domain takes it in."""
        given = {**self.validated_data, "dealership": dealership, "campaign": campaign}
        customer = dict(given.pop("customer", {}))
        phones = [customer.pop("phone", ""), *customer.pop("phones", [])]
        email = customer.pop("email", "")
        consent = customer.pop("consent", None)
        return intake.LeadIn(
            phones=tuple(phone for phone in phones if phone),
            emails=(email,) if email else (),
            consents=(contact_details.ConsentIn(**consent),) if consent else (),
            **customer,
            **given.pop("vehicle", {}),
            **given,
        )


class LeadFilterIn(QuestionIn):
    """The filters of the list of leads; an empty one is no filter."""

    status = serializers.ChoiceField(Status.choices, required=False, allow_blank=True)
    kind = serializers.ChoiceField(Kind.choices, required=False, allow_blank=True)
    queue = serializers.ChoiceField(Queue.choices, required=False, allow_blank=True)
    owner = serializers.EmailField(
        required=False, allow_blank=True, max_length=EMAIL, help_text="A salesperson's e-mail."
    )
    dealership = optional_text(WORD, "A slug.")
    campaign = optional_text(WORD, "A slug.")
    reason = serializers.ChoiceField(
        [row["code"] for row in FIXED_REASONS],
        required=False,
        allow_blank=True,
        help_text="The reason with which the lead is closed.",
    )
    received_after = Moment(required=False)
    received_before = Moment(required=False)
    customer = serializers.RegexField(
        r"^[0-9]{1,18}$", required=False, allow_blank=True, help_text="The id of a customer."
    )
    search = optional_text(200, "Name, e-mail, plate, or the last digits of a phone number.")


class DealershipFilterIn(QuestionIn):
    dealership = optional_text(WORD, "The slug, where the document names no dealership.")


@extend_schema_serializer(examples=[OpenApiExample("A number", {"phone": "+31612345678"})])
class StartCallIn(BodyIn):
    phone = optional_text(LINE, "The number that is called.")


@extend_schema_serializer(
    examples=[OpenApiExample("No answer", {"result": "no_answer", "call": 991, "seconds": 25})]
)
class RecordAttemptIn(BodyIn):
    result = serializers.ChoiceField(Result.choices)
    call = Id(required=False, help_text="The call that was started for it.")
    phone = optional_text(LINE)
    note = optional_text(LONG)
    seconds = Number(required=False, min_value=0, max_value=86_400)
    objection = Truth(required=False, help_text="The customer objects to calls.")
    happened = Truth(
        required=False, help_text="It was not allowed and took place: recorded as a breach."
    )

    def attempt(self) -> dict[str, Any]:
        """The attempt in the words of the domain."""
        given = dict(self.validated_data)
        return {"call_id": given.pop("call", None), **given}


@extend_schema_serializer(examples=[OpenApiExample("A chat", {"channel": "chat"})])
class RecordConversationIn(BodyIn):
    channel = serializers.ChoiceField(CHANNELS)
    note = optional_text(LONG)


@extend_schema_serializer(
    examples=[OpenApiExample("A test drive", examples.BOOK_APPOINTMENT, request_only=True)]
)
class BookAppointmentIn(BodyIn):
    kind = serializers.ChoiceField(AppointmentKind.choices)
    starts_at = Moment()
    minutes = Number(required=False, min_value=5, max_value=12 * 60)
    vehicle = optional_text(80, "The car of a test drive: its plate or stock number.")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "with": optional_text(EMAIL, "The salesperson's e-mail.")}


@extend_schema_serializer(examples=[OpenApiExample("An amount", {"amount": "31250.00"})])
class AskQuoteIn(BodyIn):
    amount = Euros(
        required=False, min_value=Decimal("0.01"), help_text="In euros, once it is known."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Tomorrow evening", {"due_at": "2026-11-25T18:30:00+01:00"})]
)
class PromiseCallBackIn(BodyIn):
    due_at = Moment()
    note = optional_text(LONG)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "for": optional_text(EMAIL, "The e-mail of who will call.")}


class PurchaseIn(BodyIn):
    make = Text(max_length=60)
    model = optional_text(80)
    dealer = optional_text(LINE)
    postcode = optional_text(20, "Of the customer; four digits suffice.")


class PreferredCarIn(BodyIn):
    make = Text(max_length=60)
    model = optional_text(80)


class SaleIn(BodyIn):
    make = Text(max_length=60)
    model = Text(max_length=80)
    condition = serializers.ChoiceField(Sale.Condition.choices)
    new_customer = Truth()
    fleet = Truth()
    price = optional_euros()


@extend_schema_serializer(examples=[OpenApiExample("Another brand", examples.CLOSE_LEAD)])
class CloseLeadIn(BodyIn):
    reason = Text(max_length=WORD, help_text="A code of the fixed list.")
    original = Id(required=False, help_text="The lead that this one is a duplicate of.")
    destination = serializers.ChoiceField(Destination.choices, required=False)
    purchase = PurchaseIn(required=False)
    preferred_car = PreferredCarIn(required=False)
    dealer = serializers.ChoiceField(OwnOrOther.choices, required=False)
    follow_up_at = Moment(required=False)
    sale = SaleIn(required=False)
    objection = Truth(required=False)

    def facts(self) -> facts.Facts:
        """The facts beside the reason, as the domain judges them."""
        given = dict(self.validated_data)
        del given["reason"]
        purchase, preferred = given.pop("purchase", {}), given.pop("preferred_car", {})
        sale = given.pop("sale", None)
        return facts.Facts(
            sale=facts.SaleIn(**sale) if sale else None,
            **{f"purchase_{name}": text for name, text in purchase.items()},
            **{f"preferred_{name}": text for name, text in preferred.items()},
            **given,
        )


@extend_schema_serializer(
    examples=[OpenApiExample("A norm is overridden", {"override": "customer_decided"})]
)
class ApproveIn(BodyIn):
    override = serializers.ChoiceField(
        [pair for pair in Proposal.Override.choices if pair[0] in OVERRIDES_TO_CHOOSE],
        required=False,
        help_text="Why it is approved although a norm of spread or speed is not met.",
    )


@extend_schema_serializer(examples=[OpenApiExample("Call more", {"instruction": "more_attempts"})])
class SendBackIn(BodyIn):
    instruction = serializers.ChoiceField(Proposal.Instruction.choices)


@extend_schema_serializer(examples=[OpenApiExample("To a person", {"user": "a@noord.example"})])
class AssignIn(BodyIn):
    user = optional_text(EMAIL, "The e-mail of the salesperson who gets it.")
    queue = serializers.ChoiceField(Queue.choices, required=False)

    default_error_messages = {"one": _("Name either a user or a queue.")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("user")) == bool(attrs.get("queue")):
            self.fail("one")
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("Whatever is due", {})])
class NextLeadIn(BodyIn):
    queue = serializers.ChoiceField(CALLED_FROM, required=False, allow_blank=True)
    campaign = optional_text(WORD, "A slug.")
    dealership = optional_text(WORD, "A slug.")


@extend_schema_serializer(examples=[OpenApiExample("Not now", {"reason": "not_now"})])
class ReleaseIn(BodyIn):
    reason = serializers.ChoiceField(Release.Reason.choices, required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("A day later", {"starts_at": "2026-11-27T14:00:00+01:00"})]
)
class MoveAppointmentIn(BodyIn):
    """Another time; length and salesperson stay as they are unless they are given."""

    starts_at = Moment()
    minutes = Number(required=False, min_value=5, max_value=12 * 60)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "with": optional_text(EMAIL, "The salesperson's e-mail.")}


@extend_schema_serializer(examples=[OpenApiExample("Showed up", {"outcome": "showed"})])
class OutcomeIn(BodyIn):
    outcome = serializers.ChoiceField(OUTCOMES)
