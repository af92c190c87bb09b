"""The same leads, and the same actions on them as on the pages, for programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    extend_schema,
)
from rest_framework.decorators import action
from rest_framework.response import Response

from bdc.accounts.models import User
from bdc.api.bodies import RawBody
from bdc.api.idempotency import HEADER, LONGEST_KEY, answer_once
from bdc.api.problems import NothingNamed
from bdc.api.tokens import SignedInApiRequest
from dealers.domain.access import dealerships_visible_to, person_at
from dealers.models import Dealership
from leads.api import bodies, examples
from leads.api.answers import LeadAnswers
from leads.api.serializers import (
    AdfReceiptOut,
    AppointmentOut,
    CallBackOut,
    ConversationOut,
    LeadOut,
    LeadWithTimelineOut,
    QuoteOut,
    ReasonOfferOut,
    RecordedAttemptOut,
    StartedCallOut,
)
from leads.domain.adf_intake import receive_adf
from leads.domain.approving import approve, reopen, send_back
from leads.domain.booking import (
    appointments_visible_to,
    ask_quote,
    book_appointment,
    move_appointment,
    record_outcome,
)
from leads.domain.call_backs import promise_call_back
from leads.domain.closing import close_lead, reasons_for
from leads.domain.contacting import record_attempt, record_conversation, start_call
from leads.domain.handing_over import assign, take
from leads.domain.intake import keep_raw, receive_lead
from leads.domain.searching import find
from leads.domain.undoing import undo
from leads.models import Campaign, Lead, LeadQuerySet, RawInput


class ApplicationXML(RawBody):
    media_type = "application/xml"


class TextXML(RawBody):
    media_type = "text/xml"


class ApplicationADF(RawBody):
    media_type = "application/x-adf+xml"


ADF_BODIES = [ApplicationXML, TextXML, ApplicationADF]

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    OpenApiParameter.HEADER,
    description="1 to 200 characters of your choice. Sent again with the same body within 24 "
    "hours, the first answer comes again, with `Idempotent-Replay: true`.",
)


ADF_DOCUMENT = OpenApiRequest(
    OpenApiTypes.STR, examples=[OpenApiExample("One prospect", examples.ADF_DOCUMENT)]
)
NOTHING_READABLE = OpenApiResponse(
    AdfReceiptOut,
    description="Nothing could be read. The document is kept for a person to look at.",
    examples=[OpenApiExample("Nothing readable", {**examples.ADF_RECEIPT, "leads": []})],
)


def named_dealership(user: User, slug: str) -> Dealership:
    dealership = dealerships_visible_to(user).filter(slug=slug).first()
    if dealership is None:
        raise NothingNamed("dealership")
    return dealership


def named_campaign(dealership: Dealership, slug: str) -> Campaign | None:
    if not slug:
        return None
    campaign = Campaign.objects.filter(group=dealership.group_id, slug=slug).first()
    if campaign is None:
        raise NothingNamed("campaign")
    return campaign


def named_person(dealership: Dealership, email: str, *, field: str) -> User | None:
    if not email:
        return None
    person = person_at(dealership, email)
    if person is None:
        raise NothingNamed(field)
    return person


class LeadViewSet(LeadAnswers):
    """Leads: they come in, are worked, and are closed with a reason of the fixed list."""

    paged_by = "received_at"

    @extend_schema(parameters=[bodies.LeadFilterIn], responses=LeadOut(many=True))
    def list(self, request: SignedInApiRequest) -> Response:
        """The leads that you may see, newest first, a page at a time."""
        wanted = bodies.LeadFilterIn.read(request.query_params.dict()).validated_data
        page = self.paginate_queryset(self._wanted(wanted).for_answers())
        shown = LeadOut(page or [], many=True, context={"now": self.now})
        return self.get_paginated_response(shown.data)

    def _wanted(self, wanted: dict[str, Any]) -> LeadQuerySet:
        leads = Lead.objects.visible_to(self.request.user)
        if slug := wanted.get("dealership"):
            leads = leads.filter(dealership=named_dealership(self.request.user, slug))
        lookups = {
            "status": "status",
            "kind": "kind",
            "queue": "queue",
            "owner": "owner__email__iexact",
            "campaign": "campaign__slug",
            "reason": "close_reason",
            "received_after": "received_at__gte",
            "received_before": "received_at__lt",
            "customer": "customer",
        }
        given = {lookup: wanted[name] for name, lookup in lookups.items() if wanted.get(name)}
        return find(leads.filter(**given), wanted.get("search", ""))

    @extend_schema(responses=LeadWithTimelineOut)
    def retrieve(self, request: SignedInApiRequest, pk: int) -> Response:
        """One lead with its timeline, oldest entry first."""
        return self.answer(self.visible_lead(pk), LeadWithTimelineOut)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=bodies.ReceiveLeadIn,
        responses={HTTPStatus.CREATED: LeadOut},
    )
    def create(self, request: SignedInApiRequest) -> Response:
        """Take in a lead. A repeat enquiry joins the customer's open lead and answers that one."""
        return answer_once(request, lambda: self._receive(request), now=self.now)

    def _receive(self, request: SignedInApiRequest) -> Response:
        given = bodies.ReceiveLeadIn.read(request.data)
        dealership = named_dealership(request.user, given.validated_data["dealership"])
        campaign = named_campaign(dealership, given.validated_data.get("campaign", ""))
        raw = keep_raw(
            RawInput.Door.API,
            request.body,
            request.content_type,
            by=request.user,
            now=self.now,
        )
        asked = given.asked(dealership, campaign)
        lead = receive_lead(asked, raw=raw, by=request.user, now=self.now)
        return self.answer(lead, status=HTTPStatus.CREATED)

    @extend_schema(
        parameters=[bodies.DealershipFilterIn],
        request={body.media_type: ADF_DOCUMENT for body in ADF_BODIES},
        responses={HTTPStatus.CREATED: AdfReceiptOut, HTTPStatus.ACCEPTED: NOTHING_READABLE},
    )
    @action(detail=False, methods=["post"], parser_classes=ADF_BODIES)
    def adf(self, request: SignedInApiRequest) -> Response:
        """Take in an ADF 1.0 document. What cannot be read is kept for a person: 202."""
        wanted = bodies.DealershipFilterIn.read(request.query_params.dict()).validated_data
        slug = wanted.get("dealership")
        receipt = receive_adf(
            request.body,
            content_type=request.content_type,
            dealership=named_dealership(request.user, slug) if slug else None,
            by=request.user,
            now=self.now,
        )
        shown = {
            "leads": [self.fresh(lead.pk) for lead in receipt.leads],
            "rejected": receipt.rejects,
        }
        status = HTTPStatus.CREATED if receipt.leads else HTTPStatus.ACCEPTED
        return self.answer(shown, AdfReceiptOut, status)

    @extend_schema(request=bodies.StartCallIn, responses={HTTPStatus.CREATED: StartedCallOut})
    @action(detail=True, methods=["post"])
    def calls(self, request: SignedInApiRequest, pk: int) -> Response:
        """Start a call: it stops the two-minute clock. Its result follows as an attempt."""
        lead = self.visible_lead(pk)
        given = bodies.StartCallIn.read(request.data).validated_data
        call = start_call(lead, by=request.user, now=self.now, **given)
        return Response(StartedCallOut(call).data, status=HTTPStatus.CREATED)

    @extend_schema(
        request=bodies.RecordAttemptIn, responses={HTTPStatus.CREATED: RecordedAttemptOut}
    )
    @action(detail=True, methods=["post"])
    def attempts(self, request: SignedInApiRequest, pk: int) -> Response:
        """Record an outbound call that took place, with its result."""
        lead = self.visible_lead(pk)
        given = bodies.RecordAttemptIn.read(request.data).attempt()
        attempt = record_attempt(lead, by=request.user, now=self.now, **given)
        shown = {"attempt": attempt, "lead": self.fresh(attempt.lead_id)}
        return self.answer(shown, RecordedAttemptOut, HTTPStatus.CREATED)

    @extend_schema(
        request=bodies.RecordConversationIn, responses={HTTPStatus.CREATED: ConversationOut}
    )
    @action(detail=True, methods=["post"])
    def conversations(self, request: SignedInApiRequest, pk: int) -> Response:
        """Record a conversation that was no outbound call: reached without an attempt."""
        lead = self.visible_lead(pk)
        given = bodies.RecordConversationIn.read(request.data).validated_data
        conversation = record_conversation(lead, by=request.user, now=self.now, **given)
        return self.answer(conversation, ConversationOut, HTTPStatus.CREATED)

    @extend_schema(request=None, responses=LeadOut)
    @action(detail=True, methods=["post"])
    def take(self, request: SignedInApiRequest, pk: int) -> Response:
        """Take a lead that nobody has yet; the first one wins."""
        return self.answer(take(self.visible_lead(pk), by=request.user, now=self.now))

    @extend_schema(request=bodies.BookAppointmentIn, responses={HTTPStatus.CREATED: AppointmentOut})
    @action(detail=True, methods=["post"])
    def appointments(self, request: SignedInApiRequest, pk: int) -> Response:
        """Book a visit to the showroom, a test drive, or a slot in the workshop."""
        lead = self.visible_lead(pk)
        given = bodies.BookAppointmentIn.read(request.data).validated_data
        salesperson = named_person(lead.dealership, given.pop("with", ""), field="with")
        appointment = book_appointment(
            lead, salesperson=salesperson, by=request.user, now=self.now, **given
        )
        return self.answer(appointment, AppointmentOut, HTTPStatus.CREATED)

    @extend_schema(request=bodies.AskQuoteIn, responses={HTTPStatus.CREATED: QuoteOut})
    @action(detail=True, methods=["post"])
    def quotes(self, request: SignedInApiRequest, pk: int) -> Response:
        """Note that the customer asks for a quote, with its amount once it is known."""
        lead = self.visible_lead(pk)
        given = bodies.AskQuoteIn.read(request.data).validated_data
        quote = ask_quote(lead, by=request.user, now=self.now, **given)
        return self.answer(quote, QuoteOut, HTTPStatus.CREATED)

    @extend_schema(request=bodies.PromiseCallBackIn, responses={HTTPStatus.CREATED: CallBackOut})
    @action(detail=True, methods=["post"])
    def callbacks(self, request: SignedInApiRequest, pk: int) -> Response:
        """Promise to call the customer back; it goes ahead of everything else."""
        lead = self.visible_lead(pk)
        given = bodies.PromiseCallBackIn.read(request.data).validated_data
        owner = named_person(lead.dealership, given.pop("for", ""), field="for")
        promise = promise_call_back(lead, owner=owner, by=request.user, now=self.now, **given)
        return self.answer(promise, CallBackOut, HTTPStatus.CREATED)

    @extend_schema(responses=ReasonOfferOut(many=True))
    @action(detail=True, pagination_class=None)
    def reasons(self, request: SignedInApiRequest, pk: int) -> Response:
        """Every reason of the fixed list: whether this lead can be closed with it, or why not."""
        offers = reasons_for(self.visible_lead(pk), by=request.user, now=self.now)
        return Response(ReasonOfferOut(offers, many=True).data)

    @extend_schema(request=bodies.CloseLeadIn, responses=LeadOut)
    @action(detail=True, methods=["post"])
    def close(self, request: SignedInApiRequest, pk: int) -> Response:
        """End the round with a reason. The lead is then closed, proposed, or in a next round."""
        lead = self.visible_lead(pk)
        given = bodies.CloseLeadIn.read(request.data)
        reason = given.validated_data["reason"]
        closed = close_lead(lead, reason=reason, facts=given.facts(), by=request.user, now=self.now)
        return self.answer(closed)

    @extend_schema(request=bodies.ApproveIn, responses=LeadOut)
    @action(detail=True, methods=["post"])
    def approve(self, request: SignedInApiRequest, pk: int) -> Response:
        """Approve the close-out that somebody else proposed.

        Without a reason to override a norm that is not met, it is written down that none was given.
        """
        lead = self.visible_lead(pk)
        given = bodies.ApproveIn.read(request.data).validated_data
        return self.answer(approve(lead, by=request.user, now=self.now, **given))

    @extend_schema(request=bodies.SendBackIn, responses=LeadOut)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: SignedInApiRequest, pk: int) -> Response:
        """Send a proposed close-out back, with what has to happen."""
        lead = self.visible_lead(pk)
        given = bodies.SendBackIn.read(request.data).validated_data
        return self.answer(send_back(lead, by=request.user, now=self.now, **given))

    @extend_schema(request=None, responses=LeadOut)
    @action(detail=True, methods=["post"])
    def reopen(self, request: SignedInApiRequest, pk: int) -> Response:
        """Reopen a closed lead: a new round begins, and earlier reasons stay."""
        return self.answer(reopen(self.visible_lead(pk), by=request.user, now=self.now))

    @extend_schema(request=None, responses=LeadOut)
    @action(detail=True, methods=["post"])
    def undo(self, request: SignedInApiRequest, pk: int) -> Response:
        """Undo what you did last on this lead, today and while nothing else happened to it."""
        step = undo(self.visible_lead(pk), by=request.user, now=self.now)
        return self.answer(step.lead)

    @extend_schema(request=bodies.AssignIn, responses=LeadOut)
    @action(detail=True, methods=["post"])
    def assign(self, request: SignedInApiRequest, pk: int) -> Response:
        """Give a lead to a salesperson, or to a queue, by hand."""
        lead = self.visible_lead(pk)
        given = bodies.AssignIn.read(request.data).validated_data
        person = named_person(lead.dealership, given.get("user", ""), field="user")
        queue = given.get("queue", "")
        return self.answer(assign(lead, user=person, queue=queue, by=request.user, now=self.now))


