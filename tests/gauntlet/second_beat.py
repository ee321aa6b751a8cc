"""A second beat beside the first: whatever is due every minute is rung for twice."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from stack.processes import business_processes
from stack.running import Stack

FIRST, SECOND = "beat", "second-beat"


def add_second_beat(stack: Stack) -> None:
    """Start it under the stack's own supervisor, with a schedule file of its own."""
    specs = business_processes(stack.settings, stack.addresses, stack.environment)
    first = next(spec for spec in specs if spec.name == FIRST)
    schedule = stack.home / "run" / SECOND / "schedule"
    # the last of two like options counts
    argv = (*first.argv, "--schedule", str(schedule))
    stack.supervisor.add(replace(first, name=SECOND, argv=argv, clean=partial(_clean, schedule)))


def _clean(schedule: Path) -> None:
    schedule.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for leftover in schedule.parent.iterdir():
        leftover.unlink()
