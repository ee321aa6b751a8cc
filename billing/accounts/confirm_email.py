"""Use another billing e-mail, since the link in a mail to it was followed."""

import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from billing.accounts.ask_email import end_confirmation
from billing.accounts.queries import find_waiting_by_token, lock_account
from billing.accounts.rules import hash_token
from billing.accounts.tables import ConfirmationLink, EmailConfirmation
from billing.errors import Rejected
from database.outbox import stage
from database.rows import insert_rows

CHANGED = "billing_email_changed"
TOKEN_BYTES = 32


def confirm_email(session: Session, token: str, now: datetime) -> EmailConfirmation:
    """What was confirmed: its account uses that address from now on; the one before is told. A token is good once.

    `now` is the account's own time. Raises Rejected `confirmation_not_found` for a token that is none, that was used
    before or is over.
    """
    found = find_waiting_by_token(session, token, now)
    if found is None:
        raise _unknown()
    account = lock_account(session, found.account_id)
    # of two that follow the link at once the second waits at the account, and finds it done
    session.refresh(found)
    if found.ended_at is not None:
        raise _unknown()
    found.email_before, account.billing_email = account.billing_email, found.email
    found.is_confirmed = True
    end_confirmation(session, found, now)
    stage(session, CHANGED, found.id, f"{CHANGED}/{found.id}")
    return found


def make_link(session: Session, waiting: EmailConfirmation, cause: str) -> str:
    """A fresh token for a mail of this cause. Those of mails before it end, and not those of its own earlier tries.

    An earlier try may have been delivered though its answer was lost: whichever of them arrived, its link works.
    """
    of_others = ConfirmationLink.confirmation_id == waiting.id, ConfirmationLink.cause != cause
    session.execute(delete(ConfirmationLink).where(*of_others))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"token_sha256": hash_token(token), "confirmation_id": waiting.id, "cause": cause}
    insert_rows(session, ConfirmationLink, row)
    return token


def _unknown() -> Rejected:
    detail = "This link is not known, was used before or is over. Ask for another one."
    return Rejected("confirmation_not_found", detail, status=404)
