"""How much a proof tries: what fits into `make check`, or the evidence of a release.

`make prove SIZE=full` tries all of it, `SIZE=0.1` a tenth; without a size it is that of CI.
"""

import os

CI = "ci"


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
