"""The three processes of the application: web, worker and timetable."""

import os
import signal
import sys
from pathlib import Path

from django.conf import settings

from bdc.engines.child import Child

PARTS = ("web", "worker", "timetable")
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "bdc"]


def command_of(part: str, *, host: str, port: int) -> list[str]:
    """Return the command that runs a part, which needs `environment_of` it as well."""
    if part == "web":
        return [
            *[sys.executable, "-m", "uvicorn", "bdc.asgi:application"],
            *["--host", host, "--port", str(port), "--lifespan", "off"],
            *["--timeout-graceful-shutdown", "5"],  # an open stream would hold the stop for ever
            # Django reads what a proxy says, and only when the settings tell that there is one.
            *["--no-server-header", "--no-proxy-headers", "--no-access-log"],
        ]
    if part == "worker":
        return [
            # Processes, not threads: only they can be ended when a task takes too long.
            *[*CELERY, "worker", "-P", "prefork", "-c", "2", "--without-mingle"],
            *["--without-gossip", "--loglevel", "WARNING"],
        ]
    return [
        *[*CELERY, "beat", "-S", "celery.beat:Scheduler", "--pidfile=", "--loglevel", "WARNING"],
    ]


def environment_of(part: str) -> dict[str, str]:
    return {**os.environ, "SPITS_POOL": "1"} if part == "web" else {**os.environ}


def application(*, host: str, port: int, logs: Path) -> list[Child]:
    """Return the processes in the order in which they start."""
    return [
        Child(
            part,
            command_of(part, host=host, port=port),
            log=logs / f"{part}.log",
            environment={
                **environment_of(part),
                "SPITS_DATA": str(settings.DATA_DIR),
                "SPITS_DEMO": str(int(settings.DEMO)),
                "SECRET_KEY": settings.SECRET_KEY,
            },
            folder=settings.BASE_DIR,
            # A worker that was told to stop has waited for ever for processes of its own that
            # were gone. Nothing is lost by ending these at once (tests/proofs/crashes).
            orphan_signal=signal.SIGKILL,
        )
        for part in PARTS
    ]
