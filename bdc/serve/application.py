"""The three processes of the application: web, worker and timetable."""

import os
import sys
from pathlib import Path

from django.conf import settings

from bdc.engines.child import Child

CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "bdc"]


def application(*, host: str, port: int, logs: Path) -> list[Child]:
    """Return the processes in the order in which they start."""
    web = [
        *[sys.executable, "-m", "uvicorn", "bdc.asgi:application"],
        *["--host", host, "--port", str(port), "--lifespan", "off"],
        *["--timeout-graceful-shutdown", "5"],  # an open stream would hold the stop for ever
        # Django reads what a proxy says, and only when the settings tell that there is one.
        *["--no-server-header", "--no-proxy-headers", "--no-access-log"],
    ]
    worker = [
        # Processes, not threads: only they can be ended when a task takes too long.
        *[*CELERY, "worker", "-P", "prefork", "-c", "2", "--without-mingle", "--without-gossip"],
        *["--loglevel", "WARNING"],
    ]
    timetable = [
        *[*CELERY, "beat", "-S", "celery.beat:Scheduler", "--pidfile=", "--loglevel", "WARNING"],
    ]
    return [
        _child("web", web, logs, SPITS_POOL="1"),
        _child("worker", worker, logs),
        _child("timetable", timetable, logs),
    ]


def _child(name: str, command: list[str], logs: Path, **environment: str) -> Child:
    return Child(
        name,
        command,
        log=logs / f"{name}.log",
        environment={
            **os.environ,
            "SPITS_DATA": str(settings.DATA_DIR),
            "SPITS_DEMO": str(int(settings.DEMO)),
            "SECRET_KEY": settings.SECRET_KEY,
            **environment,
        },
        folder=settings.BASE_DIR,
    )
