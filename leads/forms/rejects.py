"""What is typed to make a lead of an input that could not be read by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dealers.models import Dealership
from leads.domain.intake import LeadIn
from leads.formats.phones import national, to_e164
from leads.models import Channel, Interest, Kind, Reject


class RejectForm(forms.Form):
    """The lead as a person reads it in the input; filled with what could be read."""

    dealership = forms.ModelChoiceField(
        label=_("Dealership"), queryset=Dealership.objects.none(), empty_label=None
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    interest = forms.ChoiceField(
        label=_("Interest"),
        choices=lambda: [(value, capfirst(label)) for value, label in Interest.choices],
    )
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
            if reject.dealership_id is None and len(dealership_ids) > 1:
                place_field.empty_label = _("Choose a dealership")
        known = {name: reject.prefill.get(name, "") for name in self.fields}
        self.initial.update(
            {
                **known,
                "phone": national(known["phone"]) if known["phone"] else "",
                "dealership": reject.dealership_id,
                "interest": known["interest"] or Interest.OTHER,
            }
        )

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if phone and to_e164(phone) is None:
            raise ValidationError(_("Enter a 10-digit phone number, for example 06 12345678."))
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("phone") and not cleaned.get("email") and not self.errors:
            self.add_error("phone", _("Fill in a phone number or an e-mail address."))
        return cleaned

    def lead_in(self) -> LeadIn:
        """An active lead, for whoever sent this asked for something; a row of a file did not,
        which correct_reject knows."""
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
