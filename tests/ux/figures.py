"""A measured figure beside its goal, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One metric of ux.md section 3, as it was seen.

    `goal` and `limit` bound `seen` from above; past `limit` the run fails. Without a number
    (`seen` is None) it was not measured, and `remark` says why: that fails too.
    """

    number: int
    name: str
    seen: float | None
    goal: float
    limit: float
    unit: str = ""
    remark: str = ""

    @property
    def verdict(self) -> str:
        if self.seen is None:
            return "not seen"
        if self.seen <= self.goal:
            return "met"
        return "missed" if self.seen <= self.limit else "FAILED"

    @property
    def is_failed(self) -> bool:
        return self.verdict in ("FAILED", "not seen")

    def row(self) -> str:
        seen = "-" if self.seen is None else f"{self.seen:,.4g}"
        return (
            f"{self.number:>3}  {self.name:58} {seen:>9} {self.goal:>8,.4g} {self.limit:>8,.4g}"
            f"  {self.unit:9} {self.verdict:8} {self.remark}"
        )


HEAD = f"{'#':>3}  {'metric':58} {'seen':>9} {'goal':>8} {'limit':>8}  {'unit':9} {'':8}"


def found(number: int, name: str, findings: Sequence[object]) -> Figure:
    """A metric of which nothing may be found."""
    remark = "; ".join(str(one) for one in findings[:3])
    return Figure(number, name, len(findings), 0, 0, "found", remark[:400])


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
