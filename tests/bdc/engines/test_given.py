"""A secret is given by itself or in a file, never as two that differ."""

import pytest

from bdc.engines.given import given
from bdc.engines.trouble import CannotStart


@pytest.fixture
def secret(tmp_path, monkeypatch):
    monkeypatch.delenv("SOME_SECRET", raising=False)
    file = tmp_path / "secret"
    file.write_text("of the file\n")
    monkeypatch.setenv("SOME_SECRET_FILE", str(file))
    return file


def test_what_is_not_given_is_empty():
    assert given("NOT_GIVEN") == ""


def test_file_holds_it_without_the_end_of_its_line(secret):
    assert given("SOME_SECRET") == "of the file"


def test_both_may_say_the_same(secret, monkeypatch):
    monkeypatch.setenv("SOME_SECRET", "of the file")

    assert given("SOME_SECRET") == "of the file"


def test_two_that_differ_are_refused(secret, monkeypatch):
    monkeypatch.setenv("SOME_SECRET", "of the environment")

    with pytest.raises(CannotStart, match="keep one of the two"):
        given("SOME_SECRET")


def test_file_that_is_gone_is_named(secret):
    secret.unlink()

    with pytest.raises(CannotStart, match=r"SOME_SECRET_FILE=.+ cannot be read"):
        given("SOME_SECRET")


def test_file_that_is_no_text_is_named(secret):
    secret.write_bytes(b"\xff\xfe")

    with pytest.raises(CannotStart, match="it is not text"):
        given("SOME_SECRET")
