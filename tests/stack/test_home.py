"""The home belongs to one stack at a time, and keeps its secrets."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stack import home, leftovers
from stack.errors import StackError
from stack.output import LOG_BYTES_MAX, LogFile


def test_a_second_stack_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    place = home.prepare(tmp_path / "home")
    refused = pytest.raises(StackError, match="another Cashbeat is already running")
    with home.exclusive(place), refused, home.exclusive(place):
        pass
    with home.exclusive(place):
        pass


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    place = home.prepare(tmp_path)
    first = home.secret(place, "flower")
    assert home.secret(place, "flower") == first
    assert len(first) >= 32
    assert stat.S_IMODE((place / "secrets" / "flower").stat().st_mode) == 0o600


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="set CASHBEAT_HOME to a folder of yours"):
        home.prepare(tmp_path / "file" / "home")


def test_a_process_left_behind_is_killed_but_never_a_stranger_with_its_number(tmp_path: Path) -> None:
    record = tmp_path / "worker.pid"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as process:
        record.write_text(f"{process.pid} 12345.0")
        leftovers.clear(record)
        assert process.poll() is None, "a process with another start time is somebody else's"

        leftovers.remember(record, process.pid)
        leftovers.clear(record)
        assert process.wait(10) == -9
    assert not record.exists()


def test_a_log_stays_bounded_and_keeps_the_run_before(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    path.write_text("the run before\n")
    log = LogFile(path)
    assert (tmp_path / "worker.log.1").read_text() == "the run before\n"
    line = b"x" * 999_999 + b"\n"
    for _ in range(LOG_BYTES_MAX // len(line) + 2):
        log.write(line)
    log.close()
    assert path.stat().st_size <= LOG_BYTES_MAX
    assert (tmp_path / "worker.log.1").stat().st_size <= LOG_BYTES_MAX
