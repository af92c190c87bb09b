"""The Dutch of the interface: what has to be translated, what is, and what nobody marked.

English is the language of the source. Nothing here needs GNU gettext: Babel reads and writes
the catalogue, Django turns templates into something that Babel reads.
"""

import io
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from tokenize import TokenError

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import templatize

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NOT_OURS = {"tests", "static", "staticfiles", "locale"}
LINE_LENGTH = 96
HEADER = """\
# The Dutch of Spits.
msgid ""
msgstr ""
"Language: nl\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
WORD = re.compile(r"[^\W\d_]{2,}")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SILENT = {"script", "style", "kbd", "code"}
READ_ALOUD = {"alt", "title", "aria-label", "placeholder"}
SAME_IN_BOTH = {"Spits", "BDC", "MAP", "APK", "ADF", "API", "OpenAPI", "CSV", "km"}


def catalogue_path() -> Path:
    return Path(settings.BASE_DIR, "locale", "nl", "LC_MESSAGES", "django.po")


# --- What has to be translated --------------------------------------------------------


def _sources(root: Path, pattern: str) -> list[Path]:
    found = (path for path in root.rglob(pattern) if path.is_file())
    return sorted(path for path in found if _is_ours(path.relative_to(root)))


def _is_ours(path: Path) -> bool:
    return path.parts[0] not in NOT_OURS and not any(part.startswith(".") for part in path.parts)


def templates_in(root: Path) -> list[Path]:
    return [*_sources(root, "templates/**/*.html"), *_sources(root, "templates/**/*.txt")]


def _as_source(template: str, name: str) -> str:
    """A template as Python calls of gettext; indents would only confuse the reader."""
    lines = templatize(template, origin=name).splitlines()
    return "\n".join(line.lstrip() for line in lines)


def _calls(source: str, place: str) -> list[tuple[int, str | tuple[str, ...], str | None]]:
    """The gettext calls of a source: line, strings and context of each."""
    stream = io.BytesIO(source.encode())
    try:
        calls = list(extract("python", stream, KEYWORDS, options={"encoding": "utf-8"}))
    except (SyntaxError, TokenError) as error:
        raise ValueError(f"{place} is no Python that can be read: {error}") from error
    return [(line, ids, context) for line, ids, _comments, context in calls]


def strings_of(root: Path) -> Catalog:
    """Every marked string of the code and templates below `root`, as a catalogue without Dutch."""
    found = new_catalogue()
    sources = [(path, path.read_text(encoding="utf-8")) for path in _sources(root, "*.py")]
    sources += [
        (path, _as_source(path.read_text(encoding="utf-8"), path.name))
        for path in templates_in(root)
    ]
    for path, text in sources:
        place = path.relative_to(root).as_posix()
        for line, ids, context in _calls(text, place):
            found.add(ids, locations=[(place, line)], context=context)
    return found


# --- The catalogue --------------------------------------------------------------------


def new_catalogue() -> Catalog:
    return Catalog(locale="nl", domain="django", charset="utf-8", fuzzy=False)


def read_catalogue(path: Path) -> Catalog:
    if not path.exists():
        return new_catalogue()
    with path.open("rb") as stream:
        return read_po(stream, locale="nl", domain="django")


def write_catalogue(catalogue: Catalog, path: Path) -> None:
    """Write it sorted and without dates or line numbers, so that changes read as changes."""
    body = io.BytesIO()
    write_po(
        body, catalogue, width=LINE_LENGTH, sort_output=True, include_lineno=False, omit_header=True
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body.getvalue().decode(), encoding="utf-8")


def compile_catalogue(path: Path) -> Path:
    """Write the form that Django reads, beside the catalogue."""
    compiled = path.with_suffix(".mo")
    with compiled.open("wb") as stream:
        write_mo(stream, read_catalogue(path))
    return compiled


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def updated(catalogue: Catalog, found: Catalog) -> Catalog:
    """The catalogue for the strings found, with the Dutch that there is already."""
    fresh = new_catalogue()
    for message in _messages(found):
        known = catalogue.get(message.id, message.context)
        if known is not None and known.pluralizable == message.pluralizable:
            message.string = known.string
            message.flags |= known.flags & {"fuzzy"}
        fresh.add(
            message.id,
            message.string,
            locations=message.locations,
            flags=message.flags,
            context=message.context,
        )
    return fresh


# --- What is wrong --------------------------------------------------------------------


def _all(words: str | Sequence[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or [])


def _missing_dutch(message: Message) -> str | None:
    english, dutch = _all(message.id), _all(message.string)
    if len(dutch) != len(english) or not all(dutch):
        return "no Dutch"
    if message.fuzzy:
        return "fuzzy Dutch"
    wanted, *given = (set(PLACEHOLDER.findall(text)) for text in (english[-1], *dutch))
    if given[-1] != wanted or any(some - wanted for some in given):
        return "other placeholders in the Dutch"
    return None


def catalogue_problems(catalogue: Catalog, found: Catalog) -> list[str]:
    """What keeps the Dutch from being complete, one line for each string."""
    problems = []
    for message in _messages(found):
        english = _all(message.id)[0]
        known = catalogue.get(message.id, message.context)
        trouble = "not in the catalogue" if known is None else _missing_dutch(known)
        if trouble:
            problems.append(f"{trouble}: {english!r} ({message.locations[0][0]})")
    for message in _messages(catalogue):
        if found.get(message.id, message.context) is None:
            problems.append(f"no longer used: {_all(message.id)[0]!r}")
    return problems


class _BareText(HTMLParser):
    """Collects the words that a person would read in what is left of a template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in VOID:
            pass
        elif self._silent or tag in SILENT or (tag != "html" and "lang" in given):
            self._silent.append(tag)
        for name in READ_ALOUD & given.keys():
            self._note(given[name] or "")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            blank = data[: len(data) - len(data.lstrip())]
            self._note(data, lines_below=blank.count("\n"))

    def _note(self, text: str, *, lines_below: int = 0) -> None:
        words = " ".join(text.split())
        if set(WORD.findall(words)) - SAME_IN_BOTH:
            self.found.append((self.getpos()[0] + lines_below, words))


def _without_tags(template: str) -> str:
    """What a template says by itself: its tags, comments and translated blocks blanked out."""
    text: list[str] = []
    until = ""
    for token in Lexer(template).tokenize():
        if token.token_type == TokenType.TEXT and not until:
            text.append(token.contents)
        else:
            text.append(" " + "\n" * token.contents.count("\n"))
            until = _block_left(token, until)
    return "".join(text)


def _block_left(token: Token, until: str) -> str:
    """The tag that ends the block we are in, or nothing."""
    if token.token_type != TokenType.BLOCK:
        return until
    name = token.contents.split(maxsplit=1)[0]
    if until:
        return "" if name == until else until
    return f"end{name}" if name in {"comment", "blocktranslate", "blocktrans"} else ""


def bare_texts(template: str) -> list[tuple[int, str]]:
    """Words of a template that no one marked for translation, each with its line."""
    reader = _BareText()
    reader.feed(_without_tags(template))
    reader.close()
    return reader.found


def template_problems(root: Path) -> list[str]:
    return [
        f"not marked for translation: {words!r} ({path.relative_to(root).as_posix()}:{line})"
        for path in templates_in(root)
        for line, words in bare_texts(path.read_text(encoding="utf-8"))
    ]
