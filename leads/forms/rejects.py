"""What is typed to make a lead of an input that could not be read by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealers.models import Dealership
from leads.domain.intake import LeadIn
from leads.models import Channel, Interest, Kind, Reject


class RejectForm(forms.Form):
    """The lead as a person reads it in the input; filled with what could be read."""

    dealership = forms.ModelChoiceField(
        label=_("Dealership"), queryset=Dealership.objects.none(), empty_label=None
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    interest = forms.ChoiceField(label=_("Interest"), choices=Interest.choices)
    make = forms.CharField(label=_("Make"), max_length=60, required=False)
    model = forms.CharField(label=_("Model"), max_length=80, required=False)
    message = forms.CharField(
        label=_("Question of the customer"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

    def __init__(
        self, *args: Any, reject: Reject, dealership_ids: frozenset[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.reject = reject
        places = Dealership.objects.filter(pk__in=dealership_ids).order_by("name")
        place_field = self.fields["dealership"]
        if isinstance(place_field, forms.ModelChoiceField):
            place_field.queryset = places
        known = {name: reject.prefill.get(name, "") for name in self.fields}
        self.initial.update(
            {**known, "dealership": reject.dealership_id, "interest": Interest.OTHER}
        )

    def lead_in(self) -> LeadIn:
        """An active lead: whoever sent this asked for something."""
        asked = self.cleaned_data
        return LeadIn(
            kind=Kind.ACTIVE,
            channel=Channel.ONLINE,
            dealership=asked["dealership"],
            name=asked["name"],
            phones=(asked["phone"],) if asked["phone"] else (),
            emails=(asked["email"],) if asked["email"] else (),
            interest=asked["interest"],
            make=asked["make"],
            model=asked["model"],
            message=asked["message"],
            source=self.reject.prefill.get("source", ""),
            external_id=self.reject.prefill.get("external_id", ""),
        )
