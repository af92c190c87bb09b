"""A backup is whole, or there is none."""

import json
import stat
import threading
from pathlib import Path

import pytest
from django.db import connection

from bdc.backups.backing_up import back_up
from bdc.backups.manifest import checked, path_of_manifest
from bdc.backups.restoring import restore
from bdc.backups.trouble import CannotBackUp, CannotRestore
from dealers.models import Dealership
from leads.models import Lead
from tests.bdc.backups.databases import database, working_on
from tests.factories import TUESDAY_10, receive
from tests.proofs.invariants import violations
from tests.proofs.races.at_once import at_once


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_it_is_two_files_that_only_their_owner_reads(made):
    assert files_in(made.parent) == ["spits.dump", "spits.dump.json"]
    for path in made.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_stands_beside_it_is_about_nobody(made):
    known = json.loads(path_of_manifest(made).read_text())

    assert known["rows"]["leads_lead"] == 6
    assert known["made_at"] == TUESDAY_10.isoformat()
    assert set(known) == {
        *("fingerprint", "format", "key", "made_at", "migrations", "rows", "server", "sha256"),
        *("size", "version"),
    }
    assert {type(rows) for rows in known["rows"].values()} == {int}
    assert all(len(digest) == 64 for digest in known["fingerprint"].values())


def test_in_a_folder_it_is_named_by_the_time(source, tmp_path):
    path, _ = back_up(tmp_path, now=TUESDAY_10)

    assert path == tmp_path / "spits-2026-11-24T100000.dump"
    assert checked(path).rows["leads_lead"] == 6


def test_another_backup_is_never_written_over(made):
    before = made.read_bytes()

    with pytest.raises(CannotBackUp, match="is there already"):
        back_up(made, now=TUESDAY_10)

    assert made.read_bytes() == before
    assert files_in(made.parent) == ["spits.dump", "spits.dump.json"]


def test_of_two_at_once_for_one_name_one_is_made(source, tmp_path):
    target = tmp_path / "spits.dump"

    answers = at_once(*[lambda: back_up(target, now=TUESDAY_10)] * 2)

    problems = [answer.problem for answer in answers if answer.problem]
    assert [type(problem) for problem in problems] == [CannotBackUp]
    assert checked(target).rows["leads_lead"] == 6
    assert files_in(tmp_path) == ["spits.dump", "spits.dump.json"]


def test_two_at_once_for_two_names_are_both_made(source, tmp_path):
    targets = [tmp_path / "one.dump", tmp_path / "two.dump"]

    answers = at_once(*[lambda path=path: back_up(path, now=TUESDAY_10) for path in targets])

    assert [answer.code for answer in answers] == ["ok", "ok"]
    assert [checked(path).rows["leads_lead"] for path in targets] == [6, 6]


def test_on_a_full_disk_nothing_half_is_left(source, tmp_path, program_that):
    program_that("pg_dump", "finds the disk full")

    with pytest.raises(CannotBackUp, match="No space left on device"):
        back_up(tmp_path / "spits.dump", now=TUESDAY_10)

    assert files_in(tmp_path) == []


@pytest.mark.parametrize("folder", ["/sys", "/not/there"])
def test_where_nothing_can_be_written_it_says_so(source, folder):
    with pytest.raises(CannotBackUp, match=f"{folder}/spits.dump cannot be written"):
        back_up(Path(folder) / "spits.dump", now=TUESDAY_10)


def test_without_a_program_for_this_server_it_says_what_to_install(source, tmp_path, monkeypatch):
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(CannotBackUp, match=r"There is no pg_dump of PostgreSQL 18 or later in"):
        back_up(tmp_path / "spits.dump", now=TUESDAY_10)

    assert files_in(tmp_path) == []


def test_while_leads_arrive_it_is_of_one_moment(filled, transactional_db, tmp_path, program_that):
    """Leads come between the counting and the dump, and none of them is half in it."""
    with database("still_arriving", like=filled) as busy, working_on(busy):
        program_that("pg_dump", "starts late")
        place = Dealership.objects.get(slug="backed-up")
        over = threading.Event()
        before = Lead.objects.count()

        def arrive() -> None:
            while not over.is_set():
                receive(place)
            connection.close()

        arriving = threading.Thread(target=arrive)
        arriving.start()
        path, manifest = back_up(tmp_path / "spits.dump", now=TUESDAY_10)
        over.set()
        arriving.join()
        after = Lead.objects.count()

        with database("arrived") as name, working_on(name):
            restored = restore(path)
            assert restored.rows == manifest.rows
            assert violations() == []
        assert before <= manifest.rows["leads_lead"] < after


# --- What is checked before anybody relies on it ------------------------------------------


@pytest.fixture
def copy(made, tmp_path) -> Path:
    for path in (made, path_of_manifest(made)):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path / made.name


def test_a_whole_one_is_found_whole(copy):
    assert checked(copy).rows["leads_lead"] == 6


def test_one_that_was_cut_off_is_found_out(copy):
    copy.write_bytes(copy.read_bytes()[:-1])

    with pytest.raises(CannotRestore, match="it was cut off or changed"):
        checked(copy)


def test_one_with_a_single_other_byte_is_found_out(copy):
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)

    with pytest.raises(CannotRestore, match="was changed since it was made"):
        checked(copy)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', '{"format": 2}', "\x00"])
def test_one_beside_which_stands_something_else_is_found_out(copy, text):
    path_of_manifest(copy).write_text(text)

    with pytest.raises(CannotRestore, match="is not what a backup of this Spits has beside it"):
        checked(copy)


def test_a_dump_alone_is_no_backup(copy):
    path_of_manifest(copy).unlink()

    with pytest.raises(CannotRestore, match="A backup is two files"):
        checked(copy)
