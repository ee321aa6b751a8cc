"""Accounts."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.open import open_account
from billing.accounts.queries import get_account, view_account
from billing.commands.verb import Result, Verb
from database.operations import Operation
from schemas.commands.accounts import OpenAccount
from schemas.commands.base import Command


def _open_account(session: Session, operation: Operation, command: OpenAccount, now: datetime) -> Result:
    account_id = open_account(session, operation.id, command)
    return view_account(get_account(session, account_id)).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    OpenAccount: _open_account,
}
