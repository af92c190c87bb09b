"""What is asked of the database after each step of a history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from tests.proofs.invariants import AFTER_A_SWEEP, every_invariant


def _tables() -> list[str]:
    wanted = ("leads_", "campaigns_", "outbox_", "bdc_idempotent", "dealers_")
    return sorted(
        name for name in connection.introspection.table_names() if name.startswith(wanted)
    )


def prepare() -> None:
    """Have the database plan once what is asked after every step of this process."""
    every = " UNION ALL ".join(
        f"SELECT '{one.id} {one.name}: ' || (q.x)::text FROM ({one.sql}) AS q(x)"
        for one in every_invariant()
    )
    after_a_sweep = " UNION ALL ".join(
        f"SELECT '{one.id} {one.name}: ' || (q.x)::text FROM ({one.sql}) AS q(x)"
        for one in AFTER_A_SWEEP
    )
    marks = " UNION ALL ".join(
        f"SELECT '{table}' AS t, count(*) AS n,"
        f" sum(hashtextextended(ctid::text || xmin::text, 0)) AS h FROM {table}"
        for table in _tables()
    )
    # Else psycopg lets go of these at every rollback, together with those that it made itself.
    connection.ensure_connection()
    connection.connection.prepare_threshold = None
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan; SET jit = off")
        cursor.execute("DEALLOCATE ALL")
        cursor.execute(f"PREPARE broken_now AS {every}")
        cursor.execute(f"PREPARE due_now(timestamptz) AS {after_a_sweep.replace('%s', '$1')}")
        cursor.execute(
            f"PREPARE marks AS SELECT string_agg(t || n || coalesce(h, 0), ' ' ORDER BY t)"
            f" FROM ({marks}) AS m"
        )


def broken_now() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("EXECUTE broken_now")
        return [row[0] for row in cursor.fetchall()]


def due(now: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXECUTE due_now('{now.isoformat()}')")
        return [row[0] for row in cursor.fetchall()]


def fingerprint() -> str:
    """Changes with every row that is written, also when it is written as it was."""
    with connection.cursor() as cursor:
        cursor.execute("EXECUTE marks")
        return str(cursor.fetchone()[0])


def projection() -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, l.status, l.kind, l.owner_id, l.queue, (SELECT array_agg(r.side || ' '"
            " || r.attempts || '/' || r.maximum || ' ' || CASE r.ending WHEN 'closed'"
            " THEN r.reason_id ELSE r.ending END ORDER BY r.number)"
            " FROM leads_round r WHERE r.lead_id = l.id), l.system_close_at, l.customer_id,"
            " (SELECT count(*) FROM leads_event e WHERE e.lead_id = l.id), k.objected_at"
            " FROM leads_lead l JOIN leads_customer k ON k.id = l.customer_id ORDER BY l.id"
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}
