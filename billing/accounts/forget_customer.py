"""Forget a customer that was deleted at its gateway."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.accounts.tables import GatewayCustomer


def forget_customer(session: Session, gateway: str, customer_ref: str, now: datetime) -> None:
    """Charge and sell nothing through it any more: whatever comes next makes the account another. `now` is UTC.

    What is heard of it later still concerns the account. A second call changes nothing.
    """
    known = update(GatewayCustomer).where(
        GatewayCustomer.gateway == gateway,
        GatewayCustomer.customer_ref == customer_ref,
        GatewayCustomer.deleted_at.is_(None),
    )
    session.execute(known.values(deleted_at=now), execution_options={"synchronize_session": False})
