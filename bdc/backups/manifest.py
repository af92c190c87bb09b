"""What stands beside a dump: what is in it, so that one sees whether it came back whole.

Nothing in it is about a person: numbers of rows, names of migrations, and digests.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bdc.backups.programs import server_version
from bdc.backups.trouble import CannotRestore

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """The facts of one backup, all of the same moment."""

    made_at: str  # ISO 8601, by Spits' own clock
    version: str  # of Spits
    server: int  # the major version of PostgreSQL
    key: str  # by which one knows whether SECRET_KEY is the same; it tells nothing of the key
    migrations: list[str]
    rows: dict[str, int]  # by table
    fingerprint: dict[str, str]
    size: int  # of the dump, in bytes
    sha256: str
    format: int = FORMAT

    def written(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()

    @property
    def moment(self) -> str:
        """When it was made, as people say it."""
        return f"{timezone.localtime(datetime.fromisoformat(self.made_at)):%Y-%m-%d %H:%M:%S}"

    @property
    def all_rows(self) -> int:
        return sum(self.rows.values())


def path_of_manifest(dump: Path) -> Path:
    return dump.with_name(f"{dump.name}.json")


def chosen(source: Path) -> Path:
    """Return the backup that is meant: `source` itself, or the newest one in that folder."""
    if not source.is_dir():
        return source
    named_by_time = sorted(source.glob("spits-*.dump"))
    if not named_by_time:
        raise CannotRestore(f"There is no backup in the folder {source}.")
    return named_by_time[-1]


def checked(dump: Path) -> Manifest:
    """Return the manifest of a dump that is as it was made; anything else raises."""
    manifest = _read(dump)
    size = dump.stat().st_size
    if size != manifest.size:
        raise CannotRestore(
            f"{dump} has {size:,} bytes, and {manifest.size:,} were written: it was cut off or "
            "changed. Take another backup."
        )
    if sha256_of(dump) != manifest.sha256:
        raise CannotRestore(f"{dump} was changed since it was made. Take another backup.")
    return manifest


def _read(dump: Path) -> Manifest:
    path = path_of_manifest(dump)
    for part in (dump, path):
        if not part.is_file():
            raise CannotRestore(
                f"There is no file {part}. A backup is two files: the dump, and beside it what is "
                "in it, whose name ends in .json."
            )
    try:
        known = json.loads(path.read_bytes())
        is_ours = isinstance(known, dict) and known.get("format") == FORMAT
        manifest = Manifest(**known) if is_ours else None
    except (ValueError, TypeError):
        manifest = None
    if manifest is None:
        raise CannotRestore(f"{path} is not what a backup of this Spits has beside it.")
    return manifest


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def facts_of_this_place(now: datetime) -> Mapping[str, Any]:
    """What a manifest says of the Spits that makes the backup."""
    return {
        "made_at": now.isoformat(),
        "version": settings.VERSION,
        "server": server_version(),
        "key": _mark_of(settings.SECRET_KEY),
        "migrations": sorted(f"{app}.{name}" for app, name in _loader().applied_migrations),
    }


def unknown_here(manifest: Manifest) -> list[str]:
    """Return the migrations of a backup that this code does not have: it is newer."""
    known = {f"{app}.{name}" for app, name in _loader().disk_migrations}
    return sorted(set(manifest.migrations) - known)


def missing_there(manifest: Manifest) -> list[str]:
    """Return the migrations that this code has and the backup has not: it is older."""
    graph = _loader().graph.nodes
    return sorted({f"{app}.{name}" for app, name in graph} - set(manifest.migrations))


def has_another_key(manifest: Manifest) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return manifest.key not in {_mark_of(key) for key in keys}


def _mark_of(key: str | bytes) -> str:
    return salted_hmac("bdc.backups", "key", secret=key, algorithm="sha256").hexdigest()[:16]


def _loader() -> MigrationLoader:
    return MigrationLoader(connection)
