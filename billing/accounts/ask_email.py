"""Ask for another billing e-mail: it is used once the link in a mail to it was followed."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from billing.accounts.queries import find_waiting_email, lock_account
from billing.accounts.tables import Account, ConfirmationLink, EmailConfirmation
from billing.errors import Rejected
from database.ids import uuid7
from database.outbox import stage

CONFIRMATION = "billing_email_confirmation"
# a mail is read within days; after that whoever reads it may be somebody else
CONFIRMED_WITHIN = timedelta(days=3)
# Mails to an address that has not agreed to any: so many for one account within a day, however often they are asked
# for and to whichever address. A customer who mistypes one twice and asks again has some left.
MAILS_A_DAY_MAX = 10
A_DAY = timedelta(days=1)


def ask_email(session: Session, account: Account, email: str, cause: str, now: datetime) -> EmailConfirmation:
    """Let an address wait for the account, which is locked; the one that waited before is given up.

    Asking for the same one again sends another mail. `now` is the account's own time. Raises Rejected
    `too_many_confirmations`.
    """
    waiting = find_waiting_email(session, account.id, now)
    if waiting is not None and waiting.email == email:
        return ask_again(session, account.id, cause, now)
    _check_mails(session, account.id, now)
    give_up_email(session, account.id, now)
    asked = EmailConfirmation(
        id=uuid7(),
        account_id=account.id,
        email=email,
        email_before=account.billing_email,
        asked_at=now,
        expires_at=now + CONFIRMED_WITHIN,
    )
    session.add(asked)
    session.flush()
    stage(session, CONFIRMATION, asked.id, f"{CONFIRMATION}/{cause}")
    return asked


def ask_again(session: Session, account_id: UUID, cause: str, now: datetime) -> EmailConfirmation:
    """Send the mail to the address that waits once more, and let it wait anew.

    Raises Rejected `account_not_found`, `no_email_waits` and `too_many_confirmations`.
    """
    lock_account(session, account_id)
    waiting = find_waiting_email(session, account_id, now)
    if waiting is None:
        raise Rejected("no_email_waits", "No billing e-mail waits to be confirmed.", status=409)
    _check_mails(session, account_id, now)
    waiting.mails += 1
    waiting.asked_at = now
    waiting.expires_at = now + CONFIRMED_WITHIN
    stage(session, CONFIRMATION, waiting.id, f"{CONFIRMATION}/{cause}")
    return waiting


def give_up_email(session: Session, account_id: UUID, now: datetime) -> None:
    """Forget the address that waits, if one does; its links end."""
    open_one = EmailConfirmation.account_id == account_id, EmailConfirmation.ended_at.is_(None)
    waiting = session.scalar(select(EmailConfirmation).where(*open_one))
    if waiting is not None:
        end_confirmation(session, waiting, now)


def end_confirmation(session: Session, waiting: EmailConfirmation, now: datetime) -> None:
    """It waits no more, and no link of it opens anything."""
    waiting.ended_at = now
    session.execute(delete(ConfirmationLink).where(ConfirmationLink.confirmation_id == waiting.id))
    session.flush()


def _check_mails(session: Session, account_id: UUID, now: datetime) -> None:
    asked = select(func.sum(EmailConfirmation.mails)).where(
        EmailConfirmation.account_id == account_id, EmailConfirmation.asked_at > now - A_DAY
    )
    if (session.scalar(asked) or 0) >= MAILS_A_DAY_MAX:
        detail = f"{MAILS_A_DAY_MAX} mails to confirm an address were asked for within a day; try again tomorrow."
        raise Rejected("too_many_confirmations", detail, status=429)
