"""Compares what clients were told with what is in the database."""

from collections import Counter

import psycopg

from tests.proofs.crashes.clients import Traffic


def open_effects(database: psycopg.Connection) -> int:
    [number] = database.execute(
        "SELECT count(*) FROM outbox_effect WHERE done_at IS NULL"
    ).fetchone()
    return number


def reconciled(database: psycopg.Connection, traffic: Traffic) -> tuple[list[str], list[str]]:
    """Compare what was accepted with what is there; return what is lost, and what is double."""
    lost, double = [], []

    def compare(what: str, accepted: set, asked: set, there: Counter) -> None:
        lost.extend(f"{what} {one}" for one in accepted if one not in there)
        double.extend(f"{what} {one}" for one, times in there.items() if times > 1)
        double.extend(f"{what} {one}, which nobody asked for" for one in there if one not in asked)

    journal = traffic.journal
    leads = {(entry["key"], entry["lead"]) for entry in journal.entries("lead")}
    rows = database.execute(
        "SELECT source, id FROM leads_lead WHERE source LIKE 'crash-%'"
    ).fetchall()
    compare("lead", leads, leads, Counter(rows))
    compare(
        "lead of",
        {key for key, _ in leads},
        {entry["key"] for entry in journal.entries("lead asked")},
        Counter(key for key, _ in rows),
    )
    raw = database.execute("SELECT count(*) FROM leads_rawinput WHERE door = 'api'").fetchone()[0]
    if raw != len(rows):
        double.append(f"{raw} documents kept for {len(rows)} leads")

    attempts = database.execute("SELECT seconds, lead_id FROM leads_attempt").fetchall()
    compare(
        "attempt",
        {(entry["number"], entry["lead"]) for entry in journal.entries("attempt")},
        {(entry["number"], entry["lead"]) for entry in journal.entries("attempt asked")},
        Counter(attempts),
    )
    closed = {entry["lead"] for entry in journal.entries("closed")}
    gone = database.execute(
        "SELECT id FROM leads_lead WHERE id = ANY(%s) AND status <> 'closed'", [list(closed)]
    ).fetchall()
    lost.extend(f"close-out of {one}" for (one,) in gone)

    imported = database.execute(
        "SELECT source, count(*) FROM leads_lead WHERE source LIKE 'file-%' GROUP BY source"
    ).fetchall()
    of_files = {(entry["name"], entry["rows"]) for entry in journal.entries("file")}
    compare("file", of_files, of_files, Counter(imported))
    return lost, double
