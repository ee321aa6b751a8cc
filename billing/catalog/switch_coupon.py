"""Let a coupon be redeemed, or not any more."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.catalog.queries import get_coupon
from billing.catalog.tables import Coupon


def switch_coupon(session: Session, coupon_id: UUID, *, is_offered: bool) -> Coupon:
    """Who has redeemed it keeps the discount either way. Raises Rejected `coupon_not_found`."""
    coupon = get_coupon(session, coupon_id, is_locked=True)
    coupon.active = is_offered
    session.flush()
    return coupon
