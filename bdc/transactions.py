"""Transactions that the database may call off, through no fault of theirs, and that try again."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from django.db.transaction import Atomic

from bdc.prepared import PLAN_IS_OUTDATED

DEADLOCK = "40P01"
CANNOT_SERIALIZE = "40001"
CALLED_OFF = {DEADLOCK, CANNOT_SERIALIZE, PLAN_IS_OUTDATED}
TRIES = 3
LONGEST_SLEEP = 0.1  # seconds, times the number of the try

P = ParamSpec("P")
R = TypeVar("R")


class Action(Atomic):
    """The transaction of an action. One within another has no savepoint of its own: what it
    refuses is refused as a whole. Who goes on after a part that failed says so, by a
    `transaction.atomic` around the part."""

    @classmethod
    def begin(cls) -> "Action":
        around = connection.atomic_blocks[-1] if connection.in_atomic_block else None
        return cls(DEFAULT_DB_ALIAS, savepoint=not isinstance(around, cls), durable=False)


def retrying_atomic(action: Callable[P, R]) -> Callable[P, R]:
    """Run `action` in a transaction, anew when it was the victim of a deadlock or an upgrade.

    Inside another transaction only the outermost can begin anew. What `action` is given is as the
    broken-off try has left it: it must lock and read its rows anew, as every domain action does.
    """

    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        with Action.begin():
            return action(*args, **kwargs)

    @wraps(action)
    def retrying(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return in_transaction(*args, **kwargs)
        for attempt in range(1, TRIES):
            try:
                return in_transaction(*args, **kwargs)
            except OperationalError as problem:
                if not _is_called_off(problem):
                    raise
            time.sleep(random.uniform(0, LONGEST_SLEEP * attempt))  # noqa: S311  not a secret
        return in_transaction(*args, **kwargs)

    return retrying


def _is_called_off(problem: OperationalError) -> bool:
    return getattr(problem.__cause__, "sqlstate", None) in CALLED_OFF
