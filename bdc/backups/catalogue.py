"""What the database looks like: its tables, how many rows they have, and a fingerprint of it all.

Two databases of the same fingerprint have the same tables, columns, constraints, indexes, triggers
and functions. A restore that left one of them out would work, and would accept what it forbids.
"""

import hashlib
import re
from collections.abc import Iterable

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

# What an extension brings belongs to the extension, which is counted itself.
OWN = """n.nspname = 'public' AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = '{catalogue}'::regclass AND d.objid = {oid}
    AND d.deptype = 'e')"""
OWN_TABLE = OWN.format(catalogue="pg_class", oid="c.oid")
OWN_FUNCTION = OWN.format(catalogue="pg_proc", oid="p.oid")
OF_OWN_TABLES = f"""JOIN pg_class c ON c.oid = {{table}}
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN_TABLE}"""

TABLES = f"""SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND {OWN_TABLE} ORDER BY c.relname"""

# All that somebody made, as DROP names it: tables first, since sequences and triggers go with them.
EVERYTHING = f"""SELECT kind, name FROM (
    SELECT 1 AS turn, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
            ELSE 'TABLE' END AS kind, c.oid::regclass::text AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {OWN_TABLE}
    UNION ALL SELECT 2, 'SEQUENCE', c.oid::regclass::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND {OWN_TABLE}
    UNION ALL SELECT 3, 'FUNCTION', p.oid::regprocedure::text
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prokind = 'f' AND {OWN_FUNCTION}) AS made ORDER BY turn, name"""

# Each tells one line for each thing of its kind.
QUESTIONS = {
    "tables": f"""SELECT concat_ws(' ', c.relname, c.relkind, c.relpersistence, c.relrowsecurity,
            c.relforcerowsecurity)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {OWN_TABLE}""",
    "columns": f"""SELECT concat_ws(' ', c.relname, a.attname,
            format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
            (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
             WHERE adrelid = a.attrelid AND adnum = a.attnum))
        FROM pg_attribute a {OF_OWN_TABLES.format(table="a.attrelid")}
        AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm')""",
    "constraints": f"""SELECT concat_ws(' ', c.relname, k.conname, pg_get_constraintdef(k.oid))
        FROM pg_constraint k {OF_OWN_TABLES.format(table="k.conrelid")}""",
    "indexes": f"""SELECT concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid)
        FROM pg_index i {OF_OWN_TABLES.format(table="i.indrelid")}""",
    "triggers": f"""SELECT concat_ws(' ', c.relname, t.tgenabled, pg_get_triggerdef(t.oid))
        FROM pg_trigger t {OF_OWN_TABLES.format(table="t.tgrelid")} AND NOT t.tgisinternal""",
    "functions": f"""SELECT concat_ws(' ', p.proname, pg_get_functiondef(p.oid))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prokind = 'f' AND {OWN_FUNCTION}""",
    "sequences": f"""SELECT concat_ws(' ', c.relname, s.seqtypid::regtype, s.seqincrement, s.seqmax)
        FROM pg_sequence s {OF_OWN_TABLES.format(table="s.seqrelid")}""",
    "extensions": "SELECT extname::text FROM pg_extension",
}

# PostgreSQL prints a list of words otherwise once it has read back what it printed itself.
OF_A_LIST = re.compile(r"\((ARRAY\[[^]]*\])\)::text\[\]")
OF_A_WORD = re.compile(r"\(('(?:[^']|'')*'::character varying)\)::text")


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return _lines(cursor, TABLES)


def everything() -> list[tuple[str, str]]:
    """Return kind and name of each thing that somebody has made in this database."""
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
        return [(kind, name) for kind, name in cursor.fetchall()]


def row_counts(names: Iterable[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for name in names:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
            [counts[name]] = cursor.fetchone() or [0]
        return counts


def fingerprint() -> dict[str, str]:
    """Return a digest for each kind of thing that the database is made of."""
    with connection.cursor() as cursor:
        return {
            kind: hashlib.sha256(
                "\n".join(sorted(map(_as_read_back, _lines(cursor, question)))).encode()
            ).hexdigest()
            for kind, question in QUESTIONS.items()
        }


def _lines(cursor: CursorWrapper, question: str) -> list[str]:
    cursor.execute(question)
    return [line for (line,) in cursor.fetchall()]


def _as_read_back(line: str) -> str:
    return OF_A_WORD.sub(r"\1", OF_A_LIST.sub(r"\1", line))
