"""The throw-away PostgreSQL and Valkey that one run of the tests starts and removes again."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from bdc.engines.addresses import DATABASE_NAME, DATABASE_USER
from bdc.engines.child import stop_all
from bdc.engines.postgres import Postgres
from bdc.engines.valkey import Valkey

# What is lost in a crash need not be kept: the whole engine is thrown away.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
MANY = {"max_connections": "400"}  # proofs let hundreds of people work at once
XDIST_WORKER = os.environ.get("PYTEST_XDIST_WORKER")


def use_throw_away_engines() -> None:
    """Start engines and point the environment to them; processes of pytest-xdist share one."""
    if XDIST_WORKER is None:
        _start()
    number = int((XDIST_WORKER or "gw0").removeprefix("gw"))
    # A Valkey database for each test process, so that one does not empty another's.
    os.environ["REDIS_URL"] = f"{os.environ['SPITS_TEST_VALKEY']}?db={number}"


def _start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="spits-test-"))
    folder.chmod(0o711)  # as root, PostgreSQL passes through as nobody
    valkey = Valkey(folder, log=folder / "valkey.log")
    children = [valkey.prepare()]
    valkey.start()
    removable = [folder, valkey.socket.parent]
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(folder, log=folder / "postgres.log", settings=QUICK | MANY)
        children.append(postgres.prepare())
        postgres.start()
        removable += [postgres.cluster.resolve(), postgres.sockets]
        os.environ["DATABASE_URL"] = (
            f"postgres://{DATABASE_USER}@/{postgres.sockets}/{DATABASE_NAME}"
        )
    os.environ |= {
        "SPITS_TEST_VALKEY": f"unix://{valkey.socket}",
        "SPITS_DATA": str(folder),
        "SPITS_DEMO": "0",
        "SECRET_KEY": "of-the-tests-" + 4 * "1234567890",
    }
    atexit.register(_end, children, removable)


def _end(children: list, removable: list[Path]) -> None:
    stop_all(children, patience=5)
    for folder in removable:
        shutil.rmtree(folder, ignore_errors=True)
