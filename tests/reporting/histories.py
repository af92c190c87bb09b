"""Leads whose history is known beforehand, so that figures can be counted by hand."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce

from dealers.models import Dealership
from leads.models import Lead, Round
from tests.factories import TUESDAY_10, receive

HOUR = timedelta(hours=1)
# How far a lead came; each goes on where the one before ends.
STAGES = ("received", "reached", "appointment", "showed", "sold")


def lead_that(
    came_to: str, dealership: Dealership, *, now: datetime = TUESDAY_10, **fields: Any
) -> Lead:
    """A lead of `now` that came to one of STAGES, an hour for each, in its first round."""
    pollution = fields.pop("is_pollution", False)
    lead = receive(dealership, now=now, **fields)
    stages = STAGES[1 : STAGES.index(came_to) + 1]
    # A visitor or caller was reached on arrival already.
    facts: dict[str, Any] = {
        f"{stage}_at": Coalesce(f"{stage}_at", Value(now + hours * HOUR))
        for hours, stage in enumerate(stages, start=1)
    }
    facts["has_appointment"] = "appointment" in stages
    Round.objects.filter(lead=lead).update(**facts)
    Lead.objects.filter(pk=lead.pk).update(is_pollution=pollution, **facts)
    lead.refresh_from_db()
    return lead
