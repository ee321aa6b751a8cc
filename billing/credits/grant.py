"""Grant credits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.credits.tables import CreditGrant, CreditMovement, CreditSource, CreditTransaction
from billing.credits.watch import arm_watch
from database.ids import uuid7
from database.rows import insert_rows


def grant_credits(
    session: Session,
    account_id: UUID,
    source: CreditSource,
    cause: str,
    amount: int,
    expires_at: datetime | None,
    now: datetime,
    *,
    subscription_id: UUID | None = None,
) -> UUID:
    """Grant credits for a cause and return the grant's id. With `subscription_id` they can be revoked by it later.

    The database refuses a second grant for the same cause (IntegrityError): whoever calls this has claimed the cause.
    """
    grant_id = uuid7()
    grant = {
        "id": grant_id, "account_id": account_id, "source": source, "cause": cause, "subscription_id": subscription_id,
        "amount": amount, "remaining": amount, "granted_at": now, "expires_at": expires_at,
    }  # fmt: skip
    insert_rows(session, CreditGrant, grant)
    movement = {
        "id": uuid7(), "account_id": account_id, "grant_id": grant_id,
        "movement": CreditMovement.GRANT, "amount": amount, "cause": cause,
    }  # fmt: skip
    insert_rows(session, CreditTransaction, movement)
    arm_watch(session, account_id, now)
    return grant_id
