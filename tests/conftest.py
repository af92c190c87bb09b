"""What every test starts from."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation

from leads.domain.reasons import load_fixed_reasons
from leads.models import CloseReason

# Files of few long tests: the first to begin, so that no process is left alone with one.
BEGIN_FIRST = ("test_story.py", "test_access.py", "test_demo.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: item.path.name not in BEGIN_FIRST and "proofs" not in item.path.parts
    )


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Leave no rate limit, no cached page and no language to the next test."""
    yield
    cache.clear()
    translation.deactivate()


@pytest.fixture(autouse=True)
def _fixed_reasons(request: pytest.FixtureRequest) -> None:
    """The list of close-out reasons is there in every test with a database.

    Tests that commit empty every table when they end, this one too.
    """
    marked = request.node.get_closest_marker("django_db")
    transactional = "transactional_db" in request.fixturenames or (
        marked and marked.kwargs.get("transaction")
    )
    if transactional:
        request.getfixturevalue("transactional_db")
    elif marked or "db" in request.fixturenames:
        request.getfixturevalue("db")
    else:
        return
    if not CloseReason.objects.exists():
        load_fixed_reasons()
