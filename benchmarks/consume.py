"""Credits used through the whole API: request, durable row, worker, done. 16 clients use the credits of one account.

The floor is what PostgreSQL itself does with as many clients in the same run: pgbench's simple update.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from uuid import UUID

from sqlalchemy import text

from benchmarks.ingress import running_server
from benchmarks.ingress_load import drive
from benchmarks.parts import Bench, processes_of, running_bench, worker
from benchmarks.row import Row
from benchmarks.simple_update import simple_updates_per_second
from billing.accounts.open import open_account
from billing.credits.grant import Grant, grant_all
from billing.credits.queries import view_balance
from billing.credits.tables import CreditSource
from billing.invariants import violations
from database.api_keys import create_key
from database.ids import uuid7
from schemas.commands.accounts import Address, OpenAccount
from workers.queues import COMMANDS
from workers.wiring import utc_now

CLIENTS = 16
USES = 8_000
MANY_USES = 100_000
WARM_USES = 200
AIM = 0.5
SECONDS_MAX = 300.0
POLL_SECONDS = 0.02
PATH = "/v1/billing/credits/consume/"
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    "Idempotency-Key: {name}\r\nContent-Length: {length}\r\n\r\n"
)


def consume() -> list[Row]:
    """Uses per second, from the first request to the last one done, over simple updates per second."""
    return _measured(USES)


def consume_many() -> list[Row]:
    """The same for 100,000 uses of the same credits; what is left is exact."""
    return _measured(MANY_USES)


def _measured(uses: int) -> list[Row]:
    with running_bench() as bench:
        floor = simple_updates_per_second(bench, CLIENTS)
        (account_id,), key = open_with_credits(bench, uses + WARM_USES)
        body = f'{{"account_id": "{account_id}", "amount": 1}}'
        with serving(bench) as port:
            send_all(bench, port, requests_of(PATH, key, repeat(body, WARM_USES), "warm"))
            value = uses / send_all(bench, port, requests_of(PATH, key, repeat(body, uses), "use"))
        _check(bench, account_id)
    return [Row("credits.consumed_per_second", value, "uses/s", floor, value / floor, AIM)]


@contextmanager
def serving(bench: Bench) -> Iterator[int]:
    """The door and the workers of commands, as `cashbeat up` runs them; gives the door's port."""
    with (
        worker("workers.celery_app", COMMANDS, bench.environment, processes_of(COMMANDS)),
        running_server("ingress", bench.home / "door", bench.environment) as port,
    ):
        yield port


def open_with_credits(bench: Bench, amount: int, accounts: int = 1) -> tuple[list[UUID], str]:
    """Accounts that can use so many credits each, and an API key."""
    opening = OpenAccount(
        name="Bench", owner="bench", billing_email="bench@example.com", billing_address=Address(country="US")
    )
    with bench.database.transaction() as session:
        ids = [open_account(session, uuid7(), opening) for _ in range(accounts)]
        key = create_key(session, "bench", ["credits:write", "usage:write"])
        session.flush()
        grants = [Grant(each, CreditSource.PACKAGE, f"bench/{each}", amount, None, utc_now()) for each in ids]
        grant_all(session, grants)
    return ids, key


def requests_of(path: str, key: str, bodies: Iterable[str], name: str) -> list[bytes]:
    """Whole requests, each under an idempotency key of its own."""
    return [
        (HEAD.format(path=path, key=key, name=f"{name}-{number}", length=len(body)) + body).encode()
        for number, body in enumerate(bodies)
    ]


def send_all(bench: Bench, port: int, requests: list[bytes]) -> float:
    """Seconds until all that was asked for is done."""
    started_at = time.monotonic()
    statuses, _ = drive(port, requests, CLIENTS, SECONDS_MAX)
    if statuses != {"202": len(requests)}:
        raise RuntimeError(f"not every command was taken: {dict(statuses)}")
    while _count(bench, "operations WHERE state = 'ready'"):
        if time.monotonic() - started_at > SECONDS_MAX:
            raise RuntimeError(f"not every command was done in {SECONDS_MAX:.0f} seconds")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - started_at


def _count(bench: Bench, rows: str) -> int:
    with bench.database.transaction() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {rows}")) or 0)  # noqa: S608 - our own names


def _check(bench: Bench, account_id: UUID) -> None:
    """A fast wrong answer is no answer: exactly as much was granted as was used."""
    refused = _count(bench, "operations WHERE state <> 'done'")
    with bench.database.transaction() as session:
        balance, wrong = view_balance(session, account_id, utc_now()).balance, violations(session)
    if balance or refused or wrong:
        raise RuntimeError(f"{balance} credits are left, {refused} uses were not done; {wrong}")
