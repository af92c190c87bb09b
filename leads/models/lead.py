"""A lead: a customer who asks, or is asked, for something at one dealership."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, F, OuterRef, Prefetch, Q, Value, When
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from bdc.prepared import Each
from bdc.triggers import refusal, refuse_if
from dealers.domain.access import reach_of
from dealers.models import DealerGroup, Dealership, Side
from leads.models import beside
from leads.models.campaign import Campaign
from leads.models.customer import Customer, CustomerEmail, CustomerPhone
from leads.models.lead_codes import (
    IN_A_CALL_QUEUE,
    NOT_CLOSED,
    Channel,
    Interest,
    Kind,
    Queue,
    Status,
)
from leads.models.raw_input import RawInput
from leads.models.reason import CloseReason
from leads.models.round import Proposal, Round

MILESTONES = (
    "received_at",
    "first_attempt_at",
    "reached_at",
    "appointment_at",
    "showed_at",
    "quoted_at",
    "sold_at",
    "closed_at",
)


def _of_customer(model: type[CustomerPhone | CustomerEmail], field: str) -> ArraySubquery:
    """What all rows of a lead's customer say in `field`, in their order."""
    return ArraySubquery(model.objects.filter(customer=OuterRef("customer")).values(field))


# For visible_at() in a prepared query, which is given reach_given() of a user each time it is run.
REACH_LATER = {"more_than_sales": Each("more_than_sales"), "only_sales": Each("only_sales")}


def reach_given(user: User) -> dict[str, list[int]]:
    """The dealerships of `user`, as prepared queries with REACH_LATER are given them."""
    reach = reach_of(user)
    return {
        "more_than_sales": list(reach.more_than_sales),
        "only_sales": list(reach.only_sales),
    }


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: User) -> LeadQuerySet:
        """The leads that `user` may see (product.md, Organisation; contract.md, Who may).

        All roles of the dealership or group, and agents of a centre that serves it; who is
        only a salesperson somewhere does not see its passive leads.
        """
        reach = reach_of(user)
        return self.visible_at(more_than_sales=reach.more_than_sales, only_sales=reach.only_sales)

    def visible_at(
        self, *, more_than_sales: Collection[int] | Each, only_sales: Collection[int] | Each
    ) -> LeadQuerySet:
        """The same for whoever has these dealerships: a salesperson's alone, and all others."""
        return self.filter(
            Q(dealership__in=more_than_sales) | Q(dealership__in=only_sales, kind=Kind.ACTIVE)
        )

    def not_closed(self) -> LeadQuerySet:
        """Open leads, those that await approval included."""
        return self.filter(status__in=NOT_CLOSED)

    def owned_by(self, user: User) -> LeadQuerySet:
        return self.not_closed().filter(owner=user)

    def with_what_answers_show(self) -> LeadQuerySet:
        """Each with its customer, how that one is reached, and where it is worked."""
        addresses = {
            "phone_numbers": _of_customer(CustomerPhone, "number"),
            "email_addresses": _of_customer(CustomerEmail, "address"),
        }
        related = ("customer", "dealership", "owner", "campaign")
        return self.select_related(*related).annotate(**addresses)

    def for_answers(self) -> LeadQuerySet:
        """Load with what an answer of the API shows of a lead, in a bounded number of queries."""
        return self.with_what_answers_show().prefetch_related(
            "customer__consents",
            "call_backs",
            "appointments",
            Prefetch("rounds", Round.objects.with_who_closed()),
            Prefetch("proposals", Proposal.objects.select_related("reason", "proposed_by")),
        )

    def for_rows(self) -> LeadQuerySet:
        """Load with what a row of a list shows, in a bounded number of queries."""
        return self.with_whose().prefetch_related(*beside.IN_A_ROW)

    def with_whose(self) -> LeadQuerySet:
        """Each with its customer, and where and why it is worked, and by whom."""
        return self.select_related(
            "customer", "dealership__group", "owner", "campaign", "close_reason"
        )

    def for_page(self) -> LeadQuerySet:
        """Load with what the page of a lead shows, in a bounded number of queries.

        See also lead_for_page(), for a single one.
        """
        related = ("customer", "dealership__group", "owner", "campaign")
        return self.select_related(*related).prefetch_related(*beside.for_many())

    def newest_first(self) -> LeadQuerySet:
        return self.order_by("-received_at", "-pk")


