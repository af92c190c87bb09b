"""The drill: a full Spits is backed up, its machine is gone, and it is restored on an empty one.

The engines are those that users run, with every commit on the disk, so the times count.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proofs.size import size
from tests.serving import ROOT, data_folder, environment_beside, serving

pytestmark = pytest.mark.long

ENDED = {"django_session", "leads_hold"}


def test_a_full_spits_comes_back_on_an_empty_machine(tally):
    leads = size(ci=2_000, full=1_000_000)
    tally.what = "backup and restore: rows, each there with the same digest of its table"
    took: dict[str, float] = {}

    with data_folder() as folder:
        full, empty, dump = folder / "full", folder / "empty", folder / "spits.dump"
        with serving(full, SPITS_DEMO="0"):
            timed(
                took,
                "fill",
                lambda: run(full, "fill", f"--leads={leads}", f"--attempts={leads * 5}"),
            )
        timed(took, "backup", lambda: run(full, "backup", dump))
        timed(took, "check", lambda: run(full, "backup", "--check", dump))
        before = digest(full)

        told = timed(took, "restore", lambda: run(empty, "restore", dump))
        after = digest(empty)
        timed(took, "start", lambda: start_once(empty))

        lost = [name for name in before if before[name] != after.get(name) and name not in ENDED]
        known = json.loads(dump.with_name("spits.dump.json").read_text())
        megabytes = dump.stat().st_size / 1e6
    tally.count(sum(known["rows"].values()), violations=len(lost))
    tally.remark = f"{leads:,} leads, {megabytes:,.0f} MB; seconds: " + ", ".join(
        f"{what} {seconds:.1f}" for what, seconds in took.items()
    )
    assert set(before) == set(after)
    assert lost == []
    assert "Restored" in told


def timed(took: dict[str, float], what: str, act: Callable[[], str]) -> str:
    began = time.monotonic()
    told = act()
    took[what] = time.monotonic() - began
    return told


def start_once(data_dir: Path) -> str:
    with serving(data_dir, SPITS_DEMO="0") as spits:
        return spits.said


def run(data_dir: Path, *words: str | Path) -> str:
    return told_by(data_dir, "manage.py", *words)


def digest(data_dir: Path) -> dict[str, str]:
    return json.loads(told_by(data_dir, "-m", "tests.proofs.backups.digest"))


def told_by(data_dir: Path, *words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, *map(os.fspath, words)],
        cwd=ROOT,
        env=environment_beside(data_dir) | {"SPITS_DEMO": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
