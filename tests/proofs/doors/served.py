"""The application behind a real web server, in this process: what a client outside meets."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from django.db import connections

from bdc.asgi import application
from tests.serving import wait_until

PATIENCE = 10  # seconds


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve until the end of the block; give the address."""
    # Each request has a thread of its own, whose connection ends with it.
    monkeypatch.setitem(connections.databases["default"], "CONN_MAX_AGE", 0)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, lifespan="off", log_level="error", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=asyncio.run, args=[server.serve([listener])])
        thread.start()
        try:
            wait_until(lambda: server.started or not thread.is_alive(), PATIENCE)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
