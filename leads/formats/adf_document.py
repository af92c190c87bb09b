"""Finding the prospects in an ADF document, however it is wrapped or broken."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from leads.formats.encodings import Decoded, decode
from leads.formats.markup import (
    Element,
    UnreadableMarkup,
    parse_markup,
    without_illegal_characters,
)

LARGEST_BODY = 1024 * 1024
MOST_PROSPECTS = 200
MOST_NODES = 50_000
MOST_NODES_IN_A_PROSPECT = 5_000

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}[\"']?([a-z0-9._-]{1,40})", re.I)
_ADF_BEGINS = re.compile(r"<(?:\w{1,20}:)?adf(?=[\s>/])", re.IGNORECASE)
_ADF_ENDS = re.compile(r"</(?:\w{1,20}:)?adf\s{0,20}>", re.IGNORECASE)
_PROSPECT_BEGINS = re.compile(r"<(?:\w{1,20}:)?prospect(?=[\s>/])", re.IGNORECASE)
_PROSPECT_ENDS = re.compile(r"</(?:\w{1,20}:)?prospect\s{0,20}>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE(?!\s{1,50}html\b)|<!ENTITY\b", re.IGNORECASE)
_ESCAPED_ADF = re.compile(r"&lt;adf(?:&gt;|\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One prospect; when `code` says that it is refused, what there is to salvage from."""

    position: int | None
    element: Element | None = None
    code: str = ""
    place: str = ""
    text: str = ""
    count: int = 1


def decode_document(body: bytes) -> Decoded:
    """Decode a document as it declares itself, without the characters XML forbids."""
    declared = _DECLARED.search(body[:2000])
    decoded = decode(body, declared=declared[1].decode("ascii") if declared else "")
    text = without_illegal_characters(decoded.text)
    if text == decoded.text:
        return decoded
    return Decoded(text, decoded.encoding, (*decoded.warnings, "CONTROL_CHARACTERS"))


def find_prospects(text: str) -> list[Found]:
    """Return every prospect of `text` in order, the unreadable ones too.

    A document that is not well-formed as a whole is taken from its first <adf, and then prospect
    by prospect, so that a bad one does not take the others with it. Source: domain.md 2.3.
    """
    try:
        prospects = _prospects_of_whole(text)
    except UnreadableMarkup as problem:
        if problem.code == "DTD_FORBIDDEN":
            return [Found(None, code=problem.code, text=text)]
        return _prospects_one_by_one(text, problem)
    if not prospects:
        return [Found(None, code="NO_PROSPECT", text=text)]
    found = [
        Found(position, element, code="TOO_MANY_NODES")
        if element.count() > MOST_NODES_IN_A_PROSPECT
        else Found(position, element)
        for position, element in enumerate(prospects[:MOST_PROSPECTS], start=1)
    ]
    return [*found, *_beyond_the_limit(len(prospects))]


def _prospects_of_whole(text: str) -> list[Element]:
    """Return the prospects when the document, or the ADF within it, is well-formed."""
    problem: UnreadableMarkup | None = None
    for candidate in _candidates(text):
        try:
            prospects = list(_prospects_in(parse_markup(candidate, most_nodes=MOST_NODES)))
        except UnreadableMarkup as unreadable:
            if unreadable.code != "DTD_FORBIDDEN":
                problem = problem or unreadable
            elif unreadable.doctype.lower() != "html":  # a web page may be wrapped around ADF
                raise
            continue
        if prospects:
            return prospects
    is_meant_as_adf = _ADF_BEGINS.search(text) or _PROSPECT_BEGINS.search(text)
    if problem and (is_meant_as_adf or problem.code != "XML_NOT_WELLFORMED"):
        raise problem
    return []


def _candidates(text: str) -> Iterator[str]:
    """Yield the whole text, then what stands between <adf and </adf>, then that unescaped."""
    yield text.strip()
    yield from _adf_part(text)
    if _ESCAPED_ADF.search(text) and not _ADF_BEGINS.search(text):
        yield from _adf_part(html.unescape(text))


def _adf_part(text: str) -> Iterator[str]:
    begin = _ADF_BEGINS.search(text)
    if begin is None:
        return
    if _DOCTYPE.search(text, 0, begin.start()):
        raise UnreadableMarkup("DTD_FORBIDDEN")
    ends = [match.end() for match in _ADF_ENDS.finditer(text, begin.start())]
    part = text[begin.start() : ends[-1] if ends else len(text)]
    if part != text.strip():
        yield part


def _prospects_in(element: Element) -> Iterator[Element]:
    if element.name == "prospect":
        yield element
        return
    for child in element.children:
        yield from _prospects_in(child)


def _prospects_one_by_one(text: str, problem: UnreadableMarkup) -> list[Found]:
    begins = [match.start() for match in _PROSPECT_BEGINS.finditer(text)]
    if not begins:
        return [Found(None, code=problem.code, place=problem.place, text=text)]
    found = []
    borders = [*begins[1:], len(text)]
    line, counted_to = 0, 0
    for position, (begin, border) in enumerate(zip(begins, borders, strict=True), start=1):
        if position > MOST_PROSPECTS:
            break
        line, counted_to = line + text.count("\n", counted_to, begin), begin
        ends = [match.end() for match in _PROSPECT_ENDS.finditer(text, begin, border)]
        segment = text[begin : ends[-1] if ends else border]
        found.append(_read_segment(segment, position, line))
    return [*found, *_beyond_the_limit(len(begins))]


def _read_segment(segment: str, position: int, lines_before: int) -> Found:
    try:
        element = parse_markup(segment, most_nodes=MOST_NODES_IN_A_PROSPECT)
    except UnreadableMarkup as problem:
        place = re.sub(
            r"^[0-9]+", lambda line: str(int(line[0]) + lines_before), problem.place, count=1
        )
        return Found(position, code=problem.code, place=place, text=segment)
    return Found(position, element)


def _beyond_the_limit(prospects: int) -> list[Found]:
    if prospects <= MOST_PROSPECTS:
        return []
    return [Found(MOST_PROSPECTS + 1, code="TOO_MANY_PROSPECTS", count=prospects - MOST_PROSPECTS)]
