"""Rounds: a lead is worked by one side at a time, to a maximum, and ends with a reason or a
hand-over; and the proposals to close that a manager decides on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from bdc.triggers import refusal
from dealers.models import Side
from leads.models.base import OfLead
from leads.models.reason import (
    SECOND_PAIR_OF_EYES,
    CloseReason,
    codes_needing,
    codes_on_track,
)

if TYPE_CHECKING:
    from leads.models.contact import Attempt
    from leads.models.lead import Lead


class Destination(models.TextChoices):
    SALES = "sales", _("sales")
    SERVICE = "service", _("service")
    PARTS = "parts", _("parts")
    ADMINISTRATION = "administration", _("administration")
    OTHER = "other", _("another department")


class OwnOrOther(models.TextChoices):
    OWN = "own", _("our own dealership")
    OTHER = "other", _("another dealer")


# What the round itself must hold for each need of a reason. The policy in
# leads/domain/closing.py says the same in sentences, and a test holds the two together.
EVIDENCE: dict[str, Q] = {
    "original_lead": Q(original__isnull=False),
    "no_dialable_number": Q(without_dialable_number=True),
    "destination": ~Q(destination=""),
    "wrong_details_attempt": Q(wrong_numbers__gt=0),
    "maximum_attempts": Q(attempts__gte=F("maximum")),
    "refused_attempt": Q(refusals__gt=0),
    "objection": Q(objected=True),
    "spoken": Q(conversations__gt=0) | Q(reason="VK-08", objected=True),
    "purchase": ~Q(purchase_make=""),
    "preferred_car": ~Q(preferred_make=""),
    "own_or_other_dealer": ~Q(dealer=""),
    "follow_up_date": Q(follow_up_at__isnull=False),
    "appointment_showroom": Q(appointment__isnull=False),
    "appointment_test_drive": Q(appointment__isnull=False),
    "appointment_workshop": Q(appointment__isnull=False),
    "quote_request": Q(quote__isnull=False),
    "quote": Q(quote__isnull=False),
    "sale": Q(sale__isnull=False),
    "no_ground_for_30_days": Q(
        without_ground_days__isnull=False, without_ground_days__gte=30, closed_by=None
    ),
}


def _evidence_constraints() -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            name=f"round_reason_needs_{need}",
            condition=Q(reason=None) | ~Q(reason__in=codes_needing(need)) | evidence,
        )
        for need, evidence in EVIDENCE.items()
    ]


# A round begins without counts; one that goes on with another, with exactly those of that one.
BEGINS_OTHERWISE = (
    "(NEW.continues_id IS NULL AND (NEW.attempts <> 0 OR NEW.refusals <> 0"
    " OR NEW.wrong_numbers <> 0 OR NEW.conversations <> 0))"
    " OR (NEW.continues_id IS NOT NULL"
    " AND (NEW.lead_id, NEW.side, NEW.maximum, NEW.attempts, NEW.refusals,"
    " NEW.wrong_numbers, NEW.conversations) NOT IN"
    " (SELECT lead_id, side, maximum, attempts, refusals, wrong_numbers,"
    " conversations FROM leads_round WHERE id = NEW.continues_id))"
)


class RoundQuerySet(models.QuerySet["Round"]):
    def with_who_closed(self) -> RoundQuerySet:
        """Each with its owner, and with its reason and by whom it ended."""
        return self.select_related("owner", "reason", "closed_by", "approved_by")


class Round(OfLead):
    """One round of a lead, with its maximum, what was reached in it, and how it ended."""

    class Ending(models.TextChoices):
        CLOSED = "closed", _("closed with a reason")
        HANDED_OVER = "handed_over", _("handed over")

    number = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=12, choices=Side)
    # Who the round began with; a hand-over within sales changes the lead's owner and keeps this.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rounds", null=True
    )
    began_at = models.DateTimeField()
    began_with_appointment = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=12, choices=Ending, blank=True)

    # Copied when the round begins, so that a later change of policy changes no round.
    policy_maximum = models.PositiveSmallIntegerField()
    group_limit = models.PositiveSmallIntegerField()
    maximum = models.PositiveSmallIntegerField()
    # Counted from the rows by triggers; nobody writes them.
    attempts = models.PositiveSmallIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    wrong_numbers = models.PositiveSmallIntegerField(default=0)
    conversations = models.PositiveSmallIntegerField(default=0)

    # What was reached in this round: a person or a queue is judged on it.
    reached_at = models.DateTimeField(null=True, blank=True)
    appointment_at = models.DateTimeField(null=True, blank=True)
    quoted_at = models.DateTimeField(null=True, blank=True)
    showed_at = models.DateTimeField(null=True, blank=True)
    sold_at = models.DateTimeField(null=True, blank=True)
    has_appointment = models.BooleanField(default=False)

    # It goes on where an earlier one was, whose end was undone; that one counts no more.
    continues: models.OneToOneField[Round | None, Round | None] = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="continued_in", null=True
    )
    is_undone = models.BooleanField(default=False)

    # How it was closed, and the facts that the reason needs.
    reason = models.ForeignKey(
        CloseReason, on_delete=models.PROTECT, related_name="rounds", null=True
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    original: models.ForeignKey[Lead | None, Lead | None] = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, related_name="+", null=True
    )
    destination = models.CharField(max_length=15, choices=Destination, blank=True)
    purchase_make = models.CharField(max_length=60, blank=True)
    purchase_model = models.CharField(max_length=80, blank=True)
    purchase_dealer = models.CharField(max_length=120, blank=True)
    purchase_own_brand = models.BooleanField(null=True)
    purchase_own_area = models.BooleanField(null=True)
    preferred_make = models.CharField(max_length=60, blank=True)
    preferred_model = models.CharField(max_length=80, blank=True)
    dealer = models.CharField(max_length=5, choices=OwnOrOther, blank=True)
    follow_up_at = models.DateTimeField(null=True, blank=True)
    appointment = models.ForeignKey(
        "leads.Appointment", on_delete=models.PROTECT, related_name="+", null=True
    )
    quote = models.ForeignKey("leads.Quote", on_delete=models.PROTECT, related_name="+", null=True)
    sale = models.ForeignKey("leads.Sale", on_delete=models.PROTECT, related_name="+", null=True)
    objected = models.BooleanField(default=False)
    without_dialable_number = models.BooleanField(default=False)
    without_ground_days = models.PositiveSmallIntegerField(null=True)

    is_open = models.GeneratedField(
        expression=Case(When(ended_at=None, then=Value(True)), default=Value(False)),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("round")
        constraints = [
            models.UniqueConstraint(fields=["lead", "number"], name="round_number_once"),
            # Targets of the keys by which a lead agrees with its round.
            models.UniqueConstraint(
                fields=["lead", "number", "side", "is_open"], name="round_key_of_an_open_lead"
            ),
            models.UniqueConstraint(
                fields=["lead", "number", "reason"], name="round_key_of_a_closed_lead"
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=Q(ended_at=None), name="round_open_once_per_lead"
            ),
            models.CheckConstraint(
                name="round_attempts_never_past_the_maximum",
                condition=Q(attempts__lte=F("maximum")),
            ),
            models.CheckConstraint(
                name="round_maximum_within_the_groups_limit",
                condition=Q(policy_maximum__lte=F("group_limit"))
                & Q(maximum__gte=F("policy_maximum")),
            ),
            models.CheckConstraint(
                name="round_ends_with_a_reason_or_a_hand_over",
                condition=(
                    Q(ended_at=None, ending="", reason=None)
                    | Q(ended_at__isnull=False, ending="closed", reason__isnull=False)
                    | Q(ended_at__isnull=False, ending="handed_over", reason=None)
                ),
            ),
            models.CheckConstraint(
                name="round_with_the_bdc_has_no_person_as_owner",
                condition=Q(side=Side.SALESPERSON) | Q(owner=None),
            ),
            models.CheckConstraint(
                name="round_reason_of_its_side",
                condition=(
                    Q(reason=None)
                    | Q(side=Side.SALESPERSON, reason__in=codes_on_track("sales", "both", "system"))
                    | (
                        ~Q(side=Side.SALESPERSON)
                        & Q(reason__in=codes_on_track("bdc", "both", "system"))
                    )
                ),
            ),
            models.CheckConstraint(
                name="round_of_sales_closed_with_approval_or_a_sale",
                condition=(
                    Q(reason=None)
                    | ~Q(side=Side.SALESPERSON)
                    | Q(reason__in=["VK-01", "SYS-01"])
                    | Q(approved_by__isnull=False)
                    | Q(reason="VK-08", objected=True, closed_by=None)
                ),
            ),
            models.CheckConstraint(
                name="round_test_or_duplicate_closed_with_approval",
                condition=Q(reason=None)
                | ~Q(reason__in=SECOND_PAIR_OF_EYES)
                | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="round_approved_by_somebody_else",
                condition=Q(approved_by=None) | Q(closed_by=None) | ~Q(approved_by=F("closed_by")),
            ),
            models.CheckConstraint(
                name="round_purchase_agrees_with_its_reason",
                condition=(
                    Q(reason=None)
                    | ~Q(reason__in=["VK-02", "VK-03", "VK-04"])
                    | (
                        # An unknown fact supports nothing: a CHECK lets NULL pass.
                        Q(purchase_own_brand__isnull=False)
                        & (
                            Q(reason="VK-04", purchase_own_brand=False)
                            | (
                                Q(purchase_own_area__isnull=False, purchase_own_brand=True)
                                & (
                                    Q(reason="VK-02", purchase_own_area=True)
                                    | Q(reason="VK-03", purchase_own_area=False)
                                )
                            )
                        )
                    )
                ),
            ),
            models.CheckConstraint(
                name="round_duplicate_of_another_lead",
                condition=Q(original=None) | ~Q(original=F("lead")),
            ),
            *_evidence_constraints(),
        ]
        indexes = [
            # Figures per salesperson: the rounds that began with them in a period.
            models.Index(fields=["dealership", "began_at"], name="round_by_beginning"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="counted_from_rows",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # Depth 1 is a direct UPDATE; the counting triggers of attempts and
                # conversations write at depth 2.
                func=(
                    "IF pg_trigger_depth() < 2 AND (NEW.attempts <> OLD.attempts"
                    " OR NEW.refusals <> OLD.refusals OR NEW.wrong_numbers <> OLD.wrong_numbers"
                    " OR NEW.conversations <> OLD.conversations)"
                    f" THEN {refusal('round_counts_come_from_the_rows')} END IF;"
                    " IF NEW.maximum < OLD.maximum"
                    f" THEN {refusal('round_maximum_is_never_lowered')} END IF;"
                    " IF OLD.reason_id IS NOT NULL AND NEW.reason_id IS DISTINCT FROM OLD.reason_id"
                    f" THEN {refusal('round_reason_stays_for_ever')} END IF;"
                    " RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="begins_uncounted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=(
                    f"IF {BEGINS_OTHERWISE}"
                    f" THEN {refusal('round_counts_come_from_the_rows')} END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="never_removed",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=refusal("round_is_never_removed"),
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of lead {self.lead_id}"

    @property
    def attempts_left(self) -> int:
        return max(self.maximum - self.attempts, 0)

    @property
    def attempts_made(self) -> list[Attempt]:
        """The attempts that it counts: its own, and those of the round it goes on with."""
        before = self.continues.attempts_made if self.continues is not None else []
        return [*before, *self.attempt_rows.all()]


class Norm(models.TextChoices):
    """What a manager may override with a fixed reason; evidence never (leads/domain/norms.py)."""

    SPREAD = "spread", _("calls spread over three days and two parts of the day")
    SPEED = "speed", _("first call within two minutes")


# The fixed list; a constraint of the database names it once more.
OVERRIDES = ["customer_decided", "agreed_with_me", "circumstances", "not_given"]


class Proposal(OfLead):
    """A salesperson's request to close, until a manager decides (product.md, Last line of
    defence). `facts` are those of leads.domain.closing.Facts, as they were given."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approved")
        SENT_BACK = "sent_back", _("sent back")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Instruction(models.TextChoices):
        MORE_ATTEMPTS = "more_attempts", _("call more often, at other times of the day")
        SEND_MESSAGE = "send_message", _("send a message")
        OTHER_REASON = "other_reason", _("choose another reason")
        TO_BDC = "to_bdc", _("to the BDC as second voice")

    class Override(models.TextChoices):
        CUSTOMER_DECIDED = "customer_decided", _("the customer was clear, calling on is no use")
        AGREED_WITH_ME = "agreed_with_me", _("agreed with me beforehand")
        CIRCUMSTANCES = "circumstances", _("a cause that the salesperson could not help")
        NOT_GIVEN = "not_given", _("no reason given")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="proposals")
    reason = models.ForeignKey(CloseReason, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    instruction = models.CharField(max_length=14, choices=Instruction, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # Which norms were not met when it was approved, and why it was approved all the same.
    is_spread_broken = models.BooleanField(default=False)
    is_speed_broken = models.BooleanField(default=False)
    override = models.CharField(max_length=16, choices=Override, blank=True)

    is_pending = models.GeneratedField(
        expression=Case(When(decided_at=None, then=Value(True)), default=Value(None)),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("proposal to close")
        constraints = [
            models.UniqueConstraint(fields=["lead", "is_pending"], name="proposal_pending_once"),
            models.CheckConstraint(
                name="proposal_never_approved_by_its_proposer",
                condition=~Q(decision="approved")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="proposal_decided_with_a_decision",
                condition=Q(decided_at=None, decision="")
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
            ),
            models.CheckConstraint(
                name="proposal_sent_back_with_an_instruction",
                condition=~Q(decision="sent_back") | ~Q(instruction=""),
            ),
            models.CheckConstraint(
                name="proposal_norm_broken_with_an_override",
                condition=(
                    Q(is_spread_broken=False, is_speed_broken=False, override="")
                    | (
                        Q(decision="approved", override__in=OVERRIDES)
                        & (Q(is_spread_broken=True) | Q(is_speed_broken=True))
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason_id} for lead {self.lead_id}"
