"""Statements that the database plans once for a connection, for what is asked all day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from django.db import connection
from django.db.backends.postgresql import base

Rows = Sequence[tuple[Any, ...]]


def fetch_prepared(sql: str, params: Mapping[str, object]) -> Rows:
    """Run `sql` on the connection of the moment, in its transaction, and return every row.

    The text is planned on its first uses and from then on only run, where planning takes longer
    than running: so it must be the same text each time, with whatever differs in `params`, each
    of which needs a cast (`%(now)s::timestamptz`).
    """
    connection.ensure_connection()
    server_binding: Any = base.ServerBindingCursor  # psycopg's, which the stubs do not know
    cursor = server_binding(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with closing(wrap(cursor)) as wrapped:
        wrapped.execute(sql, dict[str, Any](params))
        rows: Rows = wrapped.fetchall()
    return rows
