"""Databases of one test: backups see what is committed, and are restored onto empty ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import sql

from bdc.backups import catalogue
from tests.engine import XDIST_WORKER

# The same rows give the same sum, in whatever order they stand.
DIGEST = """SELECT coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} AS t"""


@contextmanager
def database(name: str, *, like: str = "template0") -> Iterator[str]:
    """Make a database, empty or a copy of another one, and drop it in the end."""
    name = f"{name}_{XDIST_WORKER or 'alone'}"  # other processes of the tests use the same server
    with _server() as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(like)
            )
        )
    try:
        yield name
    finally:
        with _server() as server:
            server.execute(sql.SQL("DROP DATABASE {} (FORCE)").format(sql.Identifier(name)))


@contextmanager
def working_on(name: str) -> Iterator[None]:
    """Let Django work on that database, in this thread and in those that begin meanwhile."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def content() -> dict[str, str]:
    """What is in each table, and how far each sequence has counted."""
    found = {}
    with connection.cursor() as cursor:
        for table in catalogue.tables():
            cursor.execute(sql.SQL(DIGEST).format(sql.Identifier(table)))
            [found[table]] = cursor.fetchone()
        cursor.execute("SELECT sequencename::text, last_value::text FROM pg_sequences")
        found |= dict(cursor.fetchall())
    return found


def _server() -> psycopg.Connection:
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    known = {key: parameters[key] for key in ("host", "user", "dbname") if key in parameters}
    return psycopg.connect(**known, autocommit=True)
