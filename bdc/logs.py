"""Log lines without names, numbers or addresses, as text or as JSON.

What people wrote gets into logs by the errors of libraries, which quote what they could not use.
So of an error its kind and its place are told, and of its words only what is not quoted.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db.utils import Error as DatabaseError

# The request or task that this is about; nothing between them.
working_on: ContextVar[Mapping[str, str] | None] = ContextVar("working_on", default=None)

HERE = Path(__file__).resolve().parent.parent
MOST_FRAMES = 12
MOST_ERRORS = 4  # of which one was raised while another was handled
MOST_LETTERS = 500

E_MAIL = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")
# A telephone number begins with + or 0 and has nine digits or more; a time or an id does not.
PHONE = re.compile(r"(?<!\w)(?:\+|0)\d(?:[\s().\-]{0,3}\d){7,}")
POSTCODE = re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|\u2018[^’]*’|„[^”]*”|«[^»]*»|=\([^)]*\)")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
HIDDEN = "…"


def masked(text: str) -> str:
    """Return `text` on one line, without what looks like a number or address of somebody."""
    for personal in (E_MAIL, PHONE, POSTCODE):
        text = personal.sub(HIDDEN, text)
    return CONTROL.sub(" ", text)[:MOST_LETTERS]


class TextLine(logging.Formatter):
    """A line for whoever reads along."""

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        errors = told.pop("errors", [])
        head = [told.pop(name) for name in ("at", "level", "logger", "said")]
        tail = [f"{name}={value}" for name, value in told.items()]
        tail += [f"{one['kind']}: {one['said']} [{' < '.join(one['where'])}]" for one in errors]
        return " ".join([*head, *tail])


class JsonLine(logging.Formatter):
    """A line for a program that collects them."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_told(record), ensure_ascii=False, default=str)


def _told(record: logging.LogRecord) -> dict[str, Any]:
    at = datetime.fromtimestamp(record.created, UTC)
    told: dict[str, Any] = {
        "at": at.isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "said": masked(_message(record)),
        **(working_on.get() or {}),
        **getattr(record, "facts", {}),
    }
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        told["errors"] = [
            {
                "kind": type(one).__name__,
                "said": _said(one),
                "where": _where(one),
            }
            for one in _chain(error)
        ]
    return told


def _message(record: logging.LogRecord) -> str:
    """Return its words; Django's name the path, in which anything may have been typed."""
    words = record.getMessage()
    path = getattr(getattr(record, "request", None), "path", "")
    return words.replace(path, HIDDEN) if len(path) > 1 else words


def _chain(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    for _ in range(MOST_ERRORS):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _said(error: BaseException) -> str:
    """Return what an error says, but for what it quotes; of the database's, which rule it was."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return " ".join(filter(None, [error.sqlstate, error.diag.constraint_name]))
    if isinstance(error, DatabaseError) and isinstance(error.__cause__, psycopg.Error):
        return ""  # the cause tells it
    first_line = str(error).partition("\n")[0]
    return masked(QUOTED.sub(HIDDEN, first_line))


def _where(error: BaseException) -> list[str]:
    """Return the places that it came through, the innermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames)]


def _short(file: str) -> str:
    _, is_package, name = file.rpartition("/site-packages/")
    return name if is_package else file.removeprefix(f"{HERE}/")
