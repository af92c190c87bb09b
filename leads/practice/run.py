"""A run through the ten customers, as the session keeps it: who is on the line, and how it goes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self

from leads.practice.customers import CUSTOMERS, Did, PracticeCustomer


@dataclass(frozen=True)
class Answer:
    """What was noted of a customer last: the reason of a close-out, the moment of a call-back."""

    did: Did
    reason: str = ""
    at: datetime | None = None


@dataclass
class Line:
    """The customer on the line: what was done so far."""

    is_called: bool = False
    results: list[str] = field(default_factory=list)  # those after which a next step follows
    visits: list[str] = field(default_factory=list)  # the kinds of appointments that were booked
    has_quote: bool = False
    has_note: bool = False
    is_undone: bool = False
    answer: Answer | None = None


@dataclass
class Run:
    """Where somebody is in practice, and how it went so far."""

    began_at: datetime
    ended_at: datetime | None = None
    place: int = 0
    presses: int = 0
    missed: list[int] = field(default_factory=list)  # at the first try another key fitted better
    line: Line = field(default_factory=Line)

    # --- What is so -----------------------------------------------------------------------

    @property
    def customer(self) -> PracticeCustomer:
        return CUSTOMERS[self.place]

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def took(self) -> timedelta:
        return (self.ended_at or self.began_at) - self.began_at

    @property
    def is_twisted(self) -> bool:
        """Whether the customer answers after all, and what was noted is to be taken back."""
        answer = self.line.answer
        is_unreached = answer is not None and answer.did == Did.NO_ANSWER
        return bool(self.customer.twist) and is_unreached and not self.line.is_undone

    def fits(self, zone: tzinfo) -> bool:
        """Whether what was noted is what fits the customer; days and times are those of `zone`."""
        asked, answer = self.customer.fitting, self.line.answer
        if answer is None or (answer.did, answer.reason) != (asked.did, asked.reason):
            return False
        if asked.clock is not None and answer.at is not None:
            local = answer.at.astimezone(zone)
            if (local.weekday(), local.time()) != (asked.weekday, asked.clock):
                return False
        return self.line.is_undone >= asked.is_undone_first and self.line.has_note >= asked.has_note

    # --- What happens ---------------------------------------------------------------------

    def note(self, answer: Answer, zone: tzinfo) -> None:
        """Note what ends the work on the customer."""
        self.line.answer = answer
        if not self.fits(zone) and not self.is_twisted:
            self._miss()

    def take_back(self) -> None:
        """Undo what was noted last; the customer is on the line again."""
        self.line.answer = None
        self.line.is_undone = True

    def go_on(self, now: datetime) -> None:
        """The next customer, or the end."""
        if self.is_twisted:
            self._miss()
        if self.place + 1 == len(CUSTOMERS):
            self.ended_at = now
        else:
            self.place += 1
            self.line = Line()

    def _miss(self) -> None:
        if self.place not in self.missed:
            self.missed.append(self.place)

    # --- Kept in the session --------------------------------------------------------------

    def kept(self) -> dict[str, Any]:
        """As JSON can hold it."""
        kept = asdict(self)
        kept["began_at"] = self.began_at.isoformat()
        kept["ended_at"] = self.ended_at and self.ended_at.isoformat()
        if self.line.answer is not None:
            at = self.line.answer.at
            kept["line"]["answer"]["at"] = at and at.isoformat()
        return kept

    @classmethod
    def read(cls, kept: Any) -> Self | None:
        """The run that `kept()` gave; None where there is none, or one of another version."""
        try:
            line, answer = kept["line"], kept["line"]["answer"]
            if answer is not None:
                answer = Answer(Did(answer["did"]), answer["reason"], _moment(answer["at"]))
            told = {
                "began_at": datetime.fromisoformat(kept["began_at"]),
                "ended_at": _moment(kept["ended_at"]),
                "line": Line(**{**line, "answer": answer}),
            }
            run = cls(**{**kept, **told})
            return run if run.place < len(CUSTOMERS) else None
        except (KeyError, TypeError, ValueError):
            return None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
