"""Take credits out of a grant."""

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
    if not amount:
        return
    grant.remaining -= amount
    session.add(
        CreditTransaction(
            id=uuid7(),
            account_id=grant.account_id,
            grant_id=grant.id,
            movement=movement,
            amount=-amount,
            cause=cause,
            description=description,
        )
    )
