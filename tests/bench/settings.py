"""The settings of Spits with one more address: the ceiling."""

from bdc.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
