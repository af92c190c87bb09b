"""What somebody did to a lead and can undo for a while, with the state before it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bdc.triggers import refusal
from leads.models.base import OfLead
from leads.models.contact import Attempt, CallBack
from leads.models.hold import Release
from leads.models.outcome import Appointment
from leads.models.round import Proposal, Round


class Step(OfLead):
    """One action of one person that can be undone (product.md, Undo).

    What was undone stays, marked by `undone_at`: the attempt, call-back or close-out itself is
    never changed back. `before` is the state that returns: codes, ids and moments.
    """

    class What(models.TextChoices):
        ATTEMPT = "attempt", _("result of a call")
        CALL_BACK = "call_back", _("call-back")
        APPOINTMENT = "appointment", _("appointment")
        CLOSE = "close", _("close-out")
        PROPOSAL = "proposal", _("proposal to close")
        RELEASE = "release", _("letting go of the customer")

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=12, choices=What)
    before = models.JSONField()
    # The newest entry of the lead's timeline before and after: nothing happened since, as long
    # as the second is still the newest.
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    # What it wrote; and the round that it ended, if it did.
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, null=True)
    call_back = models.OneToOneField(CallBack, on_delete=models.PROTECT, null=True)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, null=True)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, null=True)
    release = models.OneToOneField(Release, on_delete=models.PROTECT, null=True)
    ended = models.OneToOneField(Round, on_delete=models.PROTECT, null=True, related_name="+")

    undone_at = models.DateTimeField(null=True, blank=True)
    undone_event = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="step_names_what_was_done",
                condition=(
                    Q(what="attempt", attempt__isnull=False)
                    | Q(what="call_back", call_back__isnull=False)
                    | Q(what="appointment", appointment__isnull=False)
                    | Q(what="close", ended__isnull=False)
                    | Q(what="proposal", proposal__isnull=False)
                    | Q(what="release", release__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="step_undone_with_its_entry",
                condition=Q(undone_at=None, undone_event=None)
                | Q(
                    undone_at__isnull=False,
                    undone_event__isnull=False,
                    undone_at__gte=F("at"),
                    undone_event__gt=F("last_event"),
                ),
            ),
        ]
        indexes = [
            # An agent's own day: what he did last.
            models.Index(fields=["by", "-at"], name="step_of_a_person"),
            # What is too old to be undone, and forgotten.
            models.Index(fields=["at"], name="step_by_age", condition=Q(undone_at=None)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="undone_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=(
                    f"IF OLD.undone_at IS NOT NULL THEN {refusal('step_is_undone_once')} END IF;"
                    " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            ),
        ]

    @property
    def outcome(self) -> str:
        """What it came to, where a result or a reason says it: "no answer"."""
        if self.what == self.What.ATTEMPT and self.attempt is not None:
            return self.attempt.get_result_display()
        if self.ended is not None and self.ended.reason is not None:
            return str(self.ended.reason)
        return str(self.proposal.reason) if self.proposal is not None else ""

    def __str__(self) -> str:
        return f"{self.get_what_display()} on lead {self.lead_id}"
