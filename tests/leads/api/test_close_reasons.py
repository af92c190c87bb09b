"""GET close-reasons/."""

from leads.models import FIXED_REASONS
from tests.api_client import ApiClient


def test_the_whole_list_in_its_order(as_marketer):
    response = as_marketer.get("close-reasons/")

    assert response.status_code == 200
    assert response.json() == [
        {**row, "needs": [need for need in row["needs"].split(";") if need], "retired_at": None}
        for row in FIXED_REASONS
    ]


def test_the_list_is_for_who_has_signed_in(db):
    assert ApiClient().get("close-reasons/").status_code == 401
