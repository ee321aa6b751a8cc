"""A stranger follows the guide by copy and paste: from a key to the first paid invoice and the event that tells it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cashbeat_client import Cashbeat, calls

from stack import development_key
from stack.ports import free_port
from stack.running import Stack

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "integrating.md").read_text(encoding="utf-8")
WAY = GUIDE.partition("## From a key to the first paid invoice\n")[2].partition("\n## ")[0]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASTE_SECONDS = 150.0
AS_IF_INSTALLED = f"""#!/bin/sh
PYTHONPATH={ROOT / "client"} exec {sys.executable} "$@"
"""


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """The checkout as it is after the guide's first block, which installs the client from the package index."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    python = tmp_path / "shop" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(AS_IF_INSTALLED)
    python.chmod(0o755)
    return tmp_path


@pytest.fixture
def hearing_port(stack: Stack) -> Iterator[int]:
    """A free port to listen at; the endpoint that is made for it is gone with the story."""
    port = free_port(9_000)
    yield port
    key = development_key.ensure(stack.addresses.database_url, stack.home)
    with Cashbeat(stack.addresses.ingress_url, key) as cashbeat:
        for endpoint in cashbeat.ask(calls.get_events_endpoints())["data"]:
            if endpoint["url"] == f"http://127.0.0.1:{port}/":
                cashbeat.say(calls.delete_event_endpoint(id=endpoint["id"]))


def _pasted(stack: Stack, port: int) -> str:
    install, *blocks, tidy = BLOCK.findall(WAY)
    assert "pip install" in install
    here = "\n".join(blocks).replace("http://127.0.0.1:8000", stack.addresses.ingress_url)
    again = "shop/bin/python shop/sell.py user_1\n"
    assert here.endswith(again)
    listening = here.replace("9000", str(port)).replace("hear.py &", "hear.py > heard &")
    heard = "grep -q invoice.paid heard && grep -q subscription.activated heard"
    return f"{listening}until {heard}; do sleep 0.2; done; cat heard\necho -- again --\n{again}{tidy}"


@pytest.mark.timeout(200)
def test_from_a_key_to_the_first_paid_invoice(stack: Stack, stranger: Path, hearing_port: int) -> None:
    ran = subprocess.run(
        ["bash", "-e", "-c", _pasted(stack, hearing_port)],
        cwd=stranger, env={**os.environ, "CASHBEAT_HOME": str(stack.home)}, capture_output=True, text=True,
        timeout=PASTE_SECONDS, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    first, again = ran.stdout.split("-- again --\n")
    (told,) = re.findall(r"^invoice (INV-\S+) paid 19900 USD$", first, re.MULTILINE)
    assert f"heard invoice.paid {told}" in first
    assert "heard subscription.activated active" in first
    assert [line for line in first.splitlines() if not line.startswith("heard")] == again.splitlines()
    assert not (stranger / "shop").exists()
