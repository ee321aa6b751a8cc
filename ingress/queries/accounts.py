"""Reads of accounts."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account, view_account
from billing.disputes.queries import count_open
from billing.receipts.queries import kept_of
from schemas.views.accounts import AccountView


def show_account(session: Session, account_id: UUID) -> AccountView:
    """`GET /v1/accounts/{id}/`"""
    account = view_account(get_account(session, account_id))
    more = {"kept_minor": kept_of(session, account_id), "open_disputes": count_open(session, account_id)}
    return account.model_copy(update=more)
