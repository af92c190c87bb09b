"""Reading the elements of a prospect: their text, ids and remarks, and what is odd about them."""

import re

from leads.formats.adf_prospect import ExternalId
from leads.formats.adf_rest import Rest
from leads.formats.markup import Element
from leads.formats.text import clean_lines, clean_text

MOST_REPEATED = 20
MOST_WARNINGS = 40
_LONGEST_REMARKS = 5000

# "[name]", "{{ phone }}", "${model}", "%EMAIL%", "<<city>>"
_UNFILLED = re.compile(
    r"(?:\[[\w .:\-]{1,60}\]|\{\{?[\w .:\-]{1,60}\}?\}|\$\{[\w .:\-]{1,60}\}"
    r"|%{1,2}[\w.\-]{1,60}%{1,2}|<<[\w .\-]{1,60}>>)"
)
# Source of the lists: the tables of the specification, reference/domain.md 2.1.
_KNOWN_ATTRIBUTES = {
    "prospect": {"status"},
    "id": {"sequence", "source"},
    "vehicle": {"interest", "status"},
    "name": {"part", "type"},
    "email": {"preferredcontact"},
    "phone": {"type", "time", "preferredcontact"},
    "address": {"type"},
    "contact": {"primarycontact"},
    "street": {"line"},
    "odometer": {"status", "units"},
}


class ElementReader:
    """Reads elements of one prospect, and collects the warnings and the unknown content."""

    def __init__(self) -> None:
        self._warnings: dict[str, None] = {}
        self.rest = Rest()

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)[:MOST_WARNINGS]

    def warn(self, *codes: str) -> None:
        self._warnings.update(dict.fromkeys(code[:80] for code in codes))

    def value(self, element: Element | None, *, limit: int) -> str:
        """Return the text of `element`; a template field that nobody filled in is empty."""
        if element is None:
            return ""
        self.check_attributes(element)
        text = clean_text(element.text[: limit * 4 + 1000], limit=limit)
        if _UNFILLED.fullmatch(text):
            self.warn(f"TEMPLATE_UNFILLED:{element.name}")
            return ""
        return text

    def check_attributes(self, element: Element) -> None:
        known = _KNOWN_ATTRIBUTES.get(element.name)
        if known is not None:
            self.warn(
                *(f"UNKNOWN_ATTRIBUTE:{name}" for name in element.attributes if name not in known)
            )

    def ids(self, parent: Element, *extra: str) -> tuple[ExternalId, ...]:
        ids = []
        for element in parent.all("id", *extra)[:MOST_REPEATED]:
            if value := self.value(element, limit=200):
                source = clean_text(element.attributes.get("source", ""), limit=120)
                sequence = clean_text(element.attributes.get("sequence", ""), limit=10)
                ids.append(ExternalId(sequence, source, value))
        return tuple(sorted(ids, key=_sequence))

    def remarks(self, elements: list[Element]) -> str:
        texts = [clean_lines(element.text, limit=_LONGEST_REMARKS) for element in elements]
        filled = [text for text in texts if text and not _UNFILLED.fullmatch(text)]
        if sum(len(element.text) for element in elements) > _LONGEST_REMARKS:
            self.warn("COMMENTS_CUT")
        return "\n".join(filled)[:_LONGEST_REMARKS]


def attribute(element: Element, name: str) -> str:
    return clean_text(element.attributes.get(name, "")[:200], limit=40).lower()


def _sequence(each: ExternalId) -> int:
    return int(each.sequence) if each.sequence.isascii() and each.sequence.isdigit() else 1
