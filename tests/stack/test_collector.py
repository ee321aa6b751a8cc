"""Each process of ours looks for garbage seldom, and not at all when it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from collector import YOUNG_MAX

ROOT = Path(__file__).resolve().parents[2]
# what is registered first is called last
TOLD_AT_THE_END = (
    "import atexit, gc; atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count() > 10_000)); "
)


@pytest.mark.parametrize(
    "begins",
    [
        "import workers.celery_app",  # workers, beat and Flower
        "import runpy, sys; sys.argv = ['ingress']; runpy.run_module('ingress', run_name='__main__')",
        "import runpy, sys; sys.argv = ['sandbox', '--help']; runpy.run_module('sandbox', run_name='__main__')",
        "import cli; cli.app(['--version'])",
    ],
)
def test_nothing_is_walked_through_at_the_end(begins: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TOLD_AT_THE_END + begins],
        cwd=ROOT,
        env={**os.environ, "INGRESS_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stdout.splitlines()[-1:] == [f"{YOUNG_MAX} True"], ended.stderr
