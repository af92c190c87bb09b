"""Puts a backup back onto an empty database, and sees whether all of it came back."""

import io
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

from bdc.backups import catalogue, under_way
from bdc.backups.manifest import (
    Manifest,
    checked,
    has_another_key,
    missing_there,
    unknown_here,
)
from bdc.backups.programs import NoProgram, complaint, found, server_version, started
from bdc.backups.trouble import CannotRestore

SERVER_MEMORY = "-c maintenance_work_mem=256MB"  # for each index that is made anew


@dataclass(frozen=True)
class Restored:
    """What came back, and what differs from the Spits that was backed up."""

    manifest: Manifest
    rows: dict[str, int]  # by table, as they came back
    migrated: list[str]  # the migrations that the backup did not have yet
    ended: dict[str, int]  # rows by table
    has_another_key: bool


def restore(source: Path) -> Restored:
    """Restore the backup `source`; a database that is not empty is left as it is."""
    manifest = checked(source)
    if problem := unfit_problem(manifest):
        raise problem
    with under_way.sole_restore():
        _require_empty()
        under_way.begin()
        try:
            _load(source)
            rows = _compared(manifest)
        except CannotRestore:
            under_way.forget()
            raise
        missing = missing_there(manifest)
        if missing:
            call_command("migrate", verbosity=0, interactive=False)
            call_command("load_reference", stdout=io.StringIO())  # it tells what we tell
        ended = _ended()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # without it, pages search as in empty tables
        under_way.make_final()
    return Restored(manifest, rows, missing, ended, has_another_key(manifest))


def unfit_problem(manifest: Manifest) -> CannotRestore | None:
    """Return why this Spits, or this server, cannot take the backup in, or None if it can."""
    if unknown := unknown_here(manifest):
        return CannotRestore(
            f"The backup was made by a newer Spits ({manifest.version}); this one does not know "
            f"its migrations {', '.join(unknown)}. Restore it with that version."
        )
    if manifest.server > server_version():
        return CannotRestore(
            f"The backup is of PostgreSQL {manifest.server}, and this server is PostgreSQL "
            f"{server_version()}: restore it on PostgreSQL {manifest.server} or later."
        )
    return None


def _require_empty() -> None:
    if under_way.is_marked(connection):
        under_way.forget()  # what an earlier restore has left, in which nobody worked
    if there := catalogue.everything():
        name = connection.settings_dict["NAME"]
        raise CannotRestore(
            f"The database {name} is not empty: it has {len(there)} tables and the like, such as "
            f"{there[0][1]}. Nothing was changed. Make another database with `createdb` and give "
            "its address in DATABASE_URL, or drop this one with `dropdb` first if nobody needs "
            "it; with the embedded PostgreSQL, give a new folder in SPITS_DATA."
        )


def _load(source: Path) -> None:
    """Have pg_restore load the rows, and then make indexes, constraints and triggers."""
    try:
        program = found("pg_restore")
    except NoProgram as problem:
        raise CannotRestore(str(problem)) from problem
    process = started(
        program,
        *["--dbname", str(connection.settings_dict["NAME"]), f"--jobs={os.cpu_count() or 1}"],
        *["--exit-on-error", "--no-owner", "--no-acl", "--no-comments", str(source)],
        PGOPTIONS=SERVER_MEMORY,
    )
    try:
        said = process.communicate()[1]
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise CannotRestore(
            "The backup could not be restored, and the database is empty again: "
            f"{complaint(process, said)}"
        )


def _compared(manifest: Manifest) -> dict[str, int]:
    """Return the rows of each table, which are those of the backup; anything else raises."""
    rows = catalogue.row_counts(catalogue.tables())
    problems = [
        f"{table} has {rows.get(table, 'no')} rows instead of {manifest.rows.get(table, 'none')}"
        for table in sorted({*rows, *manifest.rows})
        if rows.get(table) != manifest.rows.get(table)
    ]
    if manifest.server == server_version():  # another one may print the same otherwise
        now_there = catalogue.fingerprint()
        problems += [
            f"the {kind} are others"
            for kind, digest in manifest.fingerprint.items()
            if now_there.get(kind) != digest
        ]
    if problems:
        raise CannotRestore(
            "What came back is not what was backed up, and the database is empty again: "
            f"{'; '.join(problems)}."
        )
    return rows


def _ended() -> dict[str, int]:
    """End what belongs to people who work, since they did so before the backup came back."""
    ended = {}
    with transaction.atomic(), connection.cursor() as cursor:
        for table in settings.ENDED_BY_A_RESTORE:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            ended[table] = cursor.rowcount
    return ended
