"""Secrets that a stack of a test leaves behind are found, however they are written; and no stack leaves unsearched."""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.canaries import CANARY, find_secrets, searched_home

TESTS = Path(__file__).resolve().parents[1]
RAW = CANARY.encode()


@pytest.mark.parametrize(
    "text",
    [
        f"key {CANARY}\n",
        RAW.hex(),
        quote(f"https://there.example/?key={CANARY}", safe=""),
        *(base64.b64encode(bytes(before) + RAW + b"and more").decode() for before in range(4)),
        base64.urlsafe_b64encode(RAW).decode(),
        "before\0" + CANARY,
    ],
)
def test_a_secret_is_found_however_it_is_written(text: str, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "worker.log").write_text(text)
    assert len(find_secrets(tmp_path)) == 1


def test_what_a_home_makes_up_is_its_own_and_no_one_elses(tmp_path: Path) -> None:
    for name in ("secrets", "run"):
        (tmp_path / name).mkdir()
    (tmp_path / "secrets" / "master_keys").write_text(f"old:{'k' * 43}=,new:{'l' * 43}=")
    assert find_secrets(tmp_path) == []
    (tmp_path / "run" / "told").write_text(f"under {'l' * 43}=")
    assert [found.partition(":")[2] for found in find_secrets(tmp_path)] == [f"{'l' * 43}="]


def test_a_home_with_a_secret_in_it_fails_the_test_that_left_it() -> None:
    with (
        pytest.raises(AssertionError, match="secrets are to be read in what trial left"),
        searched_home("trial") as home,
    ):
        (home / "leak").write_text(CANARY)


def test_whole_stacks_live_in_homes_that_are_searched() -> None:
    others = [
        str(path.relative_to(TESTS))
        for path in TESTS.rglob("*.py")
        if "TemporaryDirectory(" in path.read_text() and path.name not in ("canaries.py", Path(__file__).name)
    ]
    assert others == []
