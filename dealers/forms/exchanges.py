"""What is typed about telephone exchanges: a new one, and whose telephone is which extension."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from dealers.models import ContactCentre, DealerGroup


class ExchangeForm(forms.Form):
    """A new exchange, of a group or of a contact centre."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("For example “Telephones Eindhoven”.")
    )
    place = forms.ChoiceField(label=_("Of"))

    def __init__(
        self,
        *args: Any,
        groups: Iterable[DealerGroup],
        centres: Iterable[ContactCentre],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._places: dict[str, DealerGroup | ContactCentre] = {
            f"group:{group.pk}": group for group in groups
        } | {f"centre:{centre.pk}": centre for centre in centres}
        place_field = self.fields["place"]
        if isinstance(place_field, forms.ChoiceField):
            place_field.choices = [(key, place.name) for key, place in self._places.items()]

    def clean_place(self) -> DealerGroup | ContactCentre:
        place = self._places.get(self.cleaned_data["place"])
        if place is None:
            raise ValidationError(_("Choose whose telephones these are."))
        return place


class ExtensionForm(forms.Form):
    """Whose telephone it is."""

    name = forms.CharField(
        label=_("Extension"),
        max_length=40,
        help_text=_("As the exchange names it, for example 201 or noor.bakker."),
    )
    user = forms.ChoiceField(label=_("Of"))

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        user_field = self.fields["user"]
        if isinstance(user_field, forms.ChoiceField):
            user_field.choices = [(key, str(person)) for key, person in self._people.items()]

    def clean_user(self) -> User:
        person = self._people.get(self.cleaned_data["user"])
        if person is None:
            raise ValidationError(_("Choose whose telephone it is."))
        return person
