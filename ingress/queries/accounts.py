"""Reads of accounts."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account, view_account
from schemas.views import AccountView


def show_account(session: Session, account_id: UUID) -> AccountView:
    """`GET /v1/accounts/{id}/`"""
    return view_account(get_account(session, account_id))
