"""Becomes another program that ends when its parent does.

    python -I -S leash.py PARENT_PID SIGNAL USER_ID GROUP_ID program argument...

The kernel's parent-death signal has to be set by the child itself, after it changed its user and before it becomes the
program; doing so here instead of in a `preexec_fn` keeps Python code out of the fork of a process that has threads.
Only Linux has that signal; elsewhere the next start clears what was left over.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def hold(parent_pid: int, signal_number: int) -> None:
    """From now on the kernel sends this process the signal when its parent dies; it ends where that one has died."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent_pid:  # the parent died before the leash was on
        sys.exit(1)


def main(arguments: list[str]) -> None:
    parent_pid, signal_number, user_id, group_id = (int(argument) for argument in arguments[:4])
    if user_id != os.getuid():
        os.setgroups([])
        os.setgid(group_id)
        os.setuid(user_id)
    hold(parent_pid, signal_number)
    program = arguments[4:]
    os.execvp(program[0], program)  # noqa: S606 - becoming another program is what this file is for


if __name__ == "__main__":
    main(sys.argv[1:])
