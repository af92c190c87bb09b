"""A process that ends is started again, a little later each time."""

import pytest

from bdc.serve.supervisor import Watched


class Lamp:
    """Stands for a process: it burns until somebody puts it out."""

    name = "lamp"
    ending = "exit code 1"

    def __init__(self, clock):
        self.clock = clock
        self.is_running = True
        self.lit_at = []

    def start(self):
        self.is_running = True
        self.lit_at.append(self.clock["second"])


@pytest.fixture
def clock():
    return {"second": 0}


@pytest.fixture
def lamp(clock):
    return Lamp(clock)


def watch_for(seconds, lamp, clock, *, burns_for):
    """Watch the lamp, which goes out `burns_for` seconds after each start."""
    said = []
    watched = Watched(lamp, now=0)
    for clock["second"] in range(seconds):
        lit_at = lamp.lit_at[-1] if lamp.lit_at else 0
        if clock["second"] - lit_at >= burns_for:
            lamp.is_running = False
        watched.look(clock["second"], said.append)
    return said


def test_what_runs_is_left_alone(lamp, clock):
    assert watch_for(100, lamp, clock, burns_for=1000) == []
    assert lamp.lit_at == []


def test_pauses_double_up_to_half_a_minute(lamp, clock):
    watch_for(120, lamp, clock, burns_for=1)

    starts = lamp.lit_at
    ends = [0, *starts]
    pauses = [start - end - 1 for start, end in zip(starts, ends, strict=False)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_ten_seconds_of_health_make_the_pause_short_again(lamp, clock):
    watch_for(40, lamp, clock, burns_for=10)

    assert lamp.lit_at == [11, 22, 33]


def test_every_end_and_start_is_told(lamp, clock):
    assert watch_for(4, lamp, clock, burns_for=2) == [
        "lamp has ended (exit code 1); again in 1 s",
        "lamp is started again",
    ]
