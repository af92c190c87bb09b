"""The timeline of a lead: everything that happened, by whom and why; and notes beside it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform

from bdc.triggers import only_added
from leads.models.base import OfLead


class Event(OfLead):
    """One entry of a lead's timeline. Entries are only ever added and hold no personal text.

    `verb` names what happened; leads/domain/timeline.py turns it and `facts` into a sentence.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    verb = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        triggers = [only_added("timeline")]
        indexes = [
            # A document that joined a lead, when it is sent again.
            models.Index(
                "dealership",
                KeyTextTransform("external_id", "facts"),
                name="event_of_a_joined_document",
                condition=Q(verb="joined_by_repeat_enquiry"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} on lead {self.lead_id}"


class Note(OfLead):
    """What somebody wrote down or a customer asked, in their words; erasure may clear it."""

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    body = models.TextField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"note on lead {self.lead_id}"
