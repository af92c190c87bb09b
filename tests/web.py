"""The web process as it is served, beside the database of the tests: killed and started at will."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from bdc.engines.child import Child
from bdc.serve.application import application
from tests.serving import free_port, wait_until

PATIENCE = 60.0  # seconds, on a busy machine


class Web:
    """One web process with the settings of production: middleware, pool and server."""

    def __init__(self, child: Child, address: str) -> None:
        self.address = address
        self._child = child

    def start(self) -> None:
        self._child.start()
        wait_until(lambda: self._answers() or not self._child.is_running, PATIENCE)
        assert self._child.is_running, self._child.last_lines()

    def kill(self) -> None:
        self._child.send(signal.SIGKILL)
        wait_until(lambda: not self._child.is_running, PATIENCE)

    def stop(self, patience: float) -> str:
        """Ask it to stop; return how it ended, which is by a signal when that took too long."""
        self._child.stop(patience)
        return self._child.ending

    def threads(self) -> int:
        """How many threads it has; 0 where the system does not tell."""
        folder = Path(f"/proc/{self._child.pid}/task")
        return len(list(folder.iterdir())) if folder.exists() else 0

    @property
    def said(self) -> str:
        return self._child.last_lines(50)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/accounts/login/", timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False


@contextmanager
def web_process(folder: Path, **environment: str) -> Iterator[Web]:
    """Serve the database of the tests until the end of the block, with its log in `folder`."""
    port = free_port()
    whole = {
        "DATABASE_URL": _address_of_the_test_database(),
        "DJANGO_SETTINGS_MODULE": "bdc.settings",
        **environment,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in whole.items():
            patch.setenv(name, value)
        child = application(host="127.0.0.1", port=port, logs=folder)[0]
    child.environment = {**child.environment, **environment}
    web = Web(child, f"http://127.0.0.1:{port}")
    web.start()
    try:
        yield web
    finally:
        web.stop(patience=10)


def _address_of_the_test_database() -> str:
    whole = urlsplit(os.environ["DATABASE_URL"])
    folder = whole.path.rpartition("/")[0]
    return urlunsplit(whole._replace(path=f"{folder}/{connection.settings_dict['NAME']}"))
