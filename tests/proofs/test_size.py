"""The sizes of proofs."""

import pytest

from tests.proofs.size import in_turn, size


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


@pytest.mark.parametrize(
    ("asked", "turn", "expected"),
    [("", 0, "ace"), ("", 1, "bd"), ("", 3, "bd"), ("full", 0, "abcde"), ("0.1", 1, "abcde")],
)
def test_one_change_tries_a_part_by_turns(monkeypatch, asked, turn, expected):
    monkeypatch.setenv("SPITS_PROOF_SIZE", asked)

    assert in_turn("abcde", turn) == expected


def test_one_change_tries_at_least_one(monkeypatch):
    monkeypatch.setenv("SPITS_PROOF_SIZE", "ci")

    assert in_turn("a", 1, of=3) == "a"
