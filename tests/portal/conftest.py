"""A portal for all tests of a file, with a database of its own. Each test has customers of its own."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from billing.accounts.open import open_account
from billing.callers.let_in import let_in
from billing.catalog.seed import seed
from database.api_keys import hash_key
from database.engine import dialect_url
from database.ids import uuid7
from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.portal import StartPortalSession
from schemas.permissions import Role
from settings import SANDBOX_STRIPE_KEY, Settings
from stack.ports import free_port
from stack.postgres import EmbeddedPostgres
from stack.valkey import EmbeddedValkey
from tests.billing.subscribers import Books
from tests.gateways.sandbox_process import Sandbox, running_sandbox
from tests.logins import as_portal, as_worker
from tests.portal.mailbox import Mailbox
from tests.portal.running_portal import Browser, running_portal
from workers.celery_app import make_app
from workers.wiring import Work, wire

NAME = "of_the_portal"
Link = Callable[..., str]
BACK = "https://app.example/billing"


@pytest.fixture(scope="module")
def portal_database(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The owner's address of a database that the tests of one file share."""
    with closing(psycopg2.connect(postgres_server.url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {NAME} TEMPLATE {migrated_template} STRATEGY file_copy")
            yield postgres_server.url(NAME)
            cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture(scope="module")
def portal_settings(portal_database: str, valkey_server: EmbeddedValkey) -> Settings:
    """What its process would be told."""
    return Settings(
        portal_database_url=as_portal(portal_database),
        broker_url=valkey_server.url(),
        portal_port=free_port(0),
        page_requests_per_minute=0,
        address_page_requests_per_minute=0,
    )


@pytest.fixture(scope="module")
def portal_address(portal_settings: Settings) -> Iterator[str]:
    """Where it answers."""
    with running_portal(portal_settings) as address:
        yield address


@pytest.fixture
def books_of_portal(portal_database: str) -> Iterator[Session]:
    """The books behind it, to write what a worker would have written. Each statement counts at once."""
    engine = create_engine(dialect_url(portal_database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def new_customer(books_of_portal: Session) -> Callable[..., UUID]:
    """Open an account."""

    def make(name: str = "Acme Corp", country: str = "US", **terms: Any) -> UUID:
        command = OpenAccount(
            name=name, owner="user_1", billing_email="billing@acme.example", billing_address=Address(country=country),
            **terms,
        )  # fmt: skip
        account_id = open_account(books_of_portal, uuid7(), command)
        books_of_portal.flush()
        return account_id

    return make


@pytest.fixture
def new_link(books_of_portal: Session) -> Link:
    """A link into the portal, as a worker writes it; the path to open."""

    def make(account_id: UUID, user_id: str = "user_1", role: Role = Role.OWNER, **more: str | None) -> str:
        token = token_urlsafe(32)
        said = {"account_id": account_id, "user_id": user_id, "role": role, "return_url": BACK, **more}
        command = StartPortalSession.model_validate({"token_sha256": hash_key(token), **said})
        let_in(books_of_portal, uuid7(), command)
        return f"/enter/{token}"

    return make


@pytest.fixture
def hands_of_portal(portal_settings: Settings, portal_database: str) -> Iterator[Work]:
    """What a worker behind it has."""
    settings = Settings(worker_database_url=as_worker(portal_database), broker_url=portal_settings.broker_url)
    with _at_work(settings) as work:
        yield work


@pytest.fixture(scope="module")
def portal_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The gateway of one file's tests; each of them has customers of its own."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def hands_at_gateway(portal_settings: Settings, portal_database: str, portal_sandbox: Sandbox) -> Iterator[Work]:
    """What a worker has that calls one."""
    settings = Settings(
        worker_database_url=as_worker(portal_database),
        broker_url=portal_settings.broker_url,
        stripe_secret_key=SANDBOX_STRIPE_KEY,
        stripe_api_base=portal_sandbox.address,
    )
    with _at_work(settings) as work:
        yield work


@contextmanager
def _at_work(settings: Settings) -> Iterator[Work]:
    """A worker's hands, with a price list to sell from."""
    work = wire(settings, make_app(settings.broker_url))
    with work.database.transaction() as session:
        seed(session)
    yield work
    work.database.engine.dispose()


@pytest.fixture
def mailbox(hands_of_portal: Work) -> Mailbox:
    """Everybody's."""
    return Mailbox(hands_of_portal)


@pytest.fixture
def subscribers(hands_of_portal: Work) -> Books:
    """Its books, in which customers subscribe."""
    return Books(hands_of_portal.database)


@pytest.fixture
def browser(portal_address: str) -> Iterator[Callable[..., Browser]]:
    """Another browser."""
    browsers: list[Browser] = []

    def make(**headers: str) -> Browser:
        browsers.append(Browser(portal_address, **headers))
        return browsers[-1]

    yield make
    for each in browsers:
        each.close()


@pytest.fixture
def signed_in(
    browser: Callable[..., Browser], new_link: Link, books_of_portal: Session
) -> Callable[..., Browser]:  # fmt: skip
    """A browser of somebody who came in by a link; `is_proven`: and has shown a moment ago that it is them."""

    def make(account_id: UUID, *, is_proven: bool = False, **terms: Any) -> Browser:
        found = browser(**{"User-Agent": "A browser of the tests"})
        assert found.enter(new_link(account_id, **terms)).status_code == 303
        if is_proven:
            proven = text("UPDATE portal_sessions SET proven_at = now() WHERE token_sha256 = :hashed")
            books_of_portal.execute(proven, {"hashed": hash_key(found.http.cookies["cashbeat"])})
        return found

    return make
