"""As whom PostgreSQL runs when root starts it, and what that user can reach."""

import pwd
import stat
from pathlib import Path


def nobody() -> tuple[int, int]:
    """Return the user and group that own nothing else."""
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def reachable(path: Path, user: int, group: int) -> bool:
    """Say whether `user` may pass through every folder of `path` that exists, itself included."""
    return all(
        _may_pass(folder, user, group) for folder in [path, *path.parents] if folder.exists()
    )


def _may_pass(folder: Path, user: int, group: int) -> bool:
    facts = folder.stat()
    if facts.st_uid == user:
        needed = stat.S_IXUSR
    elif facts.st_gid == group:
        needed = stat.S_IXGRP
    else:
        needed = stat.S_IXOTH
    return bool(facts.st_mode & needed)
