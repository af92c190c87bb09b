"""What we answer about figures, in the shape that contract.md fixes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

Out = serializers.Serializer[Any]

ANSWER: dict[str, Any] = {
    "period": {"from": "2026-11-16", "to": "2026-11-22"},
    "leads": 92,
    "pollution": 3,
    "reached": 58,
    "appointments": 31,
    "showed": 22,
    "sold": 9,
    "map": 0.33695652173913043,
    "map_target": 0.36,
    "steps": [
        {"name": "reached", "count": 58, "of": 92, "share": 0.63043478, "target": 0.6},
        {"name": "appointment", "count": 31, "of": 58, "share": 0.53448276, "target": 0.6},
        {"name": "showed", "count": 22, "of": 31, "share": 0.70967742, "target": 0.6},
        {"name": "sold", "count": 9, "of": 22, "share": 0.40909091, "target": 0.6},
    ],
    "targets": [
        {
            "name": "all",
            "gain": "sold",
            "leads": 92,
            "count": 9,
            "share": 0.09782609,
            "target": 0.13,
            "potential": 11.96,
        }
    ],
}


def whole(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=help_text)


def ratio(help_text: str, *, source: str | None = None) -> serializers.FloatField:
    """A share between 0 and 1; null when there is nothing to divide by."""
    return serializers.FloatField(allow_null=True, source=source, help_text=help_text)


class PeriodOut(Out):
    """Local days, both included."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "from": serializers.DateField(source="first"),
            "to": serializers.DateField(source="last"),
        }


class StepOut(Out):
    name = serializers.ChoiceField(["reached", "appointment", "showed", "sold"])
    count = whole("Who came as far as this step.")
    of = whole("Who came as far as the step before.")
    share = ratio("count / of; null when nobody came that far.")
    target = ratio("0.6 for active leads; null for passive ones.")


class TargetOut(Out):
    name = serializers.CharField(source="segment.name", help_text="Which leads: all, online_new…")
    gain = serializers.CharField(source="segment.gain", help_text="What is gained: sold…")
    leads = whole("Leads of this kind in the period.")
    count = serializers.IntegerField(source="gained", help_text="Of those, what was gained.")
    share = ratio("count / leads.")
    target = ratio("The share that is asked.", source="segment.target")
    potential = serializers.FloatField(help_text="leads x target: what they should have brought.")


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("A week", ANSWER, response_only=True)]
)
class MapOut(Out):
    period = PeriodOut()
    leads = serializers.IntegerField(
        source="tally.leads", help_text="The denominator of `map`, net or gross as asked."
    )
    pollution = whole("Tests and duplicates: in the gross number of leads, not in the net one.")
    reached = serializers.IntegerField(source="tally.reached")
    appointments = serializers.IntegerField(
        source="tally.appointments", help_text="Showroom or test drive, not cancelled."
    )
    showed = serializers.IntegerField(source="tally.showed")
    sold = serializers.IntegerField(source="tally.sold")
    map = ratio("appointments / leads; null without leads.")
    map_target = serializers.FloatField()
    steps = StepOut(many=True)
    targets = TargetOut(many=True, source="conversions")
