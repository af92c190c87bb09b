"""What is typed about people: who they are, and what they do where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dealers.models import DealerGroup, Dealership, Role, SalesRole
from dealers.models.people import CENTRE_ROLES


class PersonForm(forms.Form):
    """Somebody gets a role at a dealership or in the whole group."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("Signs in with this, and sets a password with “forgot password”."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[choice for choice in Role.choices if choice[0] not in CENTRE_ROLES],
    )
    sales_role = forms.ChoiceField(
        label=_("Kind of salesperson"),
        choices=[("", _("Not a salesperson")), *SalesRole.choices],
        required=False,
    )
    place = forms.ChoiceField(label=_("Works at"))

    def __init__(
        self,
        *args: Any,
        dealerships: list[Dealership],
        groups: list[DealerGroup],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._places: dict[str, Dealership | DealerGroup] = {
            f"dealership:{place.pk}": place for place in dealerships
        } | {f"group:{group.pk}": group for group in groups}
        place_field = self.fields["place"]
        if isinstance(place_field, forms.ChoiceField):
            place_field.choices = [
                *((f"dealership:{place.pk}", place.name) for place in dealerships),
                *(
                    (f"group:{group.pk}", _("All of %(group)s") % {"group": group.name})
                    for group in groups
                ),
            ]

    def clean_place(self) -> Dealership | DealerGroup:
        place = self._places.get(self.cleaned_data["place"])
        if place is None:
            raise ValidationError(_("Choose where this person works."))
        return place
