"""What a lead says beyond the fields we know, kept as JSON within bounds."""

from leads.formats.markup import Element
from leads.formats.text import clean_lines

JsonValue = str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, JsonValue]

MOST_CHARACTERS = 20_000
MOST_ELEMENTS = 300
_LONGEST_TEXT = 2_000


class Rest:
    """Collects unknown content; what does not fit any more is left out and `is_cut` tells."""

    def __init__(self) -> None:
        self.content: JsonObject = {}
        self.is_cut = False
        self._characters_left = MOST_CHARACTERS
        self._elements_left = MOST_ELEMENTS

    def keep(self, name: str, element: Element, *, read: tuple[str, ...]) -> None:
        """Keep under `name` the children of `element` that have not been read."""
        unread = [child for child in element.children if child.name not in read]
        if unread:
            self._add(self.content, name, self._children(unread))

    def keep_text(self, name: str, text: str) -> None:
        if text:
            self._add(self.content, name, self._text(text))

    def _children(self, elements: list[Element]) -> JsonObject:
        content: JsonObject = {}
        for element in elements:
            if self._elements_left <= 0 or self._characters_left <= 0:
                self.is_cut = True
                break
            self._elements_left -= 1
            self._add(content, self._text(element.name), self._value(element))
        return content

    def _value(self, element: Element) -> JsonValue:
        text = self._text(element.text)
        if not element.children and not element.attributes:
            return text
        content = self._children(element.children)
        for name, value in element.attributes.items():
            self._add(content, f"@{self._text(name)}", self._text(value))
        if text:
            content["#text"] = text
        return content

    def _text(self, text: str) -> str:
        limit = max(0, min(_LONGEST_TEXT, self._characters_left))
        kept = clean_lines(text, limit=limit)
        self._characters_left -= len(kept)
        self.is_cut = self.is_cut or len(text.strip()) > limit
        return kept

    def _add(self, content: JsonObject, name: str, value: JsonValue) -> None:
        """Add `value`; the second one of a name turns the two into a list."""
        present = content.get(name)
        if present is None:
            content[name] = value
        elif isinstance(present, list):
            present.append(value)
        else:
            content[name] = [present, value]
