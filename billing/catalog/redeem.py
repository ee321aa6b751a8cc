"""Redeem a coupon."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from billing.catalog.tables import Coupon
from billing.errors import Rejected


def find_coupon(session: Session, code: str, currency: str, now: datetime) -> Coupon:
    """A coupon that counts now; raises Rejected `coupon_not_found`, `coupon_expired` or `coupon_used_up`."""
    coupon = session.scalar(select(Coupon).where(Coupon.code == code, Coupon.active))
    if coupon is None or coupon.currency not in ("", currency):
        raise Rejected("coupon_not_found", f"There is no coupon {code!r} for {currency}.", status=404)
    if coupon.expires_at is not None and coupon.expires_at <= now:
        raise Rejected("coupon_expired", f"The coupon {code!r} has expired.", status=409)
    if coupon.redemptions_max is not None and coupon.redemptions >= coupon.redemptions_max:
        raise Rejected("coupon_used_up", f"The coupon {code!r} is used up.", status=409)
    return coupon


def redeem_coupon(session: Session, code: str, currency: str, now: datetime) -> Coupon:
    """Count one redemption and return the coupon. The row's lock decides who gets the last one; raises as above."""
    coupon = find_coupon(session, code, currency, now)
    is_left = or_(Coupon.redemptions_max.is_(None), Coupon.redemptions < Coupon.redemptions_max)
    counted = update(Coupon).where(Coupon.id == coupon.id, is_left).values(redemptions=Coupon.redemptions + 1)
    taken = session.scalar(counted.returning(Coupon.id), execution_options={"synchronize_session": False})
    if taken is None:
        raise Rejected("coupon_used_up", f"The coupon {code!r} is used up.", status=409)
    return coupon
