"""What was backed up comes back whole, onto an empty database alone."""

import json

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from bdc.backups import catalogue, under_way
from bdc.backups.backing_up import back_up
from bdc.backups.manifest import checked, chosen, has_another_key, path_of_manifest
from bdc.backups.restoring import restore
from bdc.backups.trouble import CannotRestore
from bdc.engines.trouble import CannotStart
from bdc.serve.preparing import prepare
from leads.models import Hold, Lead
from tests.bdc.backups.databases import content, database, working_on
from tests.factories import TUESDAY_10

ENDED = {"django_session", "leads_hold"}


def test_everything_comes_back_but_sessions_and_holds(filled, made, empty):
    with working_on(filled):
        before, looked = content(), catalogue.fingerprint()

    restored = restore(made)

    after = content()
    assert {table for table in before if before[table] != after.get(table)} == ENDED
    assert set(after) == set(before)
    assert catalogue.fingerprint() == looked
    assert restored.rows == restored.manifest.rows
    assert restored.ended == {"django_session": 1, "leads_hold": 1}
    assert not restored.migrated
    assert not restored.has_another_key
    assert not Hold.objects.exists()
    assert not under_way.is_marked(connection)


def test_the_commands_tell_what_came_back(made, empty, capsys):
    call_command("backup", made, check=True)
    call_command("restore", made)

    told = capsys.readouterr().out
    assert f"The backup {made} is whole" in told
    assert "leads_lead" in told
    assert "ended: 1 in django_session, 1 in leads_hold" in told
    assert "effects wait to be carried out" in told


def test_of_a_folder_the_newest_is_meant(made, tmp_path):
    with pytest.raises(CannotRestore, match="There is no backup in the folder"):
        chosen(tmp_path)

    for name in ("spits-2026-11-30T080000.dump", "spits-2026-11-29T090000.dump", "z.dump"):
        (tmp_path / name).touch()

    assert chosen(tmp_path).name == "spits-2026-11-30T080000.dump"
    assert chosen(made) == made


def test_a_database_that_is_not_empty_is_left_as_it_is(source, made):
    before = content()

    with pytest.raises(CommandError, match=r"backed_up_.* is not empty: .* Nothing was changed"):
        call_command("restore", made)

    assert content() == before
    assert not under_way.is_marked(connection)


def test_an_older_backup_is_migrated(filled, empty, tmp_path):
    with database("older", like=filled) as name, working_on(name):
        call_command("migrate", "outbox", "0001", verbosity=0)
        path, _ = back_up(tmp_path / "older.dump", now=TUESDAY_10)

    restored = restore(path)

    assert restored.migrated == ["outbox.0002_effects_set_aside"]
    with working_on(filled):
        now_there = catalogue.fingerprint()
    assert catalogue.fingerprint() == now_there
    assert Lead.objects.count() == 6


def with_other_facts(made, folder, **facts):
    path = folder / made.name
    path.write_bytes(made.read_bytes())
    known = json.loads(path_of_manifest(made).read_text())
    path_of_manifest(path).write_text(json.dumps(known | facts))
    return path


def test_a_backup_of_a_newer_spits_is_refused(made, empty, tmp_path):
    newer = with_other_facts(made, tmp_path, migrations=["leads.9999_of_a_later_year"])

    with pytest.raises(CannotRestore, match=r"newer Spits.* leads\.9999_of_a_later_year"):
        restore(newer)

    assert catalogue.everything() == []


def test_a_backup_of_a_newer_server_is_refused(made, empty, tmp_path):
    newer = with_other_facts(made, tmp_path, server=99)

    with pytest.raises(CannotRestore, match="restore it on PostgreSQL 99 or later"):
        restore(newer)


def test_another_key_is_told_from_an_earlier_one(made, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert not has_another_key(checked(made))

    settings.SECRET_KEY_FALLBACKS = []
    assert has_another_key(checked(made))


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("breaks off", "could not be restored, and the database is empty again: out of memory"),
        ("leaves out", "the constraints are others; the indexes are others; the triggers are"),
        ("loses a row", r"leads_event has \d+ rows instead of \d+"),
    ],
)
def test_what_did_not_come_back_whole_does_not_stay(made, empty, program_that, does, told):
    program_that("pg_restore", does)

    with pytest.raises(CannotRestore, match=told):
        restore(made)

    assert catalogue.everything() == []
    assert not under_way.is_marked(connection)


# --- A restore that was killed --------------------------------------------------------------


@pytest.fixture
def broken_off(made, empty):
    """What a restore leaves that is killed before its triggers are there."""
    under_way.begin()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE leads_lead (id bigint)")


def test_nothing_starts_on_what_a_killed_restore_has_left(broken_off, monkeypatch):
    monkeypatch.setattr("bdc.serve.preparing.durability_problem", lambda connection: None)

    with pytest.raises(CannotStart, match="a restore of it was broken off"):
        prepare(lambda words: None)
    assert "bdc.E002" in [problem.id for problem in run_checks(databases=["default"])]


def test_it_is_begun_anew(made, broken_off):
    restore(made)

    assert Lead.objects.count() == 6
    assert not under_way.is_marked(connection)
    assert "bdc.E002" not in [problem.id for problem in run_checks(databases=["default"])]


def test_two_do_not_restore_one_database(made, empty):
    name = connection.settings_dict["NAME"]
    with under_way.sole_restore():
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [under_way.LOCK])
                assert cursor.fetchone() == (False,), name
        finally:
            other.close()
