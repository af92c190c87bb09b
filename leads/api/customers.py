"""Customers for programs: seen, corrected, merged and parted, and their right of objection."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from bdc.api.problems import NothingNamed
from bdc.api.tokens import SignedInApiRequest
from leads.api.answers import LeadAnswers
from leads.api.customer_bodies import CorrectCustomerIn, MergeIn, WithdrawObjectionIn
from leads.api.customer_serializers import CustomerOut
from leads.api.serializers import ObjectionOut
from leads.domain.correcting import correct_customer
from leads.domain.merging import merge_customers, undo_merge
from leads.domain.objecting import customer_visible_to, record_objection, withdraw_objection
from leads.models import Customer, Lead

MOST_LEADS = 20


class CustomerViewSet(LeadAnswers):
    """Customers of the leads that you may see."""

    http_method_names = ["get", "post", "patch", "head"]

    @extend_schema(responses=CustomerOut)
    def retrieve(self, request: SignedInApiRequest, pk: int) -> Response:
        """One customer, with the newest of his leads that you may see.

        Who was merged into another is answered as that one. For all leads ask
        `leads/?customer=`.
        """
        return self._shown(self._visible(pk))

    @extend_schema(request=CorrectCustomerIn, responses=CustomerOut)
    def partial_update(self, request: SignedInApiRequest, pk: int) -> Response:
        """Correct what is known of a customer; open leads follow at once."""
        customer = self._visible(pk)
        correction = CorrectCustomerIn.read(request.data).correction()
        corrected = correct_customer(customer, correction, by=request.user, now=self.now)
        return self._shown(corrected)

    @extend_schema(request=MergeIn, responses=CustomerOut)
    @action(detail=True, methods=["post"])
    def merge(self, request: SignedInApiRequest, pk: int) -> Response:
        """Merge another customer into this one: leads, numbers, cars and consents come over."""
        survivor = self._visible(pk)
        given = MergeIn.read(request.data).validated_data
        other = customer_visible_to(request.user, given["other"])
        if other is None:
            raise NothingNamed("other")
        return self._shown(merge_customers(survivor, other, by=request.user, now=self.now))

    @extend_schema(request=None, responses=CustomerOut)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: SignedInApiRequest, pk: int) -> Response:
        """Part the last who was merged into this customer; what moved goes back."""
        return self._shown(undo_merge(self._visible(pk), by=request.user, now=self.now))

    @extend_schema(request=None, responses=ObjectionOut)
    @action(detail=True, methods=["post"])
    def objection(self, request: SignedInApiRequest, pk: int) -> Response:
        """The customer objects to calls: no more calls, at once, for all leads."""
        objected = record_objection(self._visible(pk), by=request.user, now=self.now)
        return Response(ObjectionOut(objected).data)

    @extend_schema(request=WithdrawObjectionIn, responses=CustomerOut)
    @action(detail=True, methods=["post"], url_path="objection/withdraw")
    def withdraw(self, request: SignedInApiRequest, pk: int) -> Response:
        """A manager withdraws the objection. Closed leads stay closed."""
        customer = self._visible(pk)
        given = WithdrawObjectionIn.read(request.data).validated_data
        return self._shown(withdraw_objection(customer, by=request.user, now=self.now, **given))

    def _visible(self, pk: int) -> Customer:
        customer = customer_visible_to(self.request.user, pk)
        if customer is None:
            raise Http404
        return customer

    def _shown(self, customer: Customer) -> Response:
        """The customer as he is now, with the leads that this user may see."""
        seen = Lead.objects.visible_to(self.request.user).filter(customer=customer)
        leads = list(seen.for_answers().newest_first()[:MOST_LEADS])
        prefetch_related_objects([customer], "phones", "emails", "vehicles")
        shown = CustomerOut(
            customer, context={"now": self.now, "reader": self.request.user, "leads": leads}
        )
        return Response(shown.data)
