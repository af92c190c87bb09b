"""What every test starts from."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    """Leave no rate limit and no cached page to the next test."""
    yield
    cache.clear()
