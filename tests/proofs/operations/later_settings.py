"""The settings of a later release, for its migrations alone."""

from bdc.settings import *  # noqa: F403

MIGRATION_MODULES = {"leads": "tests.proofs.operations.later"}
