"""What is typed about a customer: who he is, how to reach him, his cars, and his consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.domain.contact_details import ConsentIn
from leads.domain.correcting import LENGTHS, Correction, VehicleIn
from leads.forms.fields import MomentField, NoteField
from leads.models import ConsentPurpose, Customer, CustomerVehicle, LegalForm, Objection


def text_field(label: Any, letters: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=letters, required=required)


class DetailsForm(forms.Form):
    """The name, the company and the address; what is emptied is cleared."""

    first_name = text_field(_("First name"), LENGTHS["first_name"])
    initials = text_field(_("Initials"), LENGTHS["initials"])
    infix = text_field(_("Infix"), LENGTHS["infix"])
    last_name = text_field(_("Last name"), LENGTHS["last_name"])
    company_name = text_field(_("Company"), LENGTHS["company_name"])
    legal_form = forms.ChoiceField(
        label=_("Legal form"),
        choices=[("", _("no company")), *LegalForm.choices],
        required=False,
        help_text=_("A b.v., n.v., foundation or association may be called without consent."),
    )
    street = text_field(_("Street and number"), LENGTHS["street"])
    postcode = text_field(_("Postcode"), 20)
    city = text_field(_("City"), LENGTHS["city"])

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({name: getattr(customer, name) for name in self.fields})

    def correction(self) -> Correction:
        """Only what differs from what was shown, so that two who correct do not undo each other."""
        return Correction(**{name: self.cleaned_data[name] for name in self.changed_data})


class ReachForm(forms.Form):
    """A new number or address, or what is to become of one that is known, with one press."""

    add_phones = text_field(_("New phone number"), 120)
    add_emails = text_field(_("New e-mail address"), 254)
    remove_phones = forms.CharField(required=False, max_length=20)
    wrong_phones = forms.CharField(required=False, max_length=20)
    right_phones = forms.CharField(required=False, max_length=20)
    remove_emails = forms.CharField(required=False, max_length=254)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if not self.errors and not any(asked.values()):
            self.add_error("add_phones", _("Fill in a phone number or an e-mail address."))
        return asked

    def correction(self) -> Correction:
        asked = self.cleaned_data
        told: dict[str, Any] = {name: (asked[name],) for name in self.fields if asked[name]}
        return Correction(**told)


class VehicleForm(forms.Form):
    """A car that the customer drives: a new one, or one that is known."""

    plate = text_field(_("Licence plate"), 20)
    make = text_field(_("Make"), 60)
    model = text_field(_("Model"), 80)
    year = forms.IntegerField(label=_("Year"), min_value=1900, max_value=2100, required=False)
    apk_expires_on = forms.DateField(
        label=_("APK until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
    )

    def __init__(self, *args: Any, car: CustomerVehicle | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.car = car
        if car is not None:
            self.initial.update({name: getattr(car, name) for name in self.fields})

    def correction(self) -> Correction:
        return Correction(
            vehicles=(VehicleIn(id=self.car.pk if self.car else None, **self.cleaned_data),)
        )


class ConsentForm(forms.Form):
    """Consent to be called, with all that makes it proof."""

    purpose = forms.ChoiceField(
        label=_("For what?"),
        choices=lambda: [(value, capfirst(label)) for value, label in ConsentPurpose.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what was consented to.")},
    )
    given_at = MomentField(label=_("When did the customer consent?"))
    words = NoteField(
        label=_("Which words did the customer agree to?"),
        required=True,
        error_messages={"required": _("Write the words that the customer agreed to.")},
    )
    proof = forms.CharField(
        label=_("What proves it?"),
        max_length=500,
        help_text=_("For example: recording of 24 November, form at the desk, e-mail."),
        error_messages={"required": _("Say what proves it: a form, a mail, a recording.")},
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("given_at", now)

    def correction(self) -> Correction:
        return Correction(consents=(ConsentIn(**self.cleaned_data),))


class WithdrawForm(forms.Form):
    """Why a manager withdraws the objection of a customer."""

    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=lambda: [
            (value, capfirst(label)) for value, label in Objection.WhyWithdrawn.choices
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the objection is withdrawn.")},
    )
    note = NoteField()
