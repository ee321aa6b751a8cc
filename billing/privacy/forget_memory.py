"""Empty what the pipeline remembers of an account: commands, events, and what went wrong with either.

None of these rows has an account's id of its own; they are found by what they mention: the account, what belongs to it,
and what gateways call all that.
"""

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.memory import WorkState
from database.operations import GONE

# One account's rows among millions: each is looked at once, in the background.
STATEMENT_SECONDS_MAX = 300
# So many words are looked for in one pass.
WORDS_MAX = 100
# What is short may stand anywhere by chance.
WORD_LENGTH_MIN = 6

OF_ACCOUNT = (
    ("subscriptions", ("id::text", "subscription_ref")),
    ("invoices", ("id::text", "invoice_ref")),
    ("payment_attempts", ("id::text", "checkout_ref", "payment_ref", "charge_ref")),
    ("receipts", ("id::text", "reference")),
    ("refunds", ("id::text", "refund_ref")),
    ("disputes", ("id::text", "dispute_ref")),
    ("cards", ("id::text", "card_ref", "customer_ref")),
    ("payment_claims", ("id::text",)),
    ("gateway_customers", ("customer_ref",)),
    ("account_recipients", ("email",)),
    ("email_confirmations", ("id::text", "email", "email_before")),
    ("account_members", ("id::text", "email")),
    ("team_invitations", ("id::text", "email")),
)
ENDED = (WorkState.DONE, WorkState.REJECTED, WorkState.DISCARDED)
WHY = {"why": '{"detail": "Erased with the account."}'}
EMPTY_OPERATIONS = """
    UPDATE operations SET
        body = CAST(:gone AS jsonb), error = NULL, idempotency_key = NULL,
        caller = CASE WHEN caller LIKE 'user/%' THEN 'user/erased' ELSE caller END,
        result = CASE WHEN result IS NOT NULL THEN CAST(:gone AS jsonb) END,
        problem = (problem - 'errors') || CAST(:why AS jsonb)
    WHERE state = ANY(:states) AND body <> CAST(:gone AS jsonb)
      AND (id::text ~* :words OR body::text ~* :words OR result::text ~* :words)
"""
EMPTY_OUTBOX = """
    UPDATE outbox SET error = NULL WHERE state = ANY(:states) AND error IS NOT NULL
      AND (subject_id::text ~* :words OR cause ~* :words OR error ~* :words)
"""
REMOVE_UNTOLD = "DELETE FROM untold_changes WHERE failure <> '' AND account_id = :account_id"
REMOVE_EVENTS = "DELETE FROM {table} WHERE state = ANY(:states) AND body ~* :words"


def forget_memory(session: Session, account_id: UUID, more: Sequence[str] = (), *, parked_too: bool = False) -> None:
    """Empty what mentions the account, and the words in `more`: an address that is known only now. Can be repeated.

    What is still to be done keeps what it is done with. What waits for a person does, too, unless `parked_too`.
    """
    session.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS_MAX}s'"))
    session.execute(text(REMOVE_UNTOLD), {"account_id": account_id})
    states = [*ENDED, WorkState.PARKED] if parked_too else list(ENDED)
    for words in mentions(session, account_id, more):
        told = {"states": [state.value for state in states], "words": words}
        session.execute(text(EMPTY_OPERATIONS), told | GONE | WHY)
        session.execute(text(EMPTY_OUTBOX), told)
        for table in ("inbox", "unverified_events"):
            session.execute(text(REMOVE_EVENTS.format(table=table)), told)


def mentions(session: Session, account_id: UUID, more: Sequence[str] = ()) -> list[str]:
    """Regular expressions for all that names the account, or what belongs to it; each for some of the words."""
    return list(_patterns([str(account_id), *more, *_mentioned(session, account_id)]))


def _mentioned(session: Session, account_id: UUID) -> Iterator[str]:
    for table, columns in OF_ACCOUNT:
        for column in columns:
            found = text(f"SELECT DISTINCT {column} FROM {table} WHERE account_id = :account_id")  # noqa: S608
            yield from session.scalars(found, {"account_id": account_id})


def _patterns(words: Sequence[str]) -> Iterator[str]:
    wanted = sorted({word for word in words if word and len(word) >= WORD_LENGTH_MIN})
    for start in range(0, len(wanted), WORDS_MAX):
        yield "|".join(re.sub(r"([^A-Za-z0-9_@-])", r"\\\1", word) for word in wanted[start : start + WORDS_MAX])
