"""The static files as the image collects them."""

import fcntl
import os
import re
import subprocess
import sys

import pytest

from tests.deploy.compose import DOCKERFILE, ROOT


@pytest.fixture(scope="session")
def collected():
    """Collect them with the image's own command; processes of pytest-xdist take turns."""
    [words] = re.findall(r"manage\.py (collectstatic [^\\\n]*)", DOCKERFILE.read_text())
    folder = ROOT / "staticfiles"
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "manage.py", *words.split()],
            cwd=ROOT,
            env={**os.environ, "SPITS_COLLECTED": "1", "DJANGO_SETTINGS_MODULE": "bdc.settings"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    return folder