class AppointmentViewSet(LeadAnswers):
    """Appointments of the leads that you may see."""

    @extend_schema(request=bodies.OutcomeIn, responses=AppointmentOut)
    @action(detail=True, methods=["post"])
    def outcome(self, request: SignedInApiRequest, pk: int) -> Response:
        """Say how an appointment ended."""
        appointment = get_object_or_404(appointments_visible_to(request.user), pk=pk)
        given = bodies.OutcomeIn.read(request.data).validated_data
        ended = record_outcome(appointment, by=request.user, now=self.now, **given)
        return self.answer(ended, AppointmentOut)

    @extend_schema(request=bodies.MoveAppointmentIn, responses={HTTPStatus.CREATED: AppointmentOut})
    @action(detail=True, methods=["post"])
    def move(self, request: SignedInApiRequest, pk: int) -> Response:
        """Agree on another time: this appointment ends as moved, and the new one stands."""
        appointment = get_object_or_404(appointments_visible_to(request.user), pk=pk)
        given = bodies.MoveAppointmentIn.read(request.data).validated_data
        salesperson = named_person(appointment.lead.dealership, given.pop("with", ""), field="with")
        moved = move_appointment(
            appointment, salesperson=salesperson, by=request.user, now=self.now, **given
        )
        return self.answer(moved, AppointmentOut, HTTPStatus.CREATED)
