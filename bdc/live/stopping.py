"""Hearing of the stop of a web process, which otherwise waits in vain for streams to end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def when_asked_to_stop(act: Callable[[], None]) -> Iterator[None]:
    """Do `act` in the running loop when the process is asked to stop, before it stops.

    Servers tell their application of the end only when every answer has been sent.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only there signals are heard, as with a server in a thread of the tests
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    heard = [number for number in SIGNALS if callable(before[number])]
    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heard:
            if signal.getsignal(number) is stop:
                signal.signal(number, before[number])
