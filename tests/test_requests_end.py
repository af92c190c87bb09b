"""The tables of a test are emptied only when its server has answered the last request."""

import psycopg
import pytest
from django.db import connection

from tests.conftest import _nobody_asks

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_is_in_the_middle_of_a_request_is_waited_for():
    parameters = {**connection.get_connection_params(), "cursor_factory": None}
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT count(*) FROM leads_lead")
        assert not _nobody_asks()

        other.rollback()
        assert _nobody_asks()
