"""A child of ours stops when asked, is killed when it does not, and does not outlive us."""

import os
import signal
import subprocess
import sys
import time

import pytest

from bdc.engines.child import LARGEST_LOG, Child, stop_all
from tests.serving import is_running, wait_until

STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.1; done"


@pytest.fixture
def shell(tmp_path):
    """Return a function that starts a shell command as a child, and end all of them."""
    children = []

    def start(command, **options):
        child = Child(
            "shell",
            ["/bin/sh", "-c", command],
            log=tmp_path / "shell.log",
            environment={"PATH": os.defpath},
            **options,
        )
        child.start()
        children.append(child)
        return child

    yield start
    stop_all(children, patience=0)


def test_it_stops_when_asked(shell):
    child = shell("sleep 60")

    child.stop(patience=5)

    assert not child.is_running
    assert child.ending == "killed by signal 15"


def test_it_is_killed_when_it_does_not_stop(shell):
    child = shell(STUBBORN)
    wait_until(lambda: "ready" in child.last_lines())

    began = time.monotonic()
    child.stop(patience=0.3)

    assert child.ending == "killed by signal 9"
    assert time.monotonic() - began >= 0.3


def test_patience_is_for_all_together(shell):
    children = [shell(STUBBORN) for _ in range(10)]
    wait_until(lambda: children[-1].last_lines().count("ready") > 0)

    began = time.monotonic()
    stop_all(children, patience=1)

    assert time.monotonic() - began < 8


def test_its_last_lines_are_those_since_its_start(shell):
    child = shell("echo first")
    wait_until(lambda: not child.is_running)
    child.command[-1] = "for number in 1 2 3; do echo $number; done; exit 7"

    child.start()
    wait_until(lambda: not child.is_running)

    assert child.last_lines(2) == "    2\n    3"
    assert "first" not in child.last_lines()
    assert child.ending == "exit code 7"


def test_large_log_is_put_aside(shell, tmp_path):
    (tmp_path / "shell.log").write_bytes(b"x" * (LARGEST_LOG + 1))

    child = shell("echo fresh")
    wait_until(lambda: not child.is_running)

    assert (tmp_path / "shell.log").read_text() == "fresh\n"
    assert (tmp_path / "shell.log.1").stat().st_size == LARGEST_LOG + 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
@pytest.mark.parametrize(
    ("command", "options"),
    [("exec sleep 60", ""), (STUBBORN, ", orphan_signal=signal.SIGKILL")],
)
def test_it_does_not_outlive_a_parent_that_is_killed(tmp_path, command, options):
    start = (
        "import pathlib, signal, time\n"
        "from bdc.engines.child import Child\n"
        f"child = Child('sh', ['/bin/sh', '-c', {command!r}], environment={{}},"
        f" log=pathlib.Path({str(tmp_path / 'log')!r}){options})\n"
        "child.start(); print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    assert is_running(pid)

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    wait_until(lambda: not is_running(pid))
