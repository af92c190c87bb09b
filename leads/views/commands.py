"""What the palette can be told to do: go to a page, or do at once what needs no customer."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bdc.accounts.models import User
from leads.context_processors import PLACES
from leads.domain.access import may_anywhere
from leads.formats.text import search_form


@dataclass(frozen=True)
class Command:
    """One command, for whoever may do `action`; empty is for everybody."""

    label: str | Promise
    view: str
    icon: str
    keys: tuple[str, ...] = ()
    action: str = ""
    is_sent: bool = False  # a form that is sent, and not a page that is opened

    @property
    def url(self) -> str:
        return reverse(self.view)

    def is_called(self, words: list[str]) -> bool:
        """Whether every word begins a word of the label."""
        own = search_form(str(self.label)).split()
        return all(any(one.startswith(word) for one in own) for word in words)


OTHERS = (
    Command(
        _("Next customer"), "leads:calling-next", "phone-call", action="call_queue", is_sent=True
    ),
    Command(_("Practise"), "leads:practice", "target", action="call_queue"),
    Command(_("Telephony"), "dealers:exchanges", "phone", action="keep_telephony"),
    Command(_("Absence"), "dealers:absences", "calendar"),
    Command(_("Change password"), "account_change_password", "lock"),
    Command(_("Sign out"), "account_logout", "logout", is_sent=True),
)


def commands_for(user: User, text: str) -> list[Command]:
    """The commands that `text` names; all of them when there is no text."""
    words = search_form(text).split()
    if text and not words:
        return []
    places = {place.view: place for place in PLACES if place.is_for(user)}
    pages = [
        Command(place.label, view, place.icon, keys=("g", place.key))
        for view, place in places.items()
    ]
    others = [
        command for command in OTHERS if not command.action or may_anywhere(user, command.action)
    ]
    return [command for command in (*pages, *others) if command.is_called(words)]
