"""Lists of a company with a million invoices beside those of one with ten thousand: the slowest in a hundred.

Both are asked in turns by the same questions, through a door of their own each, so that a busy moment meets both.
"""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from benchmarks.ingress import running_server
from benchmarks.lists_books import FIRST_WORDS, INVOICES_EACH, account_id, email, make_books, number, payment_ref
from benchmarks.parts import UNLIMITED
from benchmarks.renewals import running_server as running_postgres
from benchmarks.row import Row
from database.api_keys import create_key
from database.engine import Database, make_engine
from settings import Settings
from stack.postgres import EmbeddedPostgres
from stack.prepare import prepare
from stack.stores import urls_of
from stack.valkey import EmbeddedValkey

SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
QUESTIONS = 2_000
WARM_QUESTIONS = 100
TURN = 50
# a hundred times the rows cost half as much again at most
AIM = 1 / 1.5
INVOICES, ACCOUNTS = "/v1/billing/invoices/", "/v1/admin/accounts/"
Ask = Callable[[Random, int], str]


@dataclass
class Company:
    """One with so many invoices, and whoever asks at its door."""

    invoices: int
    key: str
    connection: http.client.HTTPConnection

    def seconds(self, path: str) -> float:
        """How long the door takes for an answer that has something in it; raises RuntimeError for any other."""
        started_at = time.perf_counter()
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {self.key}"})
        answer = self.connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - started_at
        if answer.status != http.client.OK or not json.loads(body)["data"]:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return took


def lists() -> list[Row]:
    """The p99 of both with 10,000 invoices over that with 100,000, of a hundred each per account."""
    return _measured(MIDDLE)


def lists_million() -> list[Row]:
    """The same with 1,000,000 invoices of 10,000 accounts."""
    return _measured(LARGE)


def _measured(invoices: int) -> list[Row]:
    with ExitStack() as cleanup:
        server = cleanup.enter_context(running_postgres())
        valkey = EmbeddedValkey(server.home)
        valkey.start()
        cleanup.callback(valkey.stop)
        small, large = (cleanup.enter_context(_company(server, valkey.url(), size)) for size in (SMALL, invoices))
        return [
            _row("invoices.list_p99", small, large, invoice_list),
            _row("admin.search_p99", small, large, search),
        ]


@contextmanager
def _company(server: EmbeddedPostgres, broker_url: str, invoices: int) -> Iterator[Company]:
    name = f"books_{invoices}"
    server.create_database(name)
    urls = urls_of(Settings(), server.home, server.url(name))
    prepare(urls)
    make_books(server.url(name), invoices)
    with ExitStack() as cleanup:
        database = Database(make_engine(urls.owner))
        cleanup.callback(database.engine.dispose)
        with database.transaction() as session:
            key = _key(session)
        stores = {
            "INGRESS_DATABASE_URL": urls.ingress, "BROKER_URL": broker_url,
            "SERVER_REQUESTS_PER_MINUTE": UNLIMITED, "ACCOUNT_REQUESTS_PER_MINUTE": UNLIMITED,
        }  # fmt: skip
        port = cleanup.enter_context(running_server("ingress", server.home / name, stores))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        cleanup.callback(connection.close)
        yield Company(invoices, key, connection)


def _key(session: Session) -> str:
    return create_key(session, "bench", ["billing:read", "admin:read"])


def _row(name: str, small: Company, large: Company, ask: Ask) -> Row:
    """In milliseconds; the ratio is how much of the larger company's the smaller one's is."""
    took: dict[int, list[float]] = {small.invoices: [], large.invoices: []}
    dice = {company.invoices: Random(1) for company in (small, large)}  # noqa: S311 - no secret
    for turn in range(-(WARM_QUESTIONS // TURN), QUESTIONS // TURN):
        for company in (small, large):
            asked = [ask(dice[company.invoices], company.invoices) for _ in range(TURN)]
            seconds = [company.seconds(path) for path in asked]
            took[company.invoices] += seconds if turn >= 0 else []
    floor, value = (1_000 * _p99(took[company.invoices]) for company in (small, large))
    return Row(name, value, "ms", floor, floor / value, AIM)


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[-1]


def invoice_list(dice: Random, invoices: int) -> str:
    """A page of one account's, of all of them, of those that are owed, by amount, or one by its number."""
    one = dice.randrange(invoices)
    whose = str(account_id(one // INVOICES_EACH))
    return f"{INVOICES}?" + urlencode(
        dice.choice(
            (
                {"account_id": whose}, {"account_id": whose, "status": "pending"}, {}, {"status": "pending"},
                {"sort": "-amount"}, {"number": number(one)},
            )
        )
    )  # fmt: skip


def search(dice: Random, invoices: int) -> str:
    """By a word of names that one account in a hundred has, an e-mail, an invoice's number, a payment's reference."""
    one = dice.randrange(invoices)
    known = (dice.choice(FIRST_WORDS), email(one // INVOICES_EACH), number(one), payment_ref(one))
    return f"{ACCOUNTS}?" + urlencode({"q": dice.choice(known)})
