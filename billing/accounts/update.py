"""Change what a customer says of itself."""

from datetime import datetime
from uuid import UUID

from babel import Locale, UnknownLocaleError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.accounts.ask_email import ask_email, give_up_email
from billing.accounts.queries import lock_account
from billing.accounts.tables import Account, AccountRecipient
from billing.accounts.tax_ids import read_tax_id
from billing.errors import Rejected
from database.rows import insert_rows
from schemas.commands.accounts import RecipientsByKind, UpdateAccount
from schemas.locales import ENGLISH, UTC_ZONE
from schemas.recipients import MailKind


def update_account(session: Session, command: UpdateAccount, cause: str, now: datetime) -> Account:
    """Change the fields that were given; a repeat changes nothing. Papers that were issued stay as they are.

    Another billing e-mail waits until it is confirmed. `now` is the account's own time. Raises Rejected
    `account_not_found`, `tax_id_invalid` also for a number that is none in the new country, `locale_unknown` and
    `too_many_confirmations`.
    """
    account, given = lock_account(session, command.account_id), command.model_fields_set
    if command.name is not None:
        account.name = command.name
    if command.billing_address is not None:
        for field, value in command.billing_address.model_dump().items():
            setattr(account, field, value)
    if given & {"tax_id", "billing_address"}:
        written = command.tax_id or "" if "tax_id" in given else account.tax_id
        account.tax_id = read_tax_id(written, account.country).number
    if "time_zone" in given:
        account.time_zone = command.time_zone or UTC_ZONE
    if "locale" in given:
        account.locale = _locale(command.locale or ENGLISH)
    if "recipients" in given:
        _set_recipients(session, account.id, command.recipients)
    if command.billing_email is not None:
        _change_email(session, account, command.billing_email, cause, now)
    session.flush()
    return account


def _change_email(session: Session, account: Account, email: str, cause: str, now: datetime) -> None:
    """Saying the one that is used takes back what was asked for."""
    if email == account.billing_email:
        give_up_email(session, account.id, now)
    else:
        ask_email(session, account, email, cause, now)


def _locale(tag: str) -> str:
    """As Unicode's CLDR writes it: `de_at` becomes `de-AT`."""
    try:
        known = Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        raise Rejected("locale_unknown", f"{tag!r} is no language that is known, nor one with a country.") from None
    return str(known).replace("_", "-")


def _set_recipients(session: Session, account_id: UUID, given: RecipientsByKind | None) -> None:
    """Of a kind those that are given take the place of all; kinds that are not named stay. None: nobody, of any."""
    kinds = [kind for kind in MailKind if given is None or kind.value in given.model_fields_set]
    of_kinds = AccountRecipient.account_id == account_id, AccountRecipient.kind.in_(kinds)
    session.execute(delete(AccountRecipient).where(*of_kinds))
    rows = [
        {"account_id": account_id, "kind": kind, "email": email}
        for kind in kinds
        for email in getattr(given, kind.value, None) or ()
    ]
    if rows:
        insert_rows(session, AccountRecipient, *rows)
