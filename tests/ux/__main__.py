"""Measures the metrics of ux.md section 3 and prints them; `make ux LEADS=100000`.

With words behind it only the groups of those names are measured.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bdc.engines.addresses import DATABASE_NAME, DATABASE_USER, postgres_socket_folder
from tests.browser import launched
from tests.serving import ROOT, Spits, data_folder, environment_beside, run_command, serving
from tests.ux import day, hands, live, loading, looks
from tests.ux.figures import HEAD, Figure, found
from tests.ux.stage import Stage

LEFT_OUT = ("--ignore", "django_htmx", "--ignore", "rest_framework")  # as in the Dockerfile
CLOCK = "2026-11-24T10:00"
GROUPS: Mapping[str, Callable[[Stage], Iterator[Figure]]] = {
    "day": day.rows,
    "hands": hands.rows,
    "live": live.rows,
    "loading": loading.rows,
    "looks": looks.rows,
}


def people_of(spits: Spits) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.ux.people"],
        cwd=ROOT,
        env=environment_beside(spits.data_dir),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def database_of(data_dir: Path) -> str:
    """Where the embedded PostgreSQL of a data folder listens."""
    folder = postgres_socket_folder(data_dir)
    return f"host={folder} dbname={DATABASE_NAME} user={DATABASE_USER}"


def collect() -> None:
    """Compress the files and name them by what is in them, as the image has them."""
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0", *LEFT_OUT],
        cwd=ROOT,
        env={**os.environ, "SPITS_COLLECTED": "1", "SECRET_KEY": "of-the-build"},
        check=True,
    )


def measure(spits: Spits, names: list[str]) -> int:
    """Print a row for each figure; return how many failed."""
    failed = 0
    with launched() as browser:
        stage = Stage(spits, browser, people_of(spits), database_of(spits.data_dir))
        print(HEAD, flush=True)
        for figure in _figures(stage, names):
            print(figure.row(), flush=True)
            failed += figure.is_failed
    return failed


def _figures(stage: Stage, names: list[str]) -> Iterator[Figure]:
    for name, rows in GROUPS.items():
        if not names or name in names:
            yield from rows(stage)
    # Of all pages that were opened for any of these.
    yield found(25, "requests to others, breaches of the CSP, errors", stage.foreign)


def main() -> None:
    leads = int(os.environ.get("LEADS") or 100_000)
    collect()
    settings = {"SPITS_CLOCK": CLOCK, "SPITS_COLLECTED": "1"}
    with data_folder() as folder, serving(Path(folder) / "data", **settings) as spits:
        began = time.monotonic()
        filled = run_command(
            spits.data_dir, "fill", "--leads", str(leads), "--attempts", str(leads * 5)
        )
        print(f"{filled.strip()} {time.monotonic() - began:.0f} s")
        failed = measure(spits, sys.argv[1:])
    if failed:
        sys.exit(f"{failed} figures failed")


if __name__ == "__main__":
    main()
