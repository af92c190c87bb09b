"""What we answer about leads, in the shapes that contract.md fixes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from bdc.accounts.models import User
from dealers.models import Side
from leads.api import examples
from leads.domain.closing import ReasonOffer
from leads.domain.permission import may_call
from leads.domain.timeline import sentences
from leads.models import (
    Appointment,
    AppointmentKind,
    AppointmentOutcome,
    Attempt,
    Channel,
    CloseReason,
    ConversationChannel,
    Ground,
    Interest,
    Kind,
    Lead,
    Queue,
    Result,
    Round,
    Status,
    Track,
)

Out = serializers.Serializer[Any]
# To make a serializer takes longer than to ask it: what is small and in every answer is written
# down by the field alone.
AT = serializers.DateTimeField()


def owner_of(person: User | None, queue: str) -> dict[str, str] | None:
    """A salesperson or a queue; None for a lead that is closed."""
    if person is not None:
        return {"type": "salesperson", "user": person.email}
    return {"type": "queue", "queue": queue} if queue else None


def email_of(person: User | None) -> str | None:
    """None is the system, or nobody."""
    return person.email if person else None


class OwnerOut(Out):
    type = serializers.ChoiceField(["salesperson", "queue"])
    user = serializers.EmailField(required=False)
    queue = serializers.ChoiceField(Queue.choices, required=False)


class PermissionOut(Out):
    allowed = serializers.BooleanField()
    ground = serializers.ChoiceField(Ground.choices, allow_blank=True)
    why = serializers.CharField()


class CustomerOfLeadOut(Out):
    id = serializers.IntegerField(source="customer_id")
    name = serializers.CharField(source="customer.name")
    phones = serializers.SerializerMethodField()
    emails = serializers.SerializerMethodField()
    postcode = serializers.CharField(source="customer.postcode")
    may_call = serializers.SerializerMethodField()

    def get_phones(self, lead: Lead) -> list[str]:
        return lead.phone_numbers

    def get_emails(self, lead: Lead) -> list[str]:
        return lead.email_addresses

    @extend_schema_field(PermissionOut)
    def get_may_call(self, lead: Lead) -> Any:
        found = may_call(lead, now=self.context["now"])
        return {"allowed": found.allowed, "ground": str(found.ground), "why": str(found.why)}


class VehicleOut(Out):
    make = serializers.CharField()
    model = serializers.CharField()
    plate = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)


class ProgressOut(Out):
    number = serializers.IntegerField()
    attempts = serializers.IntegerField()
    maximum = serializers.IntegerField()


class MilestonesOut(Out):
    received_at = serializers.DateTimeField()
    first_attempt_at = serializers.DateTimeField(allow_null=True)
    reached_at = serializers.DateTimeField(allow_null=True)
    appointment_at = serializers.DateTimeField(allow_null=True)
    showed_at = serializers.DateTimeField(allow_null=True)
    quoted_at = serializers.DateTimeField(allow_null=True)
    sold_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class CloseOutOut(Out):
    reason = serializers.CharField(source="code")
    group = serializers.CharField()
    outcome = serializers.CharField()
    by = serializers.EmailField(allow_null=True)
    at = serializers.DateTimeField()
    approved_by = serializers.EmailField(allow_null=True)


class RoundOut(Out):
    number = serializers.IntegerField()
    side = serializers.ChoiceField(Side.choices)
    owner = serializers.SerializerMethodField()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    attempts = serializers.IntegerField()
    maximum = serializers.IntegerField()
    reason = serializers.CharField(source="reason_id", allow_null=True)

    @extend_schema_field(OwnerOut)
    def get_owner(self, round_: Round) -> dict[str, str] | None:
        """Who the round began with; a round of sales without a person waits in catch_all."""
        is_sales = round_.side == Side.SALESPERSON
        return owner_of(round_.owner, Queue.CATCH_ALL if is_sales else round_.side)


@extend_schema_serializer(examples=[OpenApiExample("A new lead", examples.LEAD)])
class LeadOut(Out):
    """A lead as everybody sees it who may. Its context holds `now`."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    interest = serializers.ChoiceField(Interest.choices)
    line = serializers.IntegerField(allow_null=True, min_value=1, max_value=3)
    source = serializers.CharField()  # type: ignore[assignment]  # taken away by the metaclass
    dealership = serializers.CharField(source="dealership.slug")
    campaign = serializers.CharField(source="campaign.slug", allow_null=True)
    customer = CustomerOfLeadOut(source="*")
    vehicle = serializers.SerializerMethodField()
    status = serializers.ChoiceField(Status.choices)
    owner = serializers.SerializerMethodField()
    round = ProgressOut(source="current_round")
    next_call_at = serializers.DateTimeField(allow_null=True)
    milestones = MilestonesOut(source="*")
    close_out = serializers.SerializerMethodField()
    rounds = RoundOut(many=True)
    duplicate_of = serializers.IntegerField(source="duplicate_of_id", allow_null=True)

    @extend_schema_field(VehicleOut(allow_null=True))
    def get_vehicle(self, lead: Lead) -> Any:
        if not (lead.make or lead.model or lead.plate or lead.year):
            return None
        return {name: getattr(lead, name) for name in ("make", "model", "plate", "year")}

    @extend_schema_field(OwnerOut(allow_null=True))
    def get_owner(self, lead: Lead) -> dict[str, str] | None:
        return owner_of(lead.owner, lead.queue)

    @extend_schema_field(CloseOutOut(allow_null=True))
    def get_close_out(self, lead: Lead) -> Any:
        """The close-out that is proposed, or that of the last round that ended with a reason."""
        proposals = lead.proposals.all() if lead.status == Status.PROPOSED else ()
        for proposal in proposals:
            if proposal.decided_at is None:
                return _close_out(proposal.reason, proposal.proposed_by, proposal.proposed_at)
        for round_ in reversed(lead.rounds.all()):
            if round_.reason is not None and not round_.is_undone:
                return _close_out(
                    round_.reason, round_.closed_by, round_.ended_at, round_.approved_by
                )
        return None


