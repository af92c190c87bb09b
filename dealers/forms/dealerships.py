"""What is typed about a dealership: how to reach it, its brands, own areas and policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from bdc.errors import Sentence
from dealers.domain.administration import (
    QUEUE_POLICY_FIELDS,
    SIDES,
    policy_problems,
    queue_policy_problems,
)
from dealers.domain.policy_history import POLICY_FIELDS
from dealers.models import Dealership
from dealers.models.dealership import Routing

AREA = re.compile(r"^\s*(\d{4})\s*(?:[-–]\s*(\d{4}))?\s*$")
HERE = "NL"


class PhoneField(forms.CharField):
    """A telephone number as people here write it, kept as E.164."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, HERE)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(_("Enter a 10-digit phone number, for example 040 123 4567."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def prepare_value(self, value: Any) -> Any:
        try:
            number = phonenumbers.parse(value or "", HERE)
        except phonenumbers.NumberParseException:
            return value
        is_dutch = number.country_code == phonenumbers.country_code_for_region(HERE)
        forms_of = phonenumbers.PhoneNumberFormat
        return phonenumbers.format_number(
            number, forms_of.NATIONAL if is_dutch else forms_of.INTERNATIONAL
        )


@dataclass(frozen=True)
class FieldGroup:
    """Fields that belong together, under one title that says what they decide."""

    title: Sentence
    hint: Sentence
    fields: list[BoundField]


GROUPS: tuple[tuple[Sentence, Sentence, tuple[str, ...]], ...] = (
    (
        _("Contact"),
        _("How customers and colleagues reach the dealership."),
        ("phone", "email", "address"),
    ),
    (
        _("Brands and own area"),
        _("Tells own customers from those of another dealer, and which documents come here."),
        ("brands", "areas", "aliases"),
    ),
    (
        _("Leads"),
        _("Who gets an active lead first, and how many one person has open."),
        ("routing", "open_lead_cap", "own_request_days", "bdc_close_needs_approval"),
    ),
    (
        _("Call attempts"),
        _("The most attempts in a round. Rounds that run keep the number they began with."),
        tuple(f"attempts_{side}" for side in SIDES),
    ),
    (
        _("Calling hours"),
        _(
            "The law allows Monday to Friday 9:00-21:00 and Saturday 10:00-16:00. Here you can "
            "narrow that."
        ),
        ("calls_from", "calls_until"),
    ),
    (_("Workshop"), _("How many appointments fit in a day."), ("workshop_slots",)),
)


class PolicyForm(forms.ModelForm):
    """How the dealership works, within the limits of its group."""

    phone = PhoneField(label=_("Phone"), max_length=30, required=False)
    brands = forms.CharField(label=_("Brands"), help_text=_("Separated by commas."), required=False)
    aliases = forms.CharField(
        label=_("Other names in lead documents"),
        help_text=_("One on each line. A document for any of them comes here."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    areas = forms.CharField(
        label=_("Own postcode areas"), help_text=_("For example 5600-5658, 5660."), required=False
    )

    class Meta:
        model = Dealership
        fields = POLICY_FIELDS
        widgets = {
            "calls_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "calls_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "open_lead_cap": _("Empty: no cap."),
            "own_request_days": _("1 to 90 days."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.instance
        self.initial = {
            **self.initial,
            "brands": ", ".join(place.brands),
            "aliases": "\n".join(place.aliases),
            "areas": ", ".join(str(area) for area in place.postcode_areas.order_by("first")),
        }
        routing = self.fields["routing"]
        if isinstance(routing, forms.ChoiceField):
            routing.choices = [(value, capfirst(label)) for value, label in Routing.choices]
        for side in SIDES:
            self.fields[f"attempts_{side}"].help_text = _("At most %(limit)s.") % {
                "limit": place.group.limit(side)
            }

    def groups(self) -> list[FieldGroup]:
        """Every field, in the order in which a person thinks of them."""
        return [
            FieldGroup(title, hint, [self[name] for name in names]) for title, hint, names in GROUPS
        ]

    def clean_brands(self) -> list[str]:
        return [
            name.strip()[:60] for name in self.cleaned_data["brands"].split(",") if name.strip()
        ]

    def clean_aliases(self) -> list[str]:
        lines = self.cleaned_data["aliases"].splitlines()
        return [name.strip()[:120] for name in lines if name.strip()]

    def clean_areas(self) -> list[tuple[int, int]]:
        areas = []
        for part in filter(str.strip, self.cleaned_data["areas"].split(",")):
            match = AREA.match(part)
            if match is None:
                raise ValidationError(_("Write areas as four digits, for example 5600-5658, 5660."))
            first = int(match[1])
            areas.append((first, int(match[2] or first)))
        return areas

    def clean(self) -> dict[str, Any]:
        """Say at the field what the policy may not be; the model would name a constraint."""
        cleaned = super().clean() or self.cleaned_data
        asked = Dealership(
            group=self.instance.group,
            calls_from=cleaned.get("calls_from"),
            calls_until=cleaned.get("calls_until"),
        )
        for side in SIDES:
            setattr(asked, f"attempts_{side}", cleaned.get(f"attempts_{side}") or 0)
        for problem in policy_problems(asked):
            if problem.field not in self.errors:
                self.add_error(problem.field, str(problem.message))
        return cleaned

    def policy(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in POLICY_FIELDS}


class QueuePolicyForm(forms.ModelForm):
    """How often and when the queues of a dealership are called, within its group's limits."""

    class Meta:
        model = Dealership
        fields = QUEUE_POLICY_FIELDS
        widgets = {
            "calls_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "calls_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in SIDES:
            if (name := f"attempts_{side}") in self.fields:
                self.fields[name].help_text = _("At most %(limit)s.") % {
                    "limit": self.instance.group.limit(side)
                }

    @property
    def maximums(self) -> list[BoundField]:
        return [self[name] for name in QUEUE_POLICY_FIELDS if name.startswith("attempts_")]

    @property
    def hours(self) -> list[BoundField]:
        return [self["calls_from"], self["calls_until"]]

    def clean(self) -> dict[str, Any]:
        """Say at the field what the policy may not be; the model would name a constraint."""
        cleaned = super().clean() or self.cleaned_data
        for problem in queue_policy_problems(self.instance.group, cleaned):
            if problem.field not in self.errors:
                self.add_error(problem.field, str(problem.message))
        return cleaned
