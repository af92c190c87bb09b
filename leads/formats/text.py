"""Text as people and other systems send it: cleaned for storing, folded for searching."""

import re
import unicodedata

# Control characters (PostgreSQL refuses NUL), half surrogate pairs, non-characters, and the
# invisible marks that hide text or turn its direction round.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_NOT_A_WORD = re.compile(r"[\W_]+")

# Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
    }
)


def clean_text(text: str, *, limit: int) -> str:
    """Return `text` on one line, without control characters, at most `limit` characters long."""
    if not text.isprintable():
        text = _UNWANTED.sub("", text)
    return " ".join(text.split())[:limit].rstrip()


def clean_lines(text: str, *, limit: int) -> str:
    """Return `text` with its line breaks kept, otherwise as `clean_text`; for remarks."""
    # Cut first: one enormous remark must not cost more than the part we keep. White space is
    # collapsed below, hence the margin.
    lines = _UNWANTED.sub("", text[: limit * 4]).replace("\r\n", "\n").split("\n")
    tidy = "\n".join(" ".join(line.split()) for line in lines)
    return re.sub("\n{3,}", "\n\n", tidy).strip()[:limit].rstrip()


def search_form(text: str) -> str:
    """Return `text` in lower case, accents folded, punctuation as single spaces.

    Names are matched without accents, case and dots: reference/domain.md 3.5.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
        text = text.translate(_PLAIN_LETTERS)
    return _NOT_A_WORD.sub(" ", text.casefold()).strip()