class Lead(models.Model):
    """One lead with its owner, its milestones and when it is called next.

    An open lead has exactly one owner: a salesperson, or a queue (product.md, A lead).
    """

    group = models.ForeignKey(DealerGroup, on_delete=models.PROTECT, related_name="+")
    dealership = models.ForeignKey(Dealership, on_delete=models.PROTECT, related_name="leads")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="leads")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="leads", null=True, blank=True
    )
    raw = models.ForeignKey(RawInput, on_delete=models.PROTECT, related_name="leads", null=True)

    kind = models.CharField(max_length=8, choices=Kind)
    kind_at_receipt = models.CharField(max_length=8, choices=Kind, editable=False)
    channel = models.CharField(max_length=20, choices=Channel)
    interest = models.CharField(max_length=8, choices=Interest)
    line = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    # Nobody picked up: a phone lead that was not reached on arrival.
    is_missed_call = models.BooleanField(default=False)
    cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)

    make = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=80, blank=True)
    plate = models.CharField(max_length=8, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    # What else the document said: trade-in, finance, time preference; shown, never searched.
    extra = models.JSONField(default=dict, blank=True)

    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="leads", null=True
    )
    queue = models.CharField(max_length=12, choices=Queue, blank=True)
    round_number = models.PositiveSmallIntegerField(default=1)
    close_reason = models.ForeignKey(
        CloseReason, on_delete=models.PROTECT, related_name="leads", null=True
    )
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="duplicates", null=True
    )

    # When the customer last did something himself about this lead: the ground of an own request.
    requested_at = models.DateTimeField(null=True, blank=True)
    # Until when there is a ground to call, as far as known beforehand; None is none. The queue
    # reads it, and the policy judges again before every call.
    callable_until = models.DateTimeField(null=True, blank=True)
    # Since when there has been no ground; after 30 days the system closes with SYS-01.
    without_ground_since = models.DateTimeField(null=True, blank=True)
    has_dialable_number = models.BooleanField(default=False)
    next_call_at = models.DateTimeField(null=True, blank=True)
    # Copied from the campaign, so that the queue can sort by an index.
    priority = models.SmallIntegerField(default=0)
    # When the system acts by itself if nobody has: BDC-06 after the last unreached attempt.
    system_close_at = models.DateTimeField(null=True, blank=True)

    # The two-minute clock (product.md, Routing).
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_ends_at = models.DateTimeField(null=True, blank=True)
    clock_began_at = models.DateTimeField(null=True, blank=True)
    first_call_at = models.DateTimeField(null=True, blank=True)
    alarm_at = models.DateTimeField(null=True, blank=True)

    received_at = models.DateTimeField()
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    appointment_at = models.DateTimeField(null=True, blank=True)
    showed_at = models.DateTimeField(null=True, blank=True)
    quoted_at = models.DateTimeField(null=True, blank=True)
    sold_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Whether a showroom or test-drive appointment stands that was not cancelled: what MAP counts.
    has_appointment = models.BooleanField(default=False)
    # Test leads and duplicates leave the denominator (product.md, Targets and reports).
    is_pollution = models.BooleanField(default=False)

    # What the round must agree with; see the composite keys in migration 0002.
    side = models.GeneratedField(
        expression=Case(
            When(status=Status.CLOSED, then=Value(None)),
            When(Q(owner__isnull=False) | Q(queue=Queue.CATCH_ALL), then=Value(Side.SALESPERSON)),
            default=F("queue"),
        ),
        output_field=models.CharField(max_length=12, null=True),
        db_persist=True,
    )
    needs_open_round = models.GeneratedField(
        expression=Case(When(status=Status.CLOSED, then=Value(None)), default=Value(True)),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )
    # Leads hang on a customer who is not merged into another.
    needs_current_customer = models.GeneratedField(
        expression=Value(True), output_field=models.BooleanField(), db_persist=True
    )
    needs_proposal = models.GeneratedField(
        expression=Case(When(status=Status.PROPOSED, then=Value(True)), default=Value(None)),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    objects = LeadQuerySet.as_manager()

    # The newest entry of its timeline, where this very object wrote it: nobody else writes one
    # while the lead is locked.
    newest_entry: int | None = None
    # Of its customer, where answers are loaded: see with_what_answers_show().
    phone_numbers: list[str]
    email_addresses: list[str]

    class Meta:
        verbose_name = _("lead")
        constraints = [
            models.UniqueConstraint(fields=["dealership", "id"], name="lead_within_its_dealership"),
            models.UniqueConstraint(fields=["id", "customer"], name="lead_of_its_customer"),
            models.UniqueConstraint(
                fields=["dealership", "source", "external_id"],
                condition=~Q(external_id=""),
                name="lead_arrives_once_from_a_source",
            ),
            models.CheckConstraint(
                name="lead_open_has_exactly_one_owner",
                condition=(
                    Q(status=Status.CLOSED, owner=None, queue="")
                    | Q(status__in=NOT_CLOSED, owner__isnull=False, queue="")
                    | (Q(status__in=NOT_CLOSED, owner=None) & ~Q(queue=""))
                ),
            ),
            models.CheckConstraint(
                name="lead_closed_with_a_reason",
                condition=(
                    Q(status=Status.CLOSED, close_reason__isnull=False, closed_at__isnull=False)
                    | Q(status__in=NOT_CLOSED, close_reason=None)
                ),
            ),
            models.CheckConstraint(
                name="lead_passive_never_with_a_salesperson",
                condition=~Q(kind=Kind.PASSIVE) | Q(owner=None, queue__in=["", Queue.PASSIVE]),
            ),
            models.CheckConstraint(
                name="lead_in_the_passive_queue_is_passive",
                condition=~Q(queue=Queue.PASSIVE) | Q(kind=Kind.PASSIVE),
            ),
            models.CheckConstraint(
                name="lead_missed_call_came_by_phone",
                condition=Q(is_missed_call=False) | Q(channel=Channel.PHONE),
            ),
            models.CheckConstraint(
                name="lead_line_is_first_second_or_third",
                condition=Q(line=None) | Q(line__gte=1, line__lte=3),
            ),
            models.CheckConstraint(
                name="lead_duplicate_of_another_lead",
                condition=Q(duplicate_of=None) | ~Q(duplicate_of=F("id")),
            ),
        ]
        indexes = [
            # Next call: who is due in a queue of a dealership, by campaign priority and due time.
            models.Index(
                "dealership",
                "queue",
                F("priority").desc(),
                "next_call_at",
                "id",
                name="lead_call_queue",
                condition=IN_A_CALL_QUEUE,
            ),
            # The same for an agent who works on some campaigns, or on what has none: each is read
            # by itself. Their conditions keep these two from being read for all campaigns at once,
            # as the planner will otherwise, and then every due lead is judged and sorted.
            models.Index(
                "dealership",
                "queue",
                "campaign",
                F("priority").desc(),
                "next_call_at",
                "id",
                name="lead_call_queue_of_a_campaign",
                condition=IN_A_CALL_QUEUE & Q(campaign__isnull=False),
            ),
            models.Index(
                "dealership",
                "queue",
                F("priority").desc(),
                "next_call_at",
                "id",
                name="lead_call_queue_no_campaign",
                condition=IN_A_CALL_QUEUE & Q(campaign=None),
            ),
            # When the next call of the queues is due, while nothing is due now.
            models.Index(
                fields=["next_call_at"],
                name="lead_next_in_the_queues",
                condition=IN_A_CALL_QUEUE,
            ),
            # Mail tasks of the queues: leads without a number to call.
            models.Index(
                fields=["dealership", "received_at"],
                name="lead_mail_task",
                condition=Q(status=Status.OPEN, has_dialable_number=False) & ~Q(queue=""),
            ),
            # A salesperson's open leads, next call first; and the cap.
            models.Index(
                fields=["owner", "next_call_at"],
                name="lead_of_an_owner",
                condition=Q(status__in=NOT_CLOSED, owner__isnull=False),
            ),
            # The list of leads and the cohort of a report: by dealership and receipt.
            models.Index(fields=["dealership", "-received_at", "-id"], name="lead_by_receipt"),
            # A customer's leads, and the open lead that a repeat enquiry joins.
            models.Index(fields=["customer", "status"], name="lead_of_a_customer"),
            # Search: a plate, or the beginning of one.
            models.Index(fields=["group", "plate"], name="lead_plate", condition=~Q(plate="")),
            # Close-outs to approve, oldest first.
            models.Index(
                fields=["dealership", "id"],
                name="lead_awaiting_approval",
                condition=Q(status=Status.PROPOSED),
            ),
            # Sweeps: each picks only what is due.
            models.Index(
                fields=["offer_ends_at"],
                name="lead_offer_ends",
                condition=Q(offer_ends_at__isnull=False),
            ),
            models.Index(
                fields=["system_close_at"],
                name="lead_system_close",
                condition=Q(system_close_at__isnull=False),
            ),
            models.Index(
                fields=["dealership", "received_at"],
                name="lead_in_catch_all",
                condition=Q(queue=Queue.CATCH_ALL, status=Status.OPEN),
            ),
            models.Index(
                fields=["without_ground_since"],
                name="lead_without_ground",
                condition=Q(without_ground_since__isnull=False, status__in=NOT_CLOSED),
            ),
            models.Index(
                fields=["callable_until"],
                name="lead_ground_ends",
                condition=Q(callable_until__isnull=False, status__in=NOT_CLOSED),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="milestones_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=(
                    "IF "
                    + " OR ".join(
                        f"(OLD.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})"
                        for name in MILESTONES
                    )
                    + f" THEN {refusal('lead_milestones_are_set_once')} END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="moves_with_a_merge",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("customer_id"),
                func=refuse_if(
                    "NEW.customer_id IS DISTINCT FROM OLD.customer_id AND NOT EXISTS (SELECT 1"
                    " FROM leads_customer WHERE (id, merged_into_id) IN"
                    " ((OLD.customer_id, NEW.customer_id), (NEW.customer_id, OLD.customer_id)))",
                    "lead_changes_customer_only_by_a_merge",
                ),
            ),
            pgtrigger.Trigger(
                name="never_removed",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=refusal("lead_is_never_removed"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def number(self) -> str:
        """What people call it: "10482"."""
        return str(self.pk)

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN

    @property
    def is_at_bdc(self) -> bool:
        """Whether agents of a contact centre work it."""
        return self.queue not in ("", Queue.CATCH_ALL)

    @property
    def current_round(self) -> Round:
        """The round that is worked, or the last one of a closed lead."""
        for round_ in self.rounds.all():
            if round_.number == self.round_number:
                return round_
        raise LookupError(f"lead {self.pk} has no round {self.round_number}")

    def set_once(self, milestone: str, at: datetime) -> bool:
        """Set a milestone that is not set yet; return whether it was set now."""
        if getattr(self, milestone) is not None:
            return False
        setattr(self, milestone, at)
        return True
