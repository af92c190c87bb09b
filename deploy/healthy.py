"""Says by its exit code whether the part of Spits in this container works: web, worker, timetable.

It is asked every few seconds, so it needs nothing but the standard library, which starts at once.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

LONGEST_SILENCE = 120  # seconds; a worker ends a task, and the timetable rings, every few
PATIENCE = 8  # seconds


def problem_of_web() -> str:
    """Judge the web process alone: others that are away are not mended by starting it again."""
    address = f"http://127.0.0.1:{os.environ.get('SPITS_PORT', '8000')}/healthz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        answer = opener.open(address, timeout=PATIENCE)
    except urllib.error.HTTPError as refusal:
        answer = refusal  # 503 names what is away
    except OSError as problem:
        return f"does not answer: {problem}"
    try:
        return "" if json.load(answer).get("web") == "ok" else "is not well"
    except ValueError:
        return f"answers {answer.status} without saying how it is"


def problem_of(part: str) -> str:
    """Judge by what it did last: see bdc/pulse.py."""
    mark = Path(os.environ.get("SPITS_DATA", ".data")) / "pulse" / part
    try:
        silence = time.time() - mark.stat().st_mtime
    except FileNotFoundError:
        return "has done nothing yet"
    return f"has done nothing for {silence:.0f} s" if silence > LONGEST_SILENCE else ""


def main() -> None:
    part = sys.argv[1]
    if problem := problem_of_web() if part == "web" else problem_of(part):
        sys.exit(f"{part} {problem}")


if __name__ == "__main__":
    main()
