"""Fields that several forms share: moments, amounts, words of a person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.formats.amounts import HIGHEST_AMOUNT, read_amount

LONGEST_NOTE = 10_000
LONGEST_MOMENT = 200  # what is longer than a moment can be is refused in words


class MomentField(forms.DateTimeField):
    """A day and a time, chosen with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            error_messages={
                "required": _("Choose a day and a time, for example 24-11-2026 14:30."),
                "invalid": _("Choose a day and a time, for example 24-11-2026 14:30."),
            },
            input_formats=["%d-%m-%Y %H:%M", "%d-%m-%Y %H.%M", "%Y-%m-%d %H:%M"],
            **kwargs,
        )


class SaidMomentField(forms.CharField):
    """A moment as people say it; the form asks leads/domain/moments.py which one that is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_MOMENT,
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
            help_text=_("For example: thu 14.30, tomorrow 9, in 1 hour, 24-11 14.30 or wk 49."),
            **kwargs,
        )


class EurosField(forms.CharField):
    """An amount in euros as people here write it: 1.234,50."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs
        )

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        amount = read_amount(text)
        if amount is None or not 0 < amount <= HIGHEST_AMOUNT:
            raise ValidationError(_("Write an amount in euros, for example 24.950 or 24950,00."))
        return amount


class NoteField(forms.CharField):
    """What the person wants to remember of it."""

    def __init__(self, *, rows: int = 2, **kwargs: Any) -> None:
        settings: dict[str, Any] = {"label": _("Note"), "required": False}
        super().__init__(
            max_length=LONGEST_NOTE,
            widget=forms.Textarea(attrs={"rows": rows}),
            **{**settings, **kwargs},
        )
