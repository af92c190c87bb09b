"""What is told of a change: its name, who may hear it, and numbers that say nothing of a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

STREAM = "spits:live"  # of Valkey
FIELD = "news"
RIGHTS = "rights"  # of a user, for the server: look now what this user may still hear


@dataclass(frozen=True)
class News:
    """Something changed. A page that shows it asks for it anew, with the rights of its reader.

    `about` is the id of what changed, or 0 for several things of this name; `version` grows with
    every change of it, or is 0 where nobody counts.
    """

    name: str
    topics: frozenset[str]
    about: int = 0
    version: int = 0


def packed(news: Iterable[News]) -> str:
    """One entry of the stream."""
    return json.dumps(
        [[one.name, sorted(one.topics), one.about, one.version] for one in news],
        separators=(",", ":"),
    )


def unpacked(text: str) -> list[News]:
    return [
        News(name, frozenset(topics), about, version)
        for name, topics, about, version in json.loads(text)
    ]


def told(news: Iterable[News]) -> list[tuple[str, int, int]]:
    """What a browser is told, which is nothing of who else may hear it."""
    return [(one.name, one.about, one.version) for one in news]
