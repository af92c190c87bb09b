"""What the environment gives: by itself, or in a file, which is how secrets are handed over."""

import os
from pathlib import Path

from bdc.engines.trouble import CannotStart


def given(name: str) -> str:
    """Return the setting `name`, or what is in the file that `name`_FILE names; "" if neither.

    Raises CannotStart when the file cannot be read, or says another thing than the setting.
    """
    itself, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if not path:
        return itself
    try:
        filed = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not text"
        raise CannotStart(
            f"{name}_FILE={path} cannot be read ({reason}): name a file that Spits may read."
        ) from problem
    if itself and itself != filed:
        raise CannotStart(f"{name} and {name}_FILE hold two different values: keep one of the two.")
    return filed
