"""Accounts."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.activate import activate_account
from billing.accounts.ask_email import ask_again
from billing.accounts.confirm_email import confirm_email
from billing.accounts.open import open_account
from billing.accounts.queries import get_account, lock_account, view_account, view_settings
from billing.accounts.suspend import suspend_account
from billing.accounts.update import update_account
from billing.callers.turn_reader_out import turn_reader_out
from billing.commands.verb import Result, Verb, cause_of
from billing.gateway_run.stage_syncs import stage_syncs_of_account
from billing.privacy.ask_export import ask_export
from billing.privacy.delete_account import delete_account
from billing.privacy.queries import show_export
from database.clock import database_time
from database.operations import Operation
from schemas.commands.accounts import (
    ActivateAccount,
    ConfirmEmail,
    DeleteAccount,
    ExportAccount,
    OpenAccount,
    RepeatConfirmation,
    SuspendAccount,
    UpdateAccount,
)
from schemas.commands.base import Command
from schemas.views.accounts import DeletedAccountView


def _open_account(session: Session, operation: Operation, command: OpenAccount, now: datetime) -> Result:
    account_id = open_account(session, operation.id, command)
    return view_account(get_account(session, account_id)).model_dump(mode="json")


def _update_account(session: Session, operation: Operation, command: UpdateAccount, now: datetime) -> Result:
    country = lock_account(session, command.account_id).country
    account = update_account(session, command, cause_of(operation), now)
    if account.country != country:
        # those that a gateway bills bear the tax of the new country from their next invoice on
        stage_syncs_of_account(session, account.id, cause_of(operation))
    return view_settings(session, account, now).model_dump(mode="json")


def _repeat_confirmation(session: Session, operation: Operation, command: RepeatConfirmation, now: datetime) -> Result:
    ask_again(session, command.account_id, cause_of(operation), now)
    return view_settings(session, get_account(session, command.account_id), now).model_dump(mode="json")


def _confirm_email(session: Session, operation: Operation, command: ConfirmEmail, now: datetime) -> Result:
    confirmed = confirm_email(session, command.token, now)
    turn_reader_out(session, confirmed.account_id, confirmed.email_before)
    return {"account_id": str(confirmed.account_id), "billing_email": confirmed.email}


def _delete_account(session: Session, operation: Operation, command: DeleteAccount, now: datetime) -> Result:
    told = command.account_id, command.confirm_name, cause_of(operation)
    account = delete_account(session, *told, wall_now=database_time(session), now=now)
    return DeletedAccountView(
        account_id=account.id, closed_at=account.closed_at, keep_until=account.keep_until
    ).model_dump(mode="json")


def _export_account(session: Session, operation: Operation, command: ExportAccount, now: datetime) -> Result:
    at = database_time(session)
    ask_export(session, command.account_id, at)
    return show_export(session, command.account_id, at).model_dump(mode="json")


def _suspend_account(session: Session, operation: Operation, command: SuspendAccount, now: datetime) -> Result:
    account = suspend_account(session, command.account_id, command.reason, now)
    return view_account(account).model_dump(mode="json")


def _activate_account(session: Session, operation: Operation, command: ActivateAccount, now: datetime) -> Result:
    return view_account(activate_account(session, command.account_id)).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    OpenAccount: _open_account,
    UpdateAccount: _update_account,
    RepeatConfirmation: _repeat_confirmation,
    ConfirmEmail: _confirm_email,
    DeleteAccount: _delete_account,
    ExportAccount: _export_account,
    SuspendAccount: _suspend_account,
    ActivateAccount: _activate_account,
}
