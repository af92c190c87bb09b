"""A worker outlives its broker, also in the middle of a task: what Celery 5.7.0 does not.

There a worker that lost the broker while a late-acknowledged task ran ended with "Unrecoverable
error: 'NoneType' object has no attribute 'hostname'", and left its message to nobody.
"""

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bdc.celery import app
from bdc.engines.valkey import Valkey
from tests.proofs.crashes.worker import working
from tests.proofs.size import CI, asked
from tests.serving import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

TASK_LASTS = 4  # seconds
BROKER_IS_AWAY_FOR = 1.5
# Ours works in processes; that threads would do, and how it ends gently, is for larger sizes.
POOLS = ["prefork"] if asked() == CI else ["prefork", "threads"]
SIGNALS = [signal.SIGKILL] if asked() == CI else [signal.SIGTERM, signal.SIGKILL]


@pytest.fixture
def broker(monkeypatch) -> Iterator[Valkey]:
    """A broker of its own, which may be killed."""
    folder = Path(tempfile.mkdtemp(prefix="spits-broker-"))
    valkey = Valkey(folder, log=folder / "valkey.log")
    valkey.prepare()
    valkey.start()
    yield valkey
    valkey.child.stop(patience=2)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(valkey.socket.parent, ignore_errors=True)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("pool", POOLS)
def test_worker_goes_on_when_the_broker_comes_back(tally, broker, pool, number):
    tally.what = f"broker restarts during a task ({pool}, {number.name})"
    told = broker.folder / "told"
    told.touch()

    def has_told(words: str) -> bool:
        return words in told.read_text()

    address = f"unix://{broker.socket}"
    with working("-P", pool, "-c", "2", broker=address) as worker:
        ask(address, "slow", str(told), TASK_LASTS)
        wait_until(lambda: has_told("slow begins"))

        broker.child.send(number)
        wait_until(lambda: not broker.child.is_running)
        time.sleep(BROKER_IS_AWAY_FOR)
        broker.start()

        wait_until(lambda: has_told("slow ends"))
        time.sleep(2)  # it is then that 5.7.0 acknowledges, and ends
        assert worker.is_running, worker.last_lines()
        ask(address, "quick", str(told))
        wait_until(lambda: has_told("quick"))
        with redis.Redis(unix_socket_path=str(broker.socket)) as client:
            wait_until(lambda: client.hlen("spits:unacked") == 0)
    tally.count(violations=told.read_text().count("slow ends") != 1)
    assert tally.violations == 0


def ask(address: str, task: str, *arguments: object) -> None:
    """Send a task of the poisoned worker by its name, to this broker."""
    url = address.replace("unix://", "redis+socket://")
    with app.connection_for_write(url) as connection:
        app.send_task(f"tests.proofs.crashes.poison.{task}", arguments, connection=connection)
