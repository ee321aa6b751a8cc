"""Providers with secrets of theirs, written as an operator writes them."""

from datetime import datetime

from sqlalchemy.orm import Session

from credentials.keep import keep_key, keep_provider
from credentials.master_keys import MasterKeys
from credentials.roll_webhook_secret import add_webhook_secret
from credentials.tables import IntegrationProvider, ProviderType

OLD, NEW = MasterKeys({"old": b"o" * 32}), MasterKeys({"new": b"n" * 32})
BOTH = MasterKeys({"new": b"n" * 32, "old": b"o" * 32})
NOBODYS = MasterKeys({})


def provider(session: Session, name: str = "stripe", **columns: object) -> IntegrationProvider:
    """Its row, without a key unless there was one."""
    row = keep_provider(session, name, name.title(), ProviderType.PAYMENT)
    row.sandbox = True
    for column, value in columns.items():
        setattr(row, column, value)
    session.flush()
    return row


def keyed(session: Session, keys: MasterKeys, api_key: str, name: str = "stripe", **columns: object) -> None:
    """A provider that is called with this key."""
    keep_key(keys, provider(session, name, **columns), "api_key", api_key)
    session.flush()


def signing(session: Session, keys: MasterKeys, secret: str, now: datetime, name: str = "stripe") -> None:
    """A provider that signs with this from then on, beside what it has signed with."""
    provider(session, name)
    add_webhook_secret(session, keys, name, secret, now)
    session.flush()
