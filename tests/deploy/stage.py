"""A service of docker-compose.yml as a process here, with all that its container would have."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.compose import ROOT, compose, image_environment
from tests.serving import FROM_THE_TESTS

DOMAIN = "spits.example"


@dataclass
class Stage:
    """Where the services play: secrets as files, and engines."""

    folder: Path
    port: int

    def environment(self, name, **changes):
        """Return what the container would have, but for what stands elsewhere here."""
        service = compose(SPITS_DOMAIN=DOMAIN)["services"][name]
        container = {**image_environment(), **service["environment"]}
        inherited = {
            known: value
            for known, value in os.environ.items()
            if known not in FROM_THE_TESTS and not known.startswith(("SPITS_", "PYTEST_"))
        }
        return {
            **inherited,
            **{
                known: value.replace("/run/secrets", str(self.folder / "secrets"))
                for known, value in container.items()
            },
            "SPITS_DATA": str(self.folder / "run" / name),
            "SPITS_HOST": "127.0.0.1",
            "SPITS_PORT": str(self.port),
            **changes,
        }

    def start(self, name, **changes):
        command = compose(SPITS_DOMAIN=DOMAIN)["services"][name]["command"]
        with (self.folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                here(command),
                cwd=ROOT,
                env=self.environment(name, **changes),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self, name):
        return (self.folder / f"{name}.log").read_text()

    def problem(self, name):
        """Return what the health check of the service says, "" when all is well."""
        kind, *command = compose(SPITS_DOMAIN=DOMAIN)["services"][name]["healthcheck"]["test"]
        assert kind == "CMD"
        asked = subprocess.run(
            here(command),
            cwd=ROOT,
            env=self.environment(name),
            capture_output=True,
            text=True,
            timeout=10,
        )
        assert asked.returncode in (0, 1)
        return asked.stderr.strip() if asked.returncode else ""


def here(command):
    assert command[0] == "python"
    return [sys.executable, *command[1:]]
