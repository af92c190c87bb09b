"""What somebody tells of the own shift: one button, one word."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from dealers.models import PauseReason, Presence

CHOOSE = _("Choose what you do now: work, a pause with its reason, or the end of your shift.")


class ShiftForm(forms.Form):
    """Available, away, or the reason of a pause: no two of these words are the same."""

    say = forms.ChoiceField(
        choices=[
            (Presence.State.AVAILABLE, _("available")),
            (Presence.State.AWAY, _("away")),
            *PauseReason.choices,
        ],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )

    def told(self) -> dict[str, str]:
        """What the domain is told."""
        said = self.cleaned_data["say"]
        if said in PauseReason.values:
            return {"state": Presence.State.PAUSE, "reason": said}
        return {"state": said}
