"""The sample files, and settings that make random tests the same on every run."""

from pathlib import Path

from hypothesis import settings

SAMPLES = Path(__file__).parents[2] / "samples"
STEADY = settings(derandomize=True, max_examples=150, deadline=None, database=None)


def adf_sample(name: str) -> bytes:
    return (SAMPLES / "adf" / name).read_bytes()


def passive_sample(name: str) -> bytes:
    return (SAMPLES / "passive" / name).read_bytes()
