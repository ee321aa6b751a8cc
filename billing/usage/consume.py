"""Consume credits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ARRAY, Select, String, Text, any_, bindparam, cast, select
from sqlalchemy.orm import Session

from billing.credits.tables import CreditDebt, CreditTransaction
from billing.errors import Rejected
from billing.usage.fall import no_account
from billing.usage.purses import Purse, close_purses, open_purses
from database.copy import as_array


@dataclass(frozen=True, slots=True)
class Consumption:
    """So many credits of an account are wanted. `now` is the account's own time, one for all of an account's."""

    account_id: UUID
    amount: int
    cause: str
    description: str
    now: datetime


def consume_credits(
    session: Session, account_id: UUID, amount: int, cause: str, description: str, now: datetime
) -> int:
    """Take credits, the soonest to expire first, and return the balance that is left. All or nothing.

    A repeat of the same cause takes nothing more. A balance that falls low is warned of and topped up in the same
    transaction, as the account wishes. Raises Rejected `insufficient_credits` or `account_not_found`.
    """
    (left,) = consume_all(session, [Consumption(account_id, amount, cause, description, now)])
    if isinstance(left, Rejected):
        raise left
    return left


def consume_all(session: Session, wishes: Sequence[Consumption]) -> list[int | Rejected]:
    """The same, one after the other, with one statement per table however many they are.

    Returns what is left after each, or why it was refused; a refusal takes nothing and is nobody else's.
    """
    purses = open_purses(session, {wish.account_id: wish.now for wish in wishes})
    # asked under the locks: whoever took for these causes before has committed by now
    known = known_causes(session, [wish.cause for wish in wishes], purses.values())
    lefts = [_consume(purses.get(wish.account_id), wish, known) for wish in wishes]
    close_purses(session, list(purses.values()))
    return lefts


def _consume(purse: Purse | None, wish: Consumption, known: set[tuple[UUID, str]]) -> int | Rejected:
    if purse is None:
        return no_account(wish.account_id)
    if (wish.account_id, wish.cause) in known:
        return purse.balance
    if not purse.has(wish.amount):
        return too_few(purse.balance, wish.amount)
    purse.use(wish.amount, wish.cause, wish.description)
    known.add((wish.account_id, wish.cause))
    return purse.balance


def too_few(balance: int, needed: int) -> Rejected:
    """What is answered where the balance is too small."""
    detail = f"The account has {balance} credits, {needed} are needed."
    return Rejected("insufficient_credits", detail, status=409)


def known_causes(session: Session, causes: Sequence[str], purses: Iterable[Purse]) -> set[tuple[UUID, str]]:
    """For which of these causes which account has used or owes something already."""
    connection, those = session.connection(), {"causes": as_array(causes)}
    found = [connection.execute(_known_in(table), those) for table in _tables(purses)]
    return {(row.account_id, row.cause) for rows in found for row in rows}


@cache
def _known_in(table: type[CreditTransaction] | type[CreditDebt]) -> Select[UUID, str]:
    is_among_causes = table.cause == any_(cast(bindparam("causes", type_=String), ARRAY(Text)))
    return select(table.account_id, table.cause).where(is_among_causes)


def _tables(purses: Iterable[Purse]) -> list[type[CreditTransaction] | type[CreditDebt]]:
    return [CreditTransaction, CreditDebt] if any(purse.overdraft_max for purse in purses) else [CreditTransaction]
