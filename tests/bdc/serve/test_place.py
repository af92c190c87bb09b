"""One Spits at a time has a data folder."""

import stat

import pytest

from bdc.engines.trouble import CannotStart
from bdc.serve.place import claim_data_dir


def test_folder_is_claimed_by_one_and_free_again_afterwards(tmp_path):
    claimed = claim_data_dir(tmp_path / "data")
    with pytest.raises(CannotStart, match="Spits already runs with the data in"):
        claim_data_dir(tmp_path / "data")

    claimed.close()
    claim_data_dir(tmp_path / "data").close()


def test_logs_are_for_their_owner_alone(tmp_path):
    claim_data_dir(tmp_path / "data").close()

    assert stat.S_IMODE((tmp_path / "data" / "logs").stat().st_mode) == 0o700


def test_folder_that_cannot_be_made_is_told_with_a_way_out(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CannotStart, match="choose another folder with SPITS_DATA"):
        claim_data_dir(tmp_path / "file" / "data")
