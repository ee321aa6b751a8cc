"""The door's processes are forked from one that has loaded what they share."""

import sys

import psutil  # type: ignore[import-untyped]  # ships no types
import pytest

from settings import Settings
from tests.ingress.running_door import as_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each of them loads it")


def test_none_of_them_is_a_program_of_its_own(settings: Settings) -> None:
    with as_process(settings) as (_door, process):
        parent = psutil.Process(process.pid)
        children = parent.children()
        assert len(children) == settings.ingress_processes > 1
        assert {tuple(child.cmdline()) for child in children} == {tuple(parent.cmdline())}
