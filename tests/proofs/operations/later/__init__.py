"""The migrations of leads as a later release has them: those that there are, and some more."""

from pathlib import Path

import leads.migrations

__path__ = [*leads.migrations.__path__, str(Path(__file__).parent)]
SETTINGS = "tests.proofs.operations.later_settings"
