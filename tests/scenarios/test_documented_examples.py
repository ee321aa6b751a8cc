"""What the documentation tells to paste works when it is pasted, in its order, against a running Cashbeat."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.routing import Match, Route

from database.api_keys import ApiKey
from database.engine import Database
from database.memory import WorkState
from database.operations import Operation
from ingress.entries import all_entries
from settings import SANDBOX_WEBHOOK_SECRET
from stack.running import Stack
from tests.canaries import HOOK
from tests.reference import REFERENCE
from tests.scenarios.subscriptions import assert_in_order
from tools.routes import pasted_routes

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = (ROOT / "docs" / "quickstart.sh").read_text(encoding="utf-8")
API = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEY = re.compile(r"Idempotency-Key: ([a-z]+-\d+)|\bsay \S+ ([a-z]+-\d+)")
PASTE_SECONDS = 400.0
ROUTES = [Route(entry.path, lambda _request: None, methods=[entry.method]) for entry in all_entries()]
# what the README asks for does not include curl
CURL = shutil.which("curl") or f"{sys.executable} {Path(__file__).with_name('curl.py')}"

# Stands before what is pasted: a variable that nobody set ends it, and every answer is kept beside its request.
HARNESS = r"""
set -u -o pipefail
curl() {
  local answer; answer=$($CURL --silent --show-error --write-out '\n%{http_code}' "$@")
  printf '%s\t%s\n' "${answer##*$'\n'}" "$*" >> "$PASTE/requests"
  printf '%s\n' "${answer%$'\n'*}"
}
"""


class Paste:
    """A person at a shell in the checkout, beside a running stack."""

    def __init__(self, stack: Stack, place: Path) -> None:
        self._stack = stack
        self._place = place
        (place / ".venv").symlink_to(sys.prefix)
        (place / "docs").mkdir()

    def run(self, script: str) -> str:
        """What it said; a step that fails fails the story."""
        here = script.replace(API, self._stack.addresses.ingress_url).replace(SANDBOX_WEBHOOK_SECRET, HOOK)
        environment = {**os.environ, "CASHBEAT_HOME": str(self._stack.home), "PASTE": str(self._place), "CURL": CURL}
        ran = subprocess.run(
            ["bash", "-c", HARNESS + here],
            cwd=self._place, env=environment, capture_output=True, text=True, timeout=PASTE_SECONDS, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout[-2_000:] + ran.stderr[-2_000:]
        return ran.stdout

    def asked(self) -> Iterator[tuple[str, str]]:
        """Method and path of every request that was answered well."""
        for line in (self._place / "requests").read_text().splitlines():
            asked = re.match(r"[23]\d\d\t(.*?https?://[^/]+)(/[^\s?]*)(.*)", line)
            if asked:
                words = f"{asked[1]} {asked[3]}"
                said = re.search(r"-X (\w+)", words)
                method = said[1] if said else "POST" if re.search(r"(?:^|\s)-d\s", words) else "GET"
                yield method, asked[2]

    def refused(self) -> list[str]:
        """Requests that were not answered well."""
        lines = (self._place / "requests").read_text().splitlines()
        return [line for line in lines if re.match(r"\d{3}\t", line) and not re.match(r"[23]\d\d\t", line)]


def _route(method: str, path: str) -> tuple[str, str]:
    """The route that took it, as headings of the reference name it."""
    asked = {"type": "http", "method": method, "path": path if path.endswith("/") else f"{path}/"}
    for route in ROUTES:
        if route.matches(asked)[0] is Match.FULL:
            return method, route.path.replace(":uuid", "").rstrip("/")
    return method, path


@pytest.fixture
def paste(stack: Stack, tmp_path: Path) -> Paste:
    """With an empty place of its own."""
    return Paste(stack, tmp_path)


def _outcomes(books: Database, key_name: str) -> list[tuple[str, str, str | None]]:
    with books.transaction() as session:
        newest = select(ApiKey.id).where(ApiKey.name == key_name).order_by(ApiKey.id.desc()).limit(1)
        caller = str(session.scalar(newest))
        rows = session.scalars(select(Operation).where(Operation.caller == caller).order_by(Operation.id))
        return [(row.kind, row.state.value, json.dumps(row.problem)) for row in rows]


@pytest.mark.timeout(480)
def test_every_example_of_the_reference_works_when_pasted_in_order(paste: Paste, stack_books: Database) -> None:
    paste.run("\n".join(BLOCK.findall(REFERENCE)))
    assert paste.refused() == []
    assert pasted_routes() - {_route(method, path) for method, path in paste.asked()} == set()
    ended_badly = {WorkState.REJECTED, WorkState.PARKED}
    assert [outcome for outcome in _outcomes(stack_books, "my app") if outcome[1] in ended_badly] == []
    assert_in_order(stack_books)


def test_no_idempotency_key_is_used_twice() -> None:
    used = [first or second for first, second in KEY.findall(REFERENCE)]
    assert len(used) > 15
    assert len(used) == len(set(used)), sorted(key for key in used if used.count(key) > 1)


@pytest.mark.timeout(200)
def test_the_quickstart_subscribes_a_customer_and_sells_credits(paste: Paste) -> None:
    said = paste.run(QUICKSTART)
    assert paste.refused() == []
    assert re.search(r"subscription .* active", said)
    assert re.search(r"INV-\d{4}-\d{2}-\d{5} paid", said)
    assert "3475 credits left" in said
