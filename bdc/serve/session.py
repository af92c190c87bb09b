"""One run of Spits, from the lock on its data to the last process stopped."""

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

from django.conf import settings

from bdc.clock import AMSTERDAM
from bdc.engines.child import Child, stop_all
from bdc.engines.postgres import Postgres
from bdc.engines.trouble import CannotStart
from bdc.engines.valkey import Valkey
from bdc.serve.application import application
from bdc.serve.place import claim_data_dir, require_free_port
from bdc.serve.preparing import prepare
from bdc.serve.supervisor import watch
from bdc.serve.welcome import welcome

PATIENCE_WEB = 60.0  # seconds
# Ten seconds in all, so that who asked for the stop sees it happen.
PATIENCE_APPLICATION = 6.0
PATIENCE_ENGINES = 3.0

Say = Callable[[str], None]


class StopAsked(BaseException):
    """Ctrl-C, or SIGTERM from whoever started us."""


def run(*, host: str, port: int, postgres: bool, valkey: bool, say: Say) -> None:
    """Run Spits until it is asked to stop."""
    with claim_data_dir(settings.DATA_DIR), _stop_signals_raise():
        require_free_port(host, port)
        running: list[Child] = []
        try:
            _start_engines(running, postgres=postgres, valkey=valkey)
            demo_time = prepare(say)
            _start_application(running, host=host, port=port)
            say(_welcome(host, port, demo_time))
            watch(running, say)
        except StopAsked:
            say("Stopping.")
        finally:
            _stop_in_order(running)


def _start_engines(running: list[Child], *, postgres: bool, valkey: bool) -> None:
    logs = settings.DATA_DIR / "logs"
    if valkey:
        broker = Valkey(settings.DATA_DIR, log=logs / "valkey.log")
        running.append(broker.prepare())
        broker.start()
    if postgres:
        database = Postgres(settings.DATA_DIR, log=logs / "postgres.log")
        running.append(database.prepare())
        database.start()
        database.make_database()


def _start_application(running: list[Child], *, host: str, port: int) -> None:
    children = application(host=host, port=port, logs=settings.DATA_DIR / "logs")
    for child in children:
        running.append(child)
        child.start()
    until = time.monotonic() + PATIENCE_WEB
    while not _is_healthy(host, port):
        for child in children:
            if not child.is_running or time.monotonic() > until:
                raise CannotStart(
                    f"The {child.name} process does not start ({child.ending}).\n"
                    f"{child.last_lines()}\nAll of it: {child.log}"
                )
        time.sleep(0.05)


def _is_healthy(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"{_address(host, port)}healthz", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _address(host: str, port: int) -> str:
    reached_at = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared only
    return f"http://[{reached_at}]:{port}/" if ":" in reached_at else f"http://{reached_at}:{port}/"


def _welcome(host: str, port: int, demo_time: datetime | None) -> str:
    local = demo_time.astimezone(AMSTERDAM) if demo_time else None
    return welcome(_address(host, port), demo_time=local)


def _stop_in_order(running: Sequence[Child]) -> None:
    """Stop the application first and the engines last, so that it can finish what it does."""
    engines = [child for child in running if child.name in {"postgres", "valkey"}]
    stop_all([child for child in running if child not in engines], PATIENCE_APPLICATION)
    stop_all(engines, PATIENCE_ENGINES)


@contextmanager
def _stop_signals_raise() -> Iterator[None]:
    def ask(number: int, frame: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)  # the stop is under way
        raise StopAsked

    signals = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup sets it
        signals.append(signal.SIGHUP)
    for each in signals:
        signal.signal(each, ask)
    yield
