"""A door with real stores behind it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg2
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from billing.accounts.open import open_account
from database.api_keys import KeyTerms, create_key
from database.engine import dialect_url
from database.ids import uuid7
from database.staff import StaffMember
from schemas.commands.accounts import Address, OpenAccount
from schemas.permissions import WHOLE_SCOPES, StaffRole
from settings import Settings
from tests.callers.issuers import AUDIENCE, ISSUER
from tests.callers.issuers import SECRET as TOKEN_SECRET
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
        portal_public_url="https://account.example",
        portal_return_hosts=("app.example", "127.0.0.1"),
        # many tests come as nobody, all from one address
        address_failures_per_minute=0,
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
def with_users(settings: Settings) -> Settings:
    """An installation that knows the product's app by a secret of both."""
    return settings.model_copy(
        update={
            "user_token_issuer": ISSUER,
            "user_token_audience": AUDIENCE,
            "user_token_secrets": (SecretStr(TOKEN_SECRET),),
        }
    )


@pytest.fixture
def users_door(with_users: Settings) -> Iterator[httpx.Client]:
    """A client of its door."""
    with in_thread(with_users) as client:
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


@pytest.fixture
def new_member(database_url: str) -> Callable[..., dict[str, str]]:
    """Write down one of the staff, and make a key of theirs; returns the header that carries it."""

    def make(role: StaffRole, name: str = "", ended_at: datetime | None = None) -> dict[str, str]:
        with Session(create_engine(dialect_url(database_url), poolclass=NullPool)) as session, session.begin():
            name = name or f"somebody in {role}"
            member = session.scalar(select(StaffMember).where(StaffMember.name == name))
            if member is None:
                member = StaffMember(id=uuid7(), name=name, email="staff@cashbeat.example", role=role)
                session.add(member)
            member.ended_at = ended_at
            session.flush()
            key = create_key(session, name, [], KeyTerms(staff_id=member.id))
        return {"Authorization": f"Bearer {key}"}

    return make
