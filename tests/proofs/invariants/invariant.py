"""What must hold, as a query that returns no rows, and a row that breaks it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """A rule, and the query for what breaks it; its first column names the row."""

    id: str
    name: str
    rule: str
    sql: str
    plant: str = ""  # breaks it, where that follows from how it was made


@dataclass(frozen=True)
class Violation:
    """A row that breaks an invariant."""

    invariant: str
    row: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.row}"


def sql_list(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


# A round whose end was undone goes on in the next one, with all that was counted in it.
ITS_ROUNDS = (
    "(WITH RECURSIVE its(id, continues_id) AS (SELECT r.id, r.continues_id UNION ALL"
    " SELECT b.id, b.continues_id FROM leads_round b JOIN its ON b.id = its.continues_id)"
    " SELECT id FROM its)"
)
