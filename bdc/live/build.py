"""Which build of Spits this process runs, so that an open page knows when it is an older one."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDERS = ("bdc", "dealers", "leads", "campaigns", "reporting", "templates", "static", "locale")
KINDS = {".py", ".html", ".js", ".css", ".svg", ".mo", ".csv"}


@cache
def build() -> str:
    """A fingerprint of what Spits is made of, the same on every machine that runs the same."""
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _files() -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in (settings.BASE_DIR / folder).rglob("*")
        if path.suffix in KINDS
    ]
