"""Several people at once: each in a thread with a connection of its own, let go together."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bdc.errors import NotAllowed, RuleBroken

PATIENCE = 60.0  # seconds
HEAD_STARTS = (0.0, 0.02, 0.2)  # seconds, at most, so that they meet at every step

Act = Callable[[], Any]


@dataclass
class Answer:
    """What somebody got: a value, or the problem that was raised."""

    value: Any = None
    problem: Exception | None = None

    @property
    def code(self) -> str:
        """The rule that said no, "ok", or the name of an error that nobody should ever see."""
        if self.problem is None:
            return "ok"
        if isinstance(self.problem, RuleBroken):
            return self.problem.code
        if isinstance(self.problem, NotAllowed):
            return "not_allowed"
        return f"{type(self.problem).__name__}: {self.problem}"


def answer_of(act: Act) -> Answer:
    try:
        return Answer(act())
    except Exception as problem:  # whatever it is: the proof judges it
        return Answer(problem=problem)


def at_once(*acts: Act) -> list[Answer]:
    """Let all `acts` go at the same moment, or almost; return what each got."""
    apart = random.choice(HEAD_STARTS)
    answers = [Answer() for _ in acts]
    gate = threading.Barrier(len(acts))

    def go(position: int, act: Act) -> None:
        try:
            connection.ensure_connection()
            gate.wait(PATIENCE)
            time.sleep(random.uniform(0, apart))
            answers[position] = answer_of(act)
        except threading.BrokenBarrierError as problem:
            answers[position] = Answer(problem=problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "somebody waits for ever"
    return answers
