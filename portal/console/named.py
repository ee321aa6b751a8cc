"""What accounts are called that stand on a page by their ids."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import names_of_accounts
from billing.whose import ACCOUNT

Names = Mapping[UUID, str]


def names_in(session: Session, shown: Iterable[Any]) -> Names:
    """By id, of each that one of these names as its account."""
    ids = {getattr(each, ACCOUNT, None) for each in shown}
    return names_of_accounts(session, {account_id for account_id in ids if isinstance(account_id, UUID)})
