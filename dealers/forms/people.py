"""What is typed about people: who they are, and what they do where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dealers.models import DealerGroup, Dealership, Role, SalesRole
from dealers.models.people import CENTRE_ROLES

BETWEEN = ":"


def role_choices() -> list[tuple[str, str]]:
    """The roles of a dealer group; a salesperson's once for each kind."""
    salesperson = Role.SALESPERSON
    kinds = [
        (f"{salesperson}{BETWEEN}{kind}", f"{salesperson.label} ({kind.label})")
        for kind in SalesRole
    ]
    others = [
        (str(role), str(role.label))
        for role in Role
        if role not in CENTRE_ROLES and role != salesperson
    ]
    return [(value, capfirst(words)) for value, words in kinds + others]


class PersonForm(forms.Form):
    """Somebody gets a role at a dealership or in the whole group."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("Signs in with this, and sets a password with “forgot password”."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=role_choices)
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        role, _between, kind = cleaned.get("role", "").partition(BETWEEN)
        return {**cleaned, "role": role, "sales_role": kind}


class SearchForm(forms.Form):
    """Which people to show: those with these words in their name or address."""

    search = forms.CharField(label=_("Search"), max_length=100, required=False)

    @property
    def words(self) -> str:
        """What is sought; nothing where it cannot be."""
        return str(self.cleaned_data["search"]) if self.is_valid() else ""
