"""The buyer as an invoice keeps it: the account's words of the day of issue."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from database.among import is_among

Buyer = dict[str, str]
FIELDS = ("name", "line1", "line2", "city", "region", "postal_code", "country", "tax_id", "billing_email")
BUYERS = select(Account.id, *(getattr(Account, field) for field in FIELDS))


def buyer_of(account: Account) -> Buyer:
    """What an invoice issued now says of the account."""
    return {field: getattr(account, field) for field in FIELDS}


def load_buyers(session: Session, account_ids: Iterable[UUID]) -> dict[UUID, Buyer]:
    """The same of many accounts, by account."""
    rows = session.execute(BUYERS.where(is_among(Account.id, account_ids)))
    return {account_id: dict(zip(FIELDS, told, strict=True)) for account_id, *told in rows}
