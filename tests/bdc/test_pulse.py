"""A pulse is what worker and timetable did last; it is seen in a file and in Valkey."""

import pytest
import redis

from bdc import pulse


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


def test_without_a_pulse_nothing_is_known():
    assert pulse.silence("worker") is None


def test_pulse_leaves_a_file_and_a_mark(settings):
    pulse._worker_beats()

    assert (settings.DATA_DIR / "pulse" / "worker").exists()
    assert 0 <= pulse.silence("worker") < 30
    assert pulse.silence("timetable") is None


def test_silence_grows(settings):
    pulse._timetable_beats()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.expire("spits:pulse:timetable", pulse.LASTS - 300)

    assert 300 <= pulse.silence("timetable") < 330


def test_broker_that_is_away_stops_no_work(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"

    pulse._worker_beats()

    assert (settings.DATA_DIR / "pulse" / "worker").exists()
