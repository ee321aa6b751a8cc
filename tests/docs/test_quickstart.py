"""The first script that anybody runs says what is missing, wherever it is started from."""

import os
import subprocess
from pathlib import Path

from stack.ports import LOOPBACK, unused_port

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "quickstart.sh"


def test_where_nothing_listens_it_says_so_and_where_to_look(tmp_path: Path) -> None:
    api = f"http://{LOOPBACK}:{unused_port()}"
    ended = subprocess.run(
        [SCRIPT], cwd=tmp_path, env={**os.environ, "API": api}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    hint = ended.stderr.splitlines()[-1]
    assert hint == f"no Cashbeat answers at {api}; set API to the address that `make up` printed"
    assert list(tmp_path.iterdir()) == []
