"""Clears away processes that an earlier run left behind when it was killed itself."""

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

KILL_WAIT_SECONDS = 10.0
KILL_POLL_SECONDS = 0.02
# psutil derives start times from the boot time, which the system clock may shift a little between two readings
START_TIME_TOLERANCE_SECONDS = 2.0


def remember(record: Path, pid: int) -> None:
    """Write down a process with its start time, which tells it from a later one of the same number."""
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:  # it died already; nothing to clear later
        return
    record.write_text(f"{pid} {started}", encoding="utf-8")


def clear(record: Path) -> None:
    """Kill the group of the process written down, should it still live, and forget it."""
    try:
        pid_text, started_text = record.read_text(encoding="utf-8").split()
        pid, started = int(pid_text), float(started_text)
    except (FileNotFoundError, ValueError):  # never ran, or the machine went down in the middle of the write
        return
    if _is_same(pid, started):
        kill_group(pid)
    record.unlink(missing_ok=True)


def clear_all(run_folder: Path) -> None:
    """The same for all that a run has written down; a clean stop leaves nothing to do."""
    for record in run_folder.glob("*.pid"):
        clear(record)


def _is_same(pid: int, started: float) -> bool:
    try:
        found: float = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return False
    return abs(found - started) < START_TIME_TOLERANCE_SECONDS


def kill_group(pid: int) -> None:
    """SIGKILL for every process of the group that this process leads."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return


def kill_inhabitants(folder: Path) -> None:
    """SIGKILL for every process whose working directory is this folder, and wait until they are gone."""
    path = str(folder.resolve())
    found = [process for process in psutil.process_iter() if _lives_in(process, path)]
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + KILL_WAIT_SECONDS
    while not all(is_gone(process.pid) for process in found) and time.monotonic() < deadline:
        time.sleep(KILL_POLL_SECONDS)


def is_gone(pid: int) -> bool:
    """Whether a process holds nothing any more; a zombie that nobody has reaped yet, as in some containers, counts."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _lives_in(process: psutil.Process, path: str) -> bool:
    try:
        return bool(process.cwd() == path)
    except psutil.Error:  # gone meanwhile, or not ours to look at
        return False
