"""The `cashbeat` command says what it can do, and what it cannot in one sentence."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from settings import Settings
from stack.doctor import examine

ROOT = Path(__file__).resolve().parents[2]
HELP_SECONDS_MAX = 3.0  # a generous bound: half a second on an idle machine, several when it is busy


def cashbeat(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "CASHBEAT_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_answers_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    shown = cashbeat("--help", home=tmp_path)
    assert time.monotonic() - began < HELP_SECONDS_MAX
    assert shown.returncode == 0
    for command in ("up", "demo", "migrate", "seed", "doctor", "api-key"):
        assert f" {command} " in shown.stdout


def test_version(tmp_path: Path) -> None:
    assert cashbeat("--version", home=tmp_path).stdout.startswith("cashbeat 0.")


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (("doctor",), {"INGRESS_PORT": "eight"}, "cashbeat: INGRESS_PORT: Input should be a valid integer"),
        (("api-key", "create", "app", "--scope", "everything"), {}, "unknown scope everything"),
        (("api-key", "revoke", "seven"), {}, "Invalid value for 'key_id'"),
        (("migrate",), {"DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "cashbeat: PostgreSQL does not answer"),
        (("fly",), {}, "No such command 'fly'"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    refused = cashbeat(*arguments, home=tmp_path, **environment)
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_key_is_shown_once_listed_and_revoked(tmp_path: Path, database_url: str) -> None:
    key = cashbeat("api-key", "create", "shop", home=tmp_path, DATABASE_URL=database_url).stdout.strip()
    assert key.startswith("cb_sk_")

    listed = cashbeat("api-key", "list", home=tmp_path, DATABASE_URL=database_url).stdout
    assert "shop" in listed
    assert "active" in listed
    assert key not in listed

    key_id = listed.split()[0]
    assert cashbeat("api-key", "revoke", key_id, home=tmp_path, DATABASE_URL=database_url).returncode == 0
    assert "revoked" in cashbeat("api-key", "list", home=tmp_path, DATABASE_URL=database_url).stdout


def test_the_doctor_finds_stores_that_do_not_answer(tmp_path: Path, broker_url: str) -> None:
    settings = Settings(
        cashbeat_home=tmp_path, database_url="postgresql://127.0.0.1:1/none", broker_url=broker_url, ingress_port=1
    )
    findings = {finding.subject: finding for finding in examine(settings)}
    assert not findings["PostgreSQL"].is_well
    assert findings["Broker"].is_well
    assert findings["Broker"].detail == "answers, and evicts nothing"
