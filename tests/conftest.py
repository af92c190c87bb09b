"""What every test starts from."""

import gc
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from playwright.sync_api import Browser

from leads.domain.reasons import load_fixed_reasons
from leads.models import CloseReason
from tests.browser import launched
from tests.emptying import empty_tables
from tests.engine import XDIST_WORKER
from tests.serving import wait_until
from tests.template_database import template_database

TransactionTestCase._fixture_teardown = empty_tables
# What lives long is the most there is here: to look through it less often saves a tenth.
gc.set_threshold(100_000, 50, 100)

# Files of few long tests: the first to begin, so that no process is left alone with one.
BEGIN_FIRST = ("test_story.py", "test_access.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: item.path.name not in BEGIN_FIRST and "proofs" not in item.path.parts
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: pytest.FixtureRequest
) -> None:
    """One process migrates for all that run at once."""
    if XDIST_WORKER is not None:
        with django_db_blocker.unblock():
            settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template_database()


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Leave no rate limit, no cached page and no language to the next test."""
    yield
    cache.clear()
    translation.deactivate()


@pytest.fixture(autouse=True)
def _fixed_reasons(request: pytest.FixtureRequest) -> None:
    """The list of close-out reasons is there in every test with a database.

    They are committed, so that they are there for the next tests too; those that commit empty
    every table when they end, this one as well.
    """
    wants = request.fixturenames
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(wants):
        request.getfixturevalue("django_db_setup")
        with request.getfixturevalue("django_db_blocker").unblock():  # before its transaction
            if not CloseReason.objects.exists():
                load_fixed_reasons()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(autouse=True)
def _no_request_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tables are emptied when the server has answered the last page that asked.

    Pages refresh themselves, and a browser that closes waits for no answer.
    """
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # so that this ends before it empties them
    yield
    wait_until(_nobody_asks)


def _nobody_asks() -> bool:
    """Whether no other session of this database is at work, and none a moment later."""
    with connection.cursor() as cursor:
        for _look in range(2):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone()[0]:
                return False
            time.sleep(0.02)
    return True
