"""Which alphabet a file was saved in: told by the file, or found out."""

import codecs
import re
from dataclasses import dataclass

WINDOWS = "windows-1252"

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python knows more "encodings", some of which are slow or run in the other direction.
_KNOWN = re.compile(
    r"utf-8|iso8859-[0-9]{1,2}|cp125[0-8]|cp437|cp85[0-9]|koi8-[ru]|mac-roman|ascii"
)
_SUBSETS_OF_WINDOWS = ("ascii", "iso8859-1", "cp1252")


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(body: bytes, *, declared: str = "") -> Decoded:
    """Decode `body`: by its byte order mark, as `declared`, as strict UTF-8, as Windows-1252.

    Never fails and never replaces a letter by a question mark; a guess comes with a warning.
    Source: reference/domain.md 3.6 and expected.json of the ADF samples, 09.
    """
    if marked := _decode_marked(body):
        return marked
    encoding = _known_encoding(declared)
    if encoding and encoding != "utf-8":
        if encoding in _SUBSETS_OF_WINDOWS:
            return Decoded(_decode_windows(body), encoding)
        try:
            return Decoded(body.decode(encoding), encoding)
        except UnicodeDecodeError:
            return Decoded(_decode_windows(body), WINDOWS, ("ENCODING_WRONG",))
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        warning = "ENCODING_WRONG" if encoding else "ENCODING_ASSUMED"
        return Decoded(_decode_windows(body), WINDOWS, (warning,))


def decode_lines(body: bytes) -> Decoded:
    """Decode a text file line by line, since lines of two exports get pasted together.

    Source: reference/domain.md 3.6 ("per-line mixing exists").
    """
    if not body.startswith(codecs.BOM_UTF8) and (marked := _decode_marked(body)):
        return marked
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    lines = []
    unicode_lines = 0
    for line in body.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
            unicode_lines += not line.isascii()
        except UnicodeDecodeError:
            lines.append(_decode_windows(line))
    warning = "ENCODING_MIXED" if unicode_lines else "ENCODING_ASSUMED"
    return Decoded("\n".join(lines), WINDOWS, (warning,))


def _decode_marked(body: bytes) -> Decoded | None:
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if body.startswith(mark)), "")
    if not marked and body[:2] in (b"<\0", b"\0<"):
        marked = "utf-16-le" if body[:2] == b"<\0" else "utf-16-be"
    if not marked:
        return None
    try:
        return Decoded(body.decode("utf-8-sig" if marked == "utf-8" else marked), marked)
    except UnicodeDecodeError:
        if marked == "utf-8":  # one line of another file pasted into this one
            text = _decode_windows(body.removeprefix(codecs.BOM_UTF8))
            return Decoded(text, WINDOWS, ("ENCODING_WRONG",))
        return Decoded(body.decode(marked, errors="ignore"), marked, ("ENCODING_WRONG",))


def _known_encoding(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name if declared else ""
    except (LookupError, ValueError):
        return ""
    return name if _KNOWN.fullmatch(name) else ""


def _decode_windows(body: bytes) -> str:
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
        return body.decode("cp1252", errors="surrogateescape").translate(_UNASSIGNED)


_UNASSIGNED = {0xDC00 + byte: None for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
