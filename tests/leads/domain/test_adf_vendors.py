"""For which dealership a document is: a name of its own goes before somebody's alias."""

import pytest

from leads.domain.adf_intake import receive_adf
from tests.factories import TUESDAY_10, create_dealership

DOCUMENT = (
    "<adf><prospect><customer><contact><name>Jan</name><phone>06-12345001</phone></contact>"
    "</customer><vendor><vendorname>{vendor}</vendorname></vendor></prospect></adf>"
)


def receive(vendor: str):
    return receive_adf(
        DOCUMENT.format(vendor=vendor).encode(),
        content_type="text/xml",
        dealership=None,
        by=None,
        now=TUESDAY_10,
    )


@pytest.fixture
def ours(db):
    create_dealership(name="Elders", aliases=["Autohuis Ede"])  # somebody else's choice
    return create_dealership(name="Autohuis Ede", slug="ede", aliases=["Ede Occasions"])


@pytest.mark.parametrize("vendor", ["ede", "Autohuis Ede", "AUTOHUIS EDE", "Ede Occasions"])
def test_the_vendor_names_the_dealership_by_slug_name_or_alias(ours, vendor):
    [lead] = receive(vendor).leads

    assert lead.dealership == ours


def test_an_alias_of_two_dealerships_names_neither(ours):
    create_dealership(name="Derden", aliases=["Ede Occasions"])

    receipt = receive("Ede Occasions")

    assert receipt.leads == []
    assert [reject.code for reject in receipt.rejects] == ["unknown_dealership"]
