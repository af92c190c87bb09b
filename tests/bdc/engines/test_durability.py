"""A database that may lose what it said to keep is found out."""

import pytest
from django.core.checks import run_checks
from django.db import connection

from bdc.engines.durability import durability_problem


def set_for_this_session(**settings):
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


@pytest.mark.django_db
def test_session_that_does_not_wait_for_the_disk_is_found_out():
    set_for_this_session(synchronous_commit="off")

    assert "synchronous_commit = off" in durability_problem(connection)


@pytest.mark.django_db
def test_migrate_finds_it_out_too():
    set_for_this_session(synchronous_commit="off")

    assert "bdc.E001" in [problem.id for problem in run_checks(databases=["default"])]
