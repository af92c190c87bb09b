"""The sizes of proofs."""

import pytest

from tests.proofs.size import size


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("", 40), ("ci", 40), ("full", 1_000), ("0.1", 100), ("0.01", 40)],
)
def test_a_proof_tries_as_often_as_asked_and_never_less_than_in_ci(monkeypatch, asked, expected):
    monkeypatch.setenv("SPITS_PROOF_SIZE", asked)
    assert size(ci=40, full=1_000) == expected


def test_the_row_of_a_proof_says_what_it_tried(tally):
    tally.what = "rows of this table"
    tally.count()
