"""Contact with customers: started calls, attempts, conversations, call-backs."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bdc.triggers import only_added, refuse_if
from leads.models.base import OfLead
from leads.models.customer import Customer
from leads.models.round import Round


class Result(models.TextChoices):
    SPOKEN = "spoken", _("spoken")
    NO_ANSWER = "no_answer", _("no answer")
    ENGAGED = "engaged", _("engaged")
    VOICEMAIL = "voicemail", _("voicemail")
    WRONG_NUMBER = "wrong_number", _("wrong number")
    REFUSED = "refused", _("refused")


# After these the customer is not let go before a close-out or a next step (contract.md, Hold).
RESULTS_THAT_ASK_A_NEXT_STEP = (Result.SPOKEN, Result.WRONG_NUMBER, Result.REFUSED)


class DayPart(models.TextChoices):
    """Morning before 12, afternoon 12-17, evening from 17, local (product.md, Cadence)."""

    MORNING = "morning", _("morning")
    AFTERNOON = "afternoon", _("afternoon")
    EVENING = "evening", _("evening")


class Ground(models.TextChoices):
    """Why an outbound call is allowed (product.md, May we call; domain.md section 4)."""

    OWN_REQUEST = "own_request", _("own request")
    CALL_BACK = "call_back", _("agreed call-back")
    FOLLOW_UP = "follow_up", _("agreed follow-up date")
    CONSENT = "consent", _("consent")
    COMPANY = "company", _("company number")
    SERVICE_CALL = "service_call", _("service call without an offer")


class Call(OfLead):
    """A call that was started on the server; its result follows as an attempt."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="calls")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField()
    ground = models.CharField(max_length=14, choices=Ground)
    ended_at = models.DateTimeField(null=True, blank=True)
    # What a telephone exchange told of it: since when was spoken, and for how long; 0 is not.
    answered_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            # The sweep: calls without a result after 30 minutes.
            models.Index(
                fields=["started_at"], name="call_without_result", condition=Q(ended_at=None)
            ),
            # Which call it was that an exchange tells of.
            models.Index(fields=["by", "-started_at"], name="call_of_a_person"),
        ]
        triggers = [
            # The number may go afterwards: only the start of a call needs one.
            pgtrigger.Trigger(
                name="to_a_number",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refuse_if(
                    "NOT EXISTS (SELECT 1 FROM leads_lead WHERE id = NEW.lead_id"
                    " AND has_dialable_number)",
                    "call_needs_a_dialable_number",
                ),
            ),
            pgtrigger.Trigger(
                name="leaves_an_attempt",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("ended_at"),
                timing=pgtrigger.Deferred,
                func=refuse_if(
                    "NEW.ended_at IS NOT NULL"
                    " AND NOT EXISTS (SELECT 1 FROM leads_attempt WHERE call_id = NEW.id)",
                    "call_ends_with_an_attempt",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.pk} on lead {self.lead_id}"


class Attempt(OfLead):
    """An outbound call that took place, with its result. Rows are only ever added.

    One attempt per day part and two per day of a customer count towards the maximum
    (product.md, Facts are kept, gaming is useless).
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="attempts")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="attempt_rows")
    call = models.OneToOneField(
        Call, on_delete=models.PROTECT, related_name="attempt", null=True, blank=True
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=Result)
    phone = models.CharField(max_length=20, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    ground = models.CharField(max_length=14, choices=Ground, blank=True)
    # Reported as having happened without a ground or outside calling hours.
    is_breach = models.BooleanField(default=False)
    # Arrived after its hold lapsed: kept, shown and counted, and changed nothing else. So is what
    # a call past the maximum leaves that never got its result, but that one does not count.
    is_late = models.BooleanField(default=False)
    local_date = models.DateField()
    day_part = models.CharField(max_length=10, choices=DayPart)
    counts = models.BooleanField()
    # Which counted attempt of the customer's day it was; None when it does not count.
    nth_of_day = models.PositiveSmallIntegerField(null=True, blank=True)
    why = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "local_date", "day_part"],
                condition=Q(counts=True),
                name="attempt_counts_once_per_day_part",
            ),
            models.UniqueConstraint(
                fields=["customer", "local_date", "nth_of_day"],
                condition=Q(counts=True),
                name="attempt_counts_in_order_of_the_day",
            ),
            models.CheckConstraint(
                name="attempt_counts_twice_a_day_at_most",
                condition=Q(counts=True, nth_of_day__isnull=False, nth_of_day__in=[1, 2], why="")
                | (Q(counts=False, nth_of_day=None) & ~Q(why="")),
            ),
            models.CheckConstraint(
                name="attempt_has_a_ground_or_is_a_breach",
                condition=~Q(ground="") | Q(is_breach=True),
            ),
        ]
        indexes = [
            # The day limit, and the queue that offers a customer twice a day at most.
            models.Index(fields=["customer", "local_date"], name="attempt_of_a_day"),
            # An agent's own day, on the work screen.
            models.Index(fields=["by", "at"], name="attempt_of_an_agent"),
        ]
        triggers = [
            only_added("attempt"),
            # An attempt keeps its customer when that one is merged into another; so it points to
            # the customer that its lead had then, and no key can hold that.
            pgtrigger.Trigger(
                name="on_the_customer_of_its_lead",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=refuse_if(
                    "NOT EXISTS (SELECT 1 FROM leads_lead WHERE id = NEW.lead_id"
                    " AND customer_id = NEW.customer_id)",
                    "attempt_on_the_customer_of_its_lead",
                ),
            ),
            pgtrigger.Trigger(
                name="left_out_at_the_maximum",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__why="maximum"),
                func=refuse_if(
                    "EXISTS (SELECT 1 FROM leads_round WHERE id = NEW.round_id"
                    " AND attempts < maximum)",
                    "attempt_is_left_out_at_the_maximum_only",
                ),
            ),
            # The limits of a day reach over the survivor of a merge and those merged into him.
            pgtrigger.Trigger(
                name="day_limit_of_the_merged",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__counts=True),
                declare=[("parts", "varchar[]")],
                func=" ".join(
                    [
                        "IF EXISTS (SELECT 1 FROM leads_customer"
                        " WHERE merged_into_id = NEW.customer_id) THEN",
                        "PERFORM 1 FROM leads_customer WHERE id = NEW.customer_id"
                        " FOR NO KEY UPDATE;",
                        "SELECT array_agg(a.day_part) INTO parts FROM leads_attempt a"
                        " JOIN leads_customer c ON c.id = a.customer_id WHERE a.counts"
                        " AND a.local_date = NEW.local_date"
                        " AND NEW.customer_id IN (c.id, c.merged_into_id);",
                        refuse_if(
                            "NEW.day_part = ANY(parts)",
                            "attempt_counts_once_per_day_part",
                            otherwise="",
                        ),
                        refuse_if(
                            "cardinality(parts) >= 2",
                            "attempt_counts_twice_a_day_at_most",
                            otherwise="",
                        ),
                        "END IF; RETURN NEW;",
                    ]
                ),
            ),
            pgtrigger.Trigger(
                name="counted_in_round",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=(
                    "UPDATE leads_round SET"
                    " attempts = attempts + NEW.counts::int,"
                    " refusals = refusals + (NEW.result = 'refused')::int,"
                    " wrong_numbers = wrong_numbers + (NEW.result = 'wrong_number')::int"
                    " WHERE id = NEW.round_id; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_result_display()} on lead {self.lead_id}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether who recorded it has undone it; it stays, and counts as it did."""
        step = getattr(self, "step", None)
        return step is not None and step.undone_at is not None


class ConversationChannel(models.TextChoices):
    OUTBOUND = "outbound", _("outbound call")
    INBOUND = "inbound", _("inbound call")
    SHOWROOM = "showroom", _("showroom")
    CHAT = "chat", _("chat")
    MAIL = "mail", _("e-mail")


class Conversation(OfLead):
    """A conversation with the right person: what makes a lead reached. Only ever added."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="conversation_rows")
    channel = models.CharField(max_length=10, choices=ConversationChannel)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        triggers = [
            only_added("conversation"),
            pgtrigger.Trigger(
                name="counted_in_round",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=(
                    "UPDATE leads_round SET conversations = conversations + 1"
                    " WHERE id = NEW.round_id; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} on lead {self.lead_id}"


class CallBack(OfLead):
    """A promise to call at a time (*terugbelafspraak*), with an owner; None is the team."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="call_backs")
    due_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="call_backs", null=True
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField()
    # Since when the team has it: an agent's own promise that was overdue.
    fell_to_team_at = models.DateTimeField(null=True, blank=True)
    # Since when another has it: it does not fall to the team for a quarter of an hour.
    taken_over_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # Done by a call, or replaced by a newer promise, or gone with the close-out.
    was_kept = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(done_at=None), name="call_back_open_once_per_lead"
            ),
            models.CheckConstraint(
                name="call_back_taken_over_after_it_was_made",
                condition=Q(taken_over_at=None) | Q(taken_over_at__gte=F("made_at")),
            ),
            models.CheckConstraint(
                name="call_back_done_is_kept_or_not",
                condition=Q(done_at=None, was_kept=None)
                | Q(done_at__isnull=False, was_kept__isnull=False),
            ),
        ]
        indexes = [
            # The sweep of overdue promises.
            models.Index(fields=["due_at"], name="call_back_due", condition=Q(done_at=None)),
            # Next call: due promises go ahead of everything.
            models.Index(
                fields=["dealership", "due_at"],
                name="call_back_due_at_a_place",
                condition=Q(done_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"call-back {self.due_at:%Y-%m-%d %H:%M} for lead {self.lead_id}"
