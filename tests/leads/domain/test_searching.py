"""Finding leads by what somebody types."""

import pytest

from leads.domain.searching import find
from leads.models import Lead
from tests.factories import create_dealership, receive


@pytest.fixture
def lead(db):
    dealership = create_dealership()
    receive(dealership, name="Iemand Anders", plate="LXR-18-Z")
    return receive(
        dealership,
        name="Renée van 't Hooghuijs-Börger",
        phones=("06-12345678",),
        emails=("renee@example.com",),
        plate="TVL-98-N",
    )


@pytest.mark.parametrize(
    "text",
    [
        "hooghuijs",
        "Renee Borger",
        "börger renée",
        "RENEE@example.com",
        "tvl98n",
        "TVL-98-N",
        "06 1234 5678",
        "+31612345678",
        "0031 6 12345678",
        "5678",
        "45678",
        "345-678",
    ],
)
def test_a_lead_is_found_in_any_notation(lead, text):
    assert list(find(Lead.objects.all(), text)) == [lead]


def test_a_lead_is_found_by_its_number(lead):
    assert lead in find(Lead.objects.all(), f"#{lead.pk}")


@pytest.mark.parametrize("text", ["67-8", "%", "_", "nobody at all", "'; drop table", "\\", "€"])
def test_what_fits_nothing_finds_nothing(lead, text):
    assert list(find(Lead.objects.all(), text)) == []


def test_blank_text_narrows_nothing(lead):
    assert find(Lead.objects.all(), "  ").count() == 2
