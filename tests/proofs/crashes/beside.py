"""What runs beside a Spits that works with data of its own, not those of a demo."""

import os
import subprocess
import sys

from tests.serving import ROOT, Spits

SETTINGS = {"SPITS_DEMO": "0", "SPITS_API_RATE": "100000"}


def environment_of(spits: Spits) -> dict[str, str]:
    """For a command beside this Spits."""
    taken = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in taken}
    return {**kept, **SETTINGS, "SPITS_DATA": str(spits.data_dir)}


def told_by(spits: Spits, module: str) -> list[str]:
    """Run a module of this folder beside the Spits; return the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.proofs.crashes.{module}"],
        cwd=ROOT,
        env=environment_of(spits),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()
