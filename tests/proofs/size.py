"""How much a proof tries: what fits into `make check`, or the evidence of a release.

`make prove SIZE=full` tries all of it, `SIZE=0.1` a tenth; without a size it is that of CI.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

CI = "ci"
T = TypeVar("T")


def asked() -> str:
    """The size that this run was asked for: `ci`, `full`, or a share of `full` such as `0.1`."""
    return os.environ.get("SPITS_PROOF_SIZE") or CI


def size(*, ci: int, full: int) -> int:
    """How often to try: `ci` or `full` times, or the asked share of `full` (at least `ci`)."""
    wanted = asked()
    if wanted == CI:
        return ci
    share = 1.0 if wanted == "full" else float(wanted)
    return max(ci, round(full * share))


def in_turn(items: Sequence[T], turn: int, of: int = 2) -> Sequence[T]:
    """Every second of these, or `of`-th, as one change has time for, and at least one; all of
    them in `make prove`."""
    return (items[turn % of :: of] or items[:1]) if asked() == CI else items
