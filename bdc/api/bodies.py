"""Reading the bodies of requests: bounded in size, and JSON as RFC 8259 means it."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request

from bdc.api.problems import BodyTooLarge

LIMIT = 1024 * 1024
DEEPEST = 32  # levels; nothing that we take has more than four


def read_body(request: Request) -> bytes:
    """Read the whole body, up to the limit, whether or not its length was told beforehand."""
    http = request._request
    if _stated_length(http.META) > LIMIT:
        raise BodyTooLarge
    body: bytes = http.read(LIMIT + 1)
    if len(body) > LIMIT:
        raise BodyTooLarge
    http._body = body  # as HttpRequest.body does, which has no limit
    # Without a length, as in a chunked request, the framework would take the body for empty.
    http.META["CONTENT_LENGTH"] = str(len(body))
    return body


def _stated_length(meta: Mapping[str, Any]) -> int:
    stated = str(meta.get("CONTENT_LENGTH") or "0")
    if not stated.isdecimal():
        return 0
    return int(stated) if len(stated) < 20 else LIMIT + 1


class JSONBody(JSONParser):
    """JSON that says one thing only: no key twice, no NaN, no text that is no text."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            value = json.loads(
                stream.read().decode("utf-8"),
                object_pairs_hook=_keys_once,
                parse_constant=_no_constant,
            )
            _readable(value)
        except RecursionError:
            raise ParseError(_("This JSON is nested too deep.")) from None
        except ValueError as problem:
            raise ParseError(_("This is no JSON: %s") % problem) from None
        return value


class RawBody(BaseParser):
    """The bytes of a document, for a reader of its own."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return stream.read()


def _keys_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key occurs twice in one object")
    return read


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _readable(value: Any, depth: int = 0) -> None:
    """Refuse what no field can hold: half characters, the NUL character, bottomless nesting."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds the NUL character")
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError("a text holds half of a surrogate pair")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _readable(key, depth)
            _readable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _readable(inner, depth + 1)
