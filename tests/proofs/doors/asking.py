"""Asking thousands of times in one transaction, and what an answer may never be."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from psycopg.pq import TransactionStatus

from tests.access_world import our_tables

PROBLEM = "application/problem+json"
PARTS_OF_A_PROBLEM = {"type", "title", "status", "detail", "code", "errors"}


@dataclass(frozen=True)
class Asking:
    """One request, as a client sends it; `what` says what is wrong with it."""

    what: str
    method: str
    path: str
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}, {self.what}: {self.body[:200]!r}"

    def send(self, client: Client) -> HttpResponse:
        return client.generic(
            self.method, self.path, self.body, self.content_type, headers=self.headers
        )


def flaws(response: HttpResponse) -> list[str]:
    """What is wrong with an answer of the API, whatever was asked."""
    if response.status_code >= 500:
        return [f"a server error: {response.status_code}"]
    if response.status_code < 400:
        return []
    if response.headers["Content-Type"] != PROBLEM:
        return [f"{response.status_code} as {response.headers['Content-Type']}"]
    told = json.loads(response.content)
    if told.keys() != PARTS_OF_A_PROBLEM or told["status"] != response.status_code:
        return [f"a problem that is no problem: {told}"]
    return []


def rows_as_they_are() -> tuple[Any, ...]:
    """How many rows each table has, and which transaction wrote last: of whomever, in one query."""
    counts = ", ".join(
        f"(SELECT count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM {table})"
        for table in our_tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return cursor.fetchone()


@dataclass
class Trial:
    """What is written is taken back, unless it is to be kept."""

    is_kept: bool = False


@contextmanager
def trial() -> Iterator[Trial]:
    """A savepoint for one request."""
    one = Trial()
    with transaction.atomic():
        yield one
        is_whole = connection.connection.info.transaction_status != TransactionStatus.INERROR
        if not (one.is_kept and is_whole):
            transaction.set_rollback(True)


class Errors(logging.Handler):
    """What was logged as an error: refused by the database alone, or not foreseen at all."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        problem = record.exc_info[1] if record.exc_info else ""
        self.told.append(f"{record.name}: {record.getMessage()} {problem!r}")


@contextmanager
def errors_logged() -> Iterator[Errors]:
    """The errors of the block; warnings about refusals are not written out."""
    errors = Errors()
    root, requests = logging.getLogger(), logging.getLogger("django.request")
    level = requests.level
    root.addHandler(errors)
    requests.setLevel(logging.CRITICAL)
    try:
        yield errors
    finally:
        requests.setLevel(level)
        root.removeHandler(errors)
