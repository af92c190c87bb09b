"""Numbers and plates are written as people here write them."""

import pytest

from leads.templatetags.lead_words import phone, plate


@pytest.mark.parametrize(
    ("number", "written"),
    [("+31612345678", "06 12345678"), ("+32470123456", "+32 470 12 34 56"), ("", ""), (None, "")],
)
def test_a_number_as_people_write_it(number, written):
    assert phone(number) == written


@pytest.mark.parametrize(
    ("letters", "written"), [("7TKL82", "7-TKL-82"), ("h123bk", "H-123-BK"), ("", ""), (None, "")]
)
def test_a_plate_with_its_dashes(letters, written):
    assert plate(letters) == written
