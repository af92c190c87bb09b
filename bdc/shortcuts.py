"""The shortcut keys that every page has: one table for the key sheet and for the listener.

The sheet is drawn from it, and static/spits/js/keys.js reads from the sheet which key does what.
What only one page has stands in its buttons, in data-key. Source: ux.md 2.0, Keys everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Shortcut:
    """One key: how the browser calls it, and how the sheet writes it."""

    name: str
    key: str
    label: str | Promise
    shown: tuple[str, ...]


EVERYWHERE = (
    Shortcut("palette", "/", _("Search or give a command"), ("/",)),
    Shortcut("palette-with-ctrl", "k", _("The same, also while you type"), ("Ctrl K",)),
    Shortcut("go", "g", _("Go to a page, by its letter below"), ("g",)),
    Shortcut("next", "j", _("Next row"), ("j",)),
    Shortcut("previous", "k", _("Previous row"), ("k",)),
    Shortcut("open", "Enter", _("Open the row or press the button"), ("Enter",)),
    Shortcut("close", "Escape", _("Close the panel"), ("Esc",)),
    Shortcut("sheet", "?", _("This list"), ("?",)),
)
KEYS = {shortcut.name: shortcut.key for shortcut in EVERYWHERE}


def key_of(name: str) -> str:
    """The key that goes by this name."""
    return KEYS[name]
