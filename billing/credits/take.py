"""Take credits out of a grant."""

from typing import Any

from sqlalchemy.orm import Session

from billing.credits.tables import CreditGrant, CreditMovement, CreditTransaction
from database.ids import uuid7


def take(
    session: Session, grant: CreditGrant, amount: int, movement: CreditMovement, cause: str, description: str
) -> None:
    """Lower what remains of a grant and write the movement that proves it; nothing for an amount of zero.

    The caller holds the grant's row lock. The database refuses a second movement of one cause on one grant and more
    than what remains (IntegrityError, when flushed).
    """
    if amount:
        session.add(CreditTransaction(**take_out(grant, amount, movement, cause, description)))


def take_out(grant: CreditGrant, amount: int, movement: CreditMovement, cause: str, description: str) -> dict[str, Any]:
    """The same for whoever writes many at once: lowers what remains in memory, and returns the movement's row."""
    grant.remaining -= amount
    return {
        "id": uuid7(), "account_id": grant.account_id, "grant_id": grant.id, "movement": movement, "amount": -amount,
        "cause": cause, "description": description,
    }  # fmt: skip
