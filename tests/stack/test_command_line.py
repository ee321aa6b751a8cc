"""The `cashbeat` command says what it can do, and what it cannot in one sentence."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import typer
from sqlalchemy import update

from billing.accounts.open import open_account
from billing.ledger.post import post
from billing.money import Money
from billing.receipts.queries import kept_for, list_receipts
from billing.receipts.receive import capture_of, receive
from billing.receipts.tables import ReceiptRemark
from billing.receipts.write import write_receipts
from cli import app
from database.engine import Database, make_engine
from database.ids import uuid7
from database.memory import WorkState
from database.operations import Operation, stage_command
from gateways.stripe.translate import HANDLED_TYPES
from settings import Settings
from stack import api_keys, parked, parked_decisions
from stack.doctor import examine
from stack.errors import StackError
from stack.prices import parse_money
from tests.billing.conftest import ADA, NOON

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("alembic", "celery", "psycopg2", "sqlalchemy", "stripe", "weasyprint")


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


def commands_of(told: typer.Typer) -> Iterator[str]:
    """Each command as it is typed, those of groups behind their group."""
    for command in told.registered_commands:
        assert command.callback is not None
        yield command.name or command.callback.__name__
    for group in told.registered_groups:
        assert group.typer_instance is not None
        if callback := group.typer_instance.registered_callback:
            yield from [group.name] if callback.invoke_without_command is True and group.name else []
        yield from (f"{group.name} {name}" if group.name else name for name in commands_of(group.typer_instance))


def test_help_and_the_documentation_name_every_command(tmp_path: Path) -> None:
    shown = cashbeat("--help", home=tmp_path)
    assert shown.returncode == 0
    pages = (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    written = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    for command in commands_of(app):
        assert f" {command.split()[0]} " in shown.stdout
        assert re.search(rf"(cashbeat |make |`){command}\b", written), command


def test_the_events_to_subscribe_to_are_those_that_are_understood(tmp_path: Path) -> None:
    printed = cashbeat("stripe-events", home=tmp_path).stdout.splitlines()
    assert printed == sorted(HANDLED_TYPES)


def test_help_answers_at_once_because_nothing_heavy_is_imported() -> None:
    program = f"import cli, sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    imported = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert imported.stdout.split() == []


def test_version(tmp_path: Path) -> None:
    assert cashbeat("--version", home=tmp_path).stdout.startswith("cashbeat 0.")


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (("doctor",), {"INGRESS_PORT": "eight"}, "cashbeat: INGRESS_PORT must be a valid integer\n"),
        (("doctor",), {"SELLER_LOGO": "logo.png"}, "SELLER_LOGO must be an absolute path"),
        (("doctor",), {"SELLER_LOGO": "/none.png"}, "SELLER_LOGO cannot be read: No such file"),
        (("api-key", "create", "app", "--scope", "everything"), {}, "unknown scope everything"),
        (("api-key", "revoke", "seven"), {}, "Invalid value for 'key_id'"),
        (
            ("api-key", "create", "app"),
            {"DATABASE_URL": "postgresql://127.0.0.1:1/none"},
            "cashbeat: PostgreSQL does not answer",
        ),
        (("replay", "everything"), {}, "Invalid value for 'row_id'"),
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

    settings = Settings(cashbeat_home=tmp_path, database_url=database_url)
    (listed,) = api_keys.describe_all(settings)
    assert "shop" in listed
    assert "active" in listed
    assert key not in listed

    api_keys.revoke(settings, UUID(listed.split()[0]))
    assert "revoked" in api_keys.describe_all(settings)[0]
    with pytest.raises(StackError, match="there is no API key"):
        api_keys.revoke(settings, UUID(int=7))


def test_parked_work_is_replayed(tmp_path: Path, database_url: str) -> None:
    database = Database(make_engine(database_url))
    settings = Settings(cashbeat_home=tmp_path, database_url=database_url)
    with database.transaction() as session:
        row_id = stage_command(session, "open_account", {}, "test")
        given_up = {"state": WorkState.PARKED, "attempts": 8, "error": "ValueError"}
        session.execute(update(Operation).values({**given_up, "problem": {"status": 500}}))

    assert parked_decisions.replay(settings, row_id) == "operations"
    with database.transaction() as session:
        row = session.get_one(Operation, row_id)
    assert (row.state, row.attempts, row.problem) == (WorkState.READY, 0, None)
    with pytest.raises(StackError, match="nothing parked has the id"):
        parked_decisions.replay(settings, row_id)
    database.engine.dispose()


def test_money_that_fits_nothing_is_shown_until_it_is_seen(tmp_path: Path, database_url: str) -> None:
    database = Database(make_engine(database_url))
    settings = Settings(cashbeat_home=tmp_path, database_url=database_url)
    with database.transaction() as session:
        account_id = open_account(session, uuid7(), ADA)
        received = capture_of(account_id, None, "stripe", "pi_1", Money(2_999, "USD"), NOON)
        booked = receive(received, None, remark=ReceiptRemark.PAID_TWICE)
        post(session, [booked.movement], NOON)
        write_receipts(session, [booked])

    receipt_id = booked.receipt["id"]
    (waiting,) = parked.list_parked(settings, 200).rows
    assert (waiting.memory, waiting.id, waiting.what) == ("receipts", receipt_id, "paid_twice")
    assert waiting.reason == f"capture of 29.99 USD of account {account_id}, 29.99 USD of it kept"

    parked_decisions.see(settings, receipt_id)
    assert parked.list_parked(settings, 200).rows == []
    with database.transaction() as session:
        assert kept_for(session, account_id, "USD") == Money(2_999, "USD")
        assert list_receipts(session, needs_a_look=True).data == []
    with pytest.raises(StackError, match="nothing parked has the id"):
        parked_decisions.see(settings, receipt_id)
    database.engine.dispose()


def test_the_doctor_finds_stores_that_do_not_answer(tmp_path: Path, broker_url: str) -> None:
    settings = Settings(
        cashbeat_home=tmp_path, database_url="postgresql://127.0.0.1:1/none", broker_url=broker_url, ingress_port=1
    )
    findings = {finding.subject: finding for finding in examine(settings)}
    assert not findings["PostgreSQL"].is_well
    assert findings["Broker"].is_well
    assert findings["Broker"].detail == "answers, and evicts nothing"


def test_a_price_is_exact_or_refused() -> None:
    assert [parse_money(written) for written in ("USD=99.00", "JPY=1500", "KWD=1.23", "ISK=500", "UGX=10000")] == [
        Money(9_900, "USD"), Money(1_500, "JPY"), Money(1_230, "KWD"), Money(500, "ISK"), Money(10_000, "UGX"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("USD=1.234", "USD has 2 decimals"), ("JPY=1.5", "JPY has no decimals"), ("ISK=5.50", "ISK has no decimals"),
        ("USD=99.000", "USD has 2 decimals"), ("KWD=1.2345", "KWD has 3 decimals"),
        ("QQQ=1", "ISO 4217 has no currency 'QQQ'"), ("usd=1", "has no currency 'usd'"), ("=1", "has no currency ''"),
        ("USD", "only digits"), ("USD=-1", "only digits"), ("USD=+1", "only digits"), ("USD=1,000.00", "separators"),
        ("USD=1_000", "separators"), ("USD=1 000", "separators"), ("USD=1e3", "only digits"),
        ("USD=NaN", "only digits"),
        ("USD=\u0661\u0662", "only digits"), ("USD=99.", "only digits"), ("USD=.99", "only digits"),
        ("USD=12345678901234", "only digits"),
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(StackError, match="is no price") as refused:
        parse_money(written)
    assert reason in str(refused.value)
    currency = written.partition("=")[0]
    like = {"JPY": "JPY=99", "ISK": "ISK=99", "KWD": "KWD=99.000"}.get(currency, "USD=99.00")
    assert f"Write it like {like}" in str(refused.value)
