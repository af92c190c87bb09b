"""What an agent says for a campaign: a text with fields in braces, each filled in from the lead.

Source: ux.md 2.1 (B1). The offer of the right of objection
is no part of it: the screen ends every script with that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bdc.errors import FieldProblem
from leads.formats.text import clean_lines
from leads.models import SCRIPT_WORDS, ScriptField
from leads.models.campaign import LONGEST_SCRIPT

FIELD = re.compile(r"\{([^{}]*)\}")


def field_words() -> list[tuple[str, ScriptField]]:
    """The word for each field in the language of the reader."""
    in_dutch = get_language() == "nl"
    words: dict[ScriptField, str] = {}
    for word, field in SCRIPT_WORDS.items():
        # English is named first, Dutch after it.
        if in_dutch or field not in words:
            words[field] = word
    return [(word, field) for field, word in words.items()]


def tidy_script(script: str) -> str:
    """The script as it is kept: { Naam } as {naam}."""
    text = clean_lines(script, limit=LONGEST_SCRIPT)
    return FIELD.sub(lambda found: "{" + found[1].strip().lower() + "}", text)


def script_problem(script: str) -> FieldProblem | None:
    """Return what is wrong with a tidy script, naming the fields that there are, or None."""
    named = FIELD.findall(script)
    unknown = next((word for word in named if word not in SCRIPT_WORDS), None)
    words = {"fields": ", ".join("{" + word + "}" for word, _field in field_words())}
    if unknown is not None:
        message = _("There is no field {%(unknown)s}. You can use: %(fields)s.")
        return FieldProblem("script", "unknown_field", message % {"unknown": unknown, **words})
    if set(FIELD.sub("", script)) & {"{", "}"}:
        message = _("A brace stands alone. Write a field as one of: %(fields)s.")
        return FieldProblem("script", "loose_brace", message % words)
    return None


def spoken_lines(script: str, value_of: Callable[[ScriptField], str]) -> list[str]:
    """What to say, line by line; a line is left out when one of its fields is unknown here.

    A field that no line names is not asked for.
    """
    lines = []
    for line in filter(None, (line.strip() for line in script.splitlines())):
        values = {word: value_of(SCRIPT_WORDS[word]) for word in FIELD.findall(line)}
        if all(values.values()):
            lines.append(_filled_in(line, values))
    return lines


def _filled_in(line: str, values: Mapping[str, str]) -> str:
    """In one pass, so that a value which looks like a field stays as it is."""
    return FIELD.sub(lambda found: values[found[1]], line)