def _close_out(
    reason: CloseReason, by: User | None, at: Any, approved_by: User | None = None
) -> Any:
    return CloseOutOut(
        {
            "code": reason.code,
            "group": reason.group,
            "outcome": reason.outcome,
            "by": email_of(by),
            "at": at,
            "approved_by": email_of(approved_by),
        }
    ).data


class TimelineEntryOut(Out):
    at = serializers.DateTimeField()
    by = serializers.EmailField(allow_null=True)
    verb = serializers.CharField()
    text = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # as above


@extend_schema_serializer(examples=[OpenApiExample("A lead", examples.LEAD_WITH_TIMELINE)])
class LeadWithTimelineOut(LeadOut):
    timeline = serializers.SerializerMethodField()

    @extend_schema_field(TimelineEntryOut(many=True))
    def get_timeline(self, lead: Lead) -> Any:
        """Everything that happened, oldest first."""
        events = list(lead.events.select_related("by"))
        entries = [
            {
                "at": event.at,
                "by": email_of(event.by),
                "verb": event.verb,
                "text": text,
                "data": event.facts,
            }
            for event, text in zip(events, sentences(events), strict=True)
        ]
        return TimelineEntryOut(entries, many=True).data


class UntilOut(Out):
    until = serializers.DateTimeField()


@extend_schema_serializer(examples=[OpenApiExample("A held lead", examples.HELD_LEAD)])
class HeldLeadOut(LeadOut):
    """A lead whose customer is held for the agent. Its context holds the `hold`."""

    hold = serializers.SerializerMethodField()

    @extend_schema_field(UntilOut)
    def get_hold(self, lead: Lead) -> Any:
        return {"until": AT.to_representation(self.context["hold"].until)}


