"""A door with real stores behind it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg2
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from billing.accounts.open import open_account
from database.api_keys import KeyTerms, create_key
from database.engine import dialect_url
from database.ids import uuid7
from schemas.commands.accounts import Address, OpenAccount
from schemas.permissions import WHOLE_SCOPES
from settings import Settings
from tests.gateways.paypal_side import WEBHOOK_ID, PayPalSide
from tests.ingress.deliveries import OLD_SECRET, SECRET
from tests.ingress.running_door import in_thread
from tests.logins import as_door

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def settings(database_url: str, broker_url: str, tmp_path: Path) -> Settings:
    """One installation, in the middle of a change of its webhook secret."""
    return Settings(
        ingress_database_url=as_door(database_url),
        broker_url=broker_url,
        cashbeat_home=tmp_path,
        stripe_webhook_secrets=(SecretStr(SECRET), SecretStr(OLD_SECRET)),
        paypal_webhook_secrets=(SecretStr(WEBHOOK_ID),),
    )


@pytest.fixture
def with_paypal(settings: Settings, signer: PayPalSide) -> Settings:
    """The same installation, which trusts who vouches for the tests' certificates."""
    return settings.model_copy(update={"paypal_trust_file": signer.authority.trust_file})


@pytest.fixture
def door(settings: Settings) -> Iterator[httpx.Client]:
    """A client of a running door."""
    with in_thread(settings) as client:
        yield client


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    """Run SQL as the owner of the database, as a worker or an operator would."""
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True

        def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []

        yield run


@pytest.fixture
def new_key(database_url: str) -> Callable[..., dict[str, str]]:
    """Make a server API key; returns the header that carries it."""

    def make(*scopes: str, name: str = "a test", **terms: Any) -> dict[str, str]:
        with Session(create_engine(dialect_url(database_url), poolclass=NullPool)) as session, session.begin():
            key = create_key(session, name, list(scopes or WHOLE_SCOPES), KeyTerms(**terms))
        return {"Authorization": f"Bearer {key}"}

    return make


@pytest.fixture
def key(new_key: Callable[..., dict[str, str]]) -> dict[str, str]:
    """The header of a key that may do everything."""
    return new_key()


@pytest.fixture
def owner_session(database_url: str) -> Iterator[Session]:
    """A session of the database's owner, to write what a worker would have written."""
    with Session(create_engine(dialect_url(database_url), poolclass=NullPool), autoflush=False) as session:
        yield session


@pytest.fixture
def acme_id(owner_session: Session) -> UUID:
    """One customer."""
    command = OpenAccount(
        name="Acme Corp", owner="user_1", billing_email="billing@acme.example", billing_address=Address(country="US")
    )
    found = open_account(owner_session, uuid7(), command)
    owner_session.commit()
    return found
