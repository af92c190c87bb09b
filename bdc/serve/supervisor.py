"""Keeps processes running: one that ends is started again, a little later each time."""

import time
from collections.abc import Callable, Sequence

from bdc.engines.child import Child

LONGEST_PAUSE = 30.0  # seconds
HEALTHY_AFTER = 10.0
GLANCE = 0.2


class Watched:
    """One process that has to keep running, and when to start it again if it does not."""

    def __init__(self, child: Child, *, now: float) -> None:
        self.child = child
        self._started_at = now
        self._restart_at: float | None = None
        self._endings = 0

    def look(self, now: float, say: Callable[[str], None]) -> None:
        """Start the process again when it has ended and its pause is over."""
        if self.child.is_running:
            return
        if self._restart_at is None:
            pause = self._next_pause(now)
            self._restart_at = now + pause
            say(f"{self.child.name} has ended ({self.child.ending}); again in {pause:.0f} s")
        elif now >= self._restart_at:
            self._restart_at = None
            self._started_at = now
            self.child.start()
            say(f"{self.child.name} is started again")

    def _next_pause(self, now: float) -> float:
        """Return 1 second, then 2, 4 and so on; 1 again after ten seconds of health."""
        if now - self._started_at >= HEALTHY_AFTER:
            self._endings = 0
        pause = min(2.0**self._endings, LONGEST_PAUSE)
        self._endings += 1
        return pause


def watch(children: Sequence[Child], say: Callable[[str], None]) -> None:
    """Keep `children` running until an exception, such as a signal's, ends the watch."""
    started_at = time.monotonic()
    watched = [Watched(child, now=started_at) for child in children]
    while True:
        time.sleep(GLANCE)
        for one in watched:
            one.look(time.monotonic(), say)
