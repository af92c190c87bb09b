"""Every process finds the engines of a data folder, whatever the folder is called."""

import os
import stat
from pathlib import Path

import environ
import pytest

from bdc.engines import addresses
from bdc.engines.addresses import database_url, redis_url, secret_key
from bdc.engines.trouble import CannotStart

LONG = Path("/srv") / "a-folder-with-a-long-name" / "and-another-one-within-it" / "and-the-data-in"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch):
    for name in ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SPITS_DEMO"]:
        monkeypatch.delenv(name, raising=False)


def test_engines_are_found_on_sockets_among_the_data():
    database = environ.Env.db_url_config(database_url(Path("/srv/spits")))

    assert (database["HOST"], database["USER"], database["NAME"]) == (
        "/srv/spits/postgres",
        "spits",
        "spits",
    )
    assert redis_url(Path("/srv/spits")) == "unix:///srv/spits/valkey/valkey.sock"


def test_given_addresses_win(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db/spits")
    monkeypatch.setenv("REDIS_URL", "redis://broker/0")

    assert database_url(LONG) == "postgres://u:p@db/spits"
    assert redis_url(LONG) == "redis://broker/0"


@pytest.mark.parametrize(
    "data_dir",
    [
        pytest.param(LONG, id="too long for a socket"),
        pytest.param(Path("/srv/Mijn gegevens?/100%"), id="signs an address would quote"),
    ],
)
def test_otherwise_sockets_stand_in_a_short_folder_of_their_own(data_dir):
    host = environ.Env.db_url_config(database_url(data_dir))["HOST"]

    assert host.startswith(f"/tmp/spits-{os.getuid()}-")
    assert len(host) < addresses.LONGEST_SOCKET_FOLDER
    assert database_url(data_dir) == database_url(data_dir)
    assert database_url(data_dir) != database_url(data_dir / "other")


def test_secret_key_is_made_once_and_for_its_owner_alone(tmp_path):
    key = secret_key(tmp_path / "data")

    assert len(key) >= 50
    assert secret_key(tmp_path / "data") == key
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_secret_key_of_who_was_first_is_the_key_of_all(tmp_path, monkeypatch):
    def another_process_is_first(length):
        (tmp_path / "secret_key").write_text("of the first")
        return "draft"

    monkeypatch.setattr(addresses.secrets, "token_hex", another_process_is_first)

    assert secret_key(tmp_path) == "of the first"
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_given_secret_key_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert secret_key(tmp_path) == "given"
    assert not list(tmp_path.iterdir())


def test_with_a_database_of_ones_own_a_secret_key_has_to_be_given(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db/spits")

    with pytest.raises(CannotStart, match="Set SECRET_KEY"):
        secret_key(tmp_path)


def test_folder_that_cannot_be_used_is_told_with_a_way_out(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CannotStart, match="another folder with SPITS_DATA"):
        secret_key(tmp_path / "file" / "data")
