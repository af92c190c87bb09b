"""Whatever a row refers to belongs to one dealer group (I11)."""

from __future__ import annotations

from django.db import connection

from tests.proofs.invariants.invariant import Invariant


def tenant_keys() -> tuple[Invariant, ...]:
    """I11 from the catalogue: whatever a row refers to belongs to one dealer group."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.relname, a.attname, o.relname FROM pg_constraint c"
            " JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid"
            " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND cardinality(c.conkey) = 1"
            " AND t.relnamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        references = cursor.fetchall()
    columns: dict[str, dict[str, str]] = {}
    for table, column, other in references:
        columns.setdefault(table, {})[column] = other
    found = []
    for table, refers in columns.items():
        groups = {
            column: f"(SELECT {group} FROM {other} o WHERE o.id = t.{column})"
            for column, other in refers.items()
            if (group := _group_of(other, columns))
        }
        if len(groups) > 1:
            (first, path), *others = groups.items()
            found += [
                Invariant(
                    "I11",
                    f"{table}_{column}_in_the_group_of_{first}",
                    f"{column} and {first} of a row of {table} belong to one dealer group",
                    f"SELECT t.id FROM {table} t WHERE {group} <> {path}",
                    plant=f"INSERT INTO {table} ({first}, {column}) SELECT x.id, y.id"
                    f" FROM {_with_group(refers[first], columns)} AS x"
                    f" JOIN {_with_group(refers[column], columns)} AS y ON x.g <> y.g LIMIT 1",
                )
                for column, group in others
            ]
    return tuple(found)


def _with_group(table: str, columns: dict[str, dict[str, str]]) -> str:
    return f"(SELECT o.id, {_group_of(table, columns)} AS g FROM {table} o)"


def _group_of(table: str, columns: dict[str, dict[str, str]]) -> str:
    """The dealer group of row `o` of `table`, as SQL; empty for a table of no group."""
    refers = columns.get(table, {})
    if table == "dealers_dealergroup":
        return "o.id"
    if table == "dealers_membership":  # of a person, at any kind of place
        return ""
    if refers.get("group_id") == "dealers_dealergroup":
        return "o.group_id"
    if refers.get("dealership_id") == "dealers_dealership":
        return "(SELECT d.group_id FROM dealers_dealership d WHERE d.id = o.dealership_id)"
    return ""
