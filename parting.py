"""A process that was started by another ends when that one does, however it ended.

The kernel's own signal for this (Linux only) goes by the thread that forked, and server and pool fork from threads that
end before their children may. So a thread of ours looks, on every system.
"""

import multiprocessing
import os
import threading
import time

POLL_SECONDS = 0.5


def end_with_parent(grace_seconds: float = 0.0) -> None:
    """This process ends so long after its parent died. For one that was just forked or spawned."""
    # one that was spawned knows from whom: the parent may have died while this process was still importing
    spawned_by = multiprocessing.parent_process()
    parent_pid = spawned_by.pid if spawned_by else os.getppid()
    threading.Thread(target=_watch, args=(parent_pid, grace_seconds), name="parting", daemon=True).start()


def _watch(parent_pid: int, grace_seconds: float) -> None:
    while os.getppid() == parent_pid:
        time.sleep(POLL_SECONDS)
    time.sleep(grace_seconds)
    os._exit(1)
