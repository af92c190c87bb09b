"""Each task is told in one line: what it was, how it ended and how long it took."""

import logging
import time
from contextvars import Token
from typing import Any

from celery import Task, signals

from bdc.logs import working_on

logger = logging.getLogger(__name__)

_began: dict[str, tuple[float, Token[Any]]] = {}


def tell_of_tasks() -> None:
    """Listen to the tasks of this process, from now on."""
    signals.task_prerun.connect(_begin)
    signals.task_failure.connect(_tell_why)
    signals.task_postrun.connect(_tell)


def _begin(task_id: str, task: Task, **_: object) -> None:
    mark = working_on.set({"task": task_id})
    _began[task_id] = (time.perf_counter(), mark)


def _tell_why(task_id: str, exception: BaseException, sender: Task, **_: object) -> None:
    logger.error("failed", exc_info=exception, extra={"facts": {"name": sender.name}})


def _tell(task_id: str, task: Task, state: str | None = None, **_: object) -> None:
    began, mark = _began.pop(task_id)
    ms = round((time.perf_counter() - began) * 1000)
    logger.info("ended", extra={"facts": {"name": task.name, "state": state, "ms": ms}})
    working_on.reset(mark)
