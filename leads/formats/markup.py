"""XML that strangers send: read within bounds, without ever following what it points to."""

import re
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.expatreader import DefusedExpatParser

# Expat takes a million nested elements (trust.md E15), hence our own bounds.
DEEPEST = 50
MOST_ATTRIBUTES = 50

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(slots=True)
class Element:
    """One element; names are in lower case and without namespace prefix."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, *names: str) -> list["Element"]:
        return [child for child in self.children if child.name in names]

    def first(self, *names: str) -> "Element | None":
        return next((child for child in self.children if child.name in names), None)

    def count(self) -> int:
        """Count this element and all within."""
        return 1 + sum(child.count() for child in self.children)


class UnreadableMarkup(Exception):
    """XML that we cannot or will not read; `code` says why, `place` where."""

    def __init__(self, code: str, place: str = "", doctype: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.place = place
        self.doctype = doctype


def parse_markup(text: str, *, most_nodes: int) -> Element:
    """Return the root element of `text`, or raise UnreadableMarkup.

    No DTD, no entities, nothing fetched. Source: reference/domain.md 2.3, trust.md E15.
    """
    builder = _TreeBuilder(most_nodes)
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(builder)
    try:
        # In one piece: older expat versions are slow on a long token fed in parts.
        parser.feed(text)
        parser.close()
    except SAXParseException as problem:
        place = f"{problem.getLineNumber()}: {problem.getMessage()}"
        raise UnreadableMarkup("XML_NOT_WELLFORMED", place) from problem
    except DTDForbidden as problem:
        raise UnreadableMarkup("DTD_FORBIDDEN", doctype=problem.name) from problem
    except DefusedXmlException as problem:
        raise UnreadableMarkup("DTD_FORBIDDEN") from problem
    if builder.root is None:
        raise UnreadableMarkup("XML_NOT_WELLFORMED")
    return builder.root


def without_illegal_characters(text: str) -> str:
    """Return `text` without the characters that no XML document may hold."""
    return _NOT_IN_XML.sub("", text)


class _TreeBuilder(ContentHandler):
    def __init__(self, most_nodes: int) -> None:
        super().__init__()
        self.root: Element | None = None
        self._open: list[Element] = []
        self._nodes_left = most_nodes

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self._nodes_left -= 1
        if self._nodes_left < 0:
            raise UnreadableMarkup("TOO_MANY_NODES")
        if len(self._open) >= DEEPEST:
            raise UnreadableMarkup("TOO_DEEP")
        element = Element(_local(name))
        if len(attrs):
            names = attrs.getNames()[:MOST_ATTRIBUTES]
            element.attributes = {_local(each): attrs.getValue(each) for each in names}
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802
        self._open.pop()

    def characters(self, content: str) -> None:
        self._open[-1].pieces.append(content)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