@extend_schema_serializer(
    examples=[OpenApiExample("A call", {"call": 991, "started_at": "2026-11-24T10:02:00+01:00"})]
)
class StartedCallOut(Out):
    call = serializers.IntegerField(source="pk")
    started_at = serializers.DateTimeField()


class AttemptOut(Out):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    result = serializers.ChoiceField(Result.choices)
    counts = serializers.BooleanField()
    why = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_why(self, attempt: Attempt) -> str | None:
        """Why it does not count: same_day_part, day_limit or maximum."""
        return attempt.why or None


@extend_schema_serializer(examples=[OpenApiExample("No answer", examples.RECORDED_ATTEMPT)])
class RecordedAttemptOut(Out):
    attempt = AttemptOut()
    lead = LeadOut()


@extend_schema_serializer(examples=[OpenApiExample("A chat", examples.CONVERSATION)])
class ConversationOut(Out):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    channel = serializers.ChoiceField(ConversationChannel.choices)
    lead = LeadOut()


@extend_schema_serializer(examples=[OpenApiExample("A test drive", examples.APPOINTMENT)])
class AppointmentOut(Out):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(AppointmentKind.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    vehicle = serializers.CharField()
    slot = serializers.IntegerField(allow_null=True)
    outcome = serializers.SerializerMethodField()
    lead = LeadOut()

    def get_fields(self) -> dict[str, Any]:
        person = serializers.EmailField(source="salesperson.email", allow_null=True)
        return {**super().get_fields(), "with": person}

    @extend_schema_field(serializers.ChoiceField(AppointmentOutcome.choices, allow_null=True))
    def get_outcome(self, appointment: Appointment) -> str | None:
        return appointment.outcome or None


@extend_schema_serializer(examples=[OpenApiExample("An amount", examples.QUOTE)])
class QuoteOut(Out):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    lead = LeadOut()


@extend_schema_serializer(examples=[OpenApiExample("Tomorrow evening", examples.CALL_BACK)])
class CallBackOut(Out):
    id = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    lead = LeadOut()

    def get_fields(self) -> dict[str, Any]:
        person = serializers.EmailField(source="owner.email", allow_null=True)
        return {**super().get_fields(), "for": person}


@extend_schema_serializer(examples=[OpenApiExample("Not reached", examples.REASON)])
class CloseReasonOut(Out):
    code = serializers.CharField()
    track = serializers.ChoiceField(Track.choices)
    group = serializers.CharField()
    outcome = serializers.CharField()
    label_nl = serializers.CharField()
    label_en = serializers.CharField()
    needs = serializers.ListField(child=serializers.CharField())
    effect = serializers.CharField()
    sales_next_step = serializers.CharField()
    marketing_next_step = serializers.CharField()
    retired_at = serializers.DateTimeField(allow_null=True)


class WhyNotOut(Out):
    code = serializers.CharField()
    detail = serializers.CharField(source="message")


@extend_schema_serializer(examples=[OpenApiExample("Not yet", examples.OFFERED_REASON)])
class ReasonOfferOut(CloseReasonOut):
    """A reason for one lead: whether it can be chosen, and if not, why."""

    available = serializers.BooleanField()
    problem = WhyNotOut(allow_null=True)

    def to_representation(self, offer: ReasonOffer) -> dict[str, Any]:
        return {
            **CloseReasonOut(offer.reason).data,
            "available": offer.available,
            "problem": WhyNotOut(offer.problem).data if offer.problem else None,
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "No more calls",
            {"id": 7731, "name": "Sander de Boer", "objected_at": "2026-11-24T10:02:00+01:00"},
        )
    ]
)
class ObjectionOut(Out):
    id = serializers.IntegerField()
    name = serializers.CharField()
    objected_at = serializers.DateTimeField()


class RejectOut(Out):
    id = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("One lead, one reject", examples.ADF_RECEIPT)])
class AdfReceiptOut(Out):
    leads = LeadOut(many=True)
    rejected = RejectOut(many=True)
