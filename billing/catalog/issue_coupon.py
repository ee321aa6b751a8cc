"""Issue a coupon."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.catalog.check_amount import check_amount
from billing.catalog.tables import Coupon
from billing.errors import Rejected
from billing.money import PARTS_PER_MILLION, Money
from database.ids import uuid7


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """What a coupon is worth: a share in parts per million, or an amount off; for so many periods, 0 for ever."""

    percent_ppm: int = 0
    amount: Money | None = None
    periods: int = 1
    redemptions_max: int | None = None
    expires_at: datetime | None = None


def issue_coupon(session: Session, code: str, terms: CouponTerms) -> None:
    """Write a coupon.

    Raises Rejected `coupon_exists`, `coupon_worthless` unless it is one kind of discount, and what `check_amount` does.
    """
    is_share = 0 < terms.percent_ppm <= PARTS_PER_MILLION
    is_amount = terms.amount is not None and terms.amount.minor > 0
    if is_share == is_amount or terms.periods < 0:
        raise Rejected("coupon_worthless", "A coupon takes off a share up to 100 % or an amount, one of the two.")
    if terms.amount is not None:
        check_amount(session, terms.amount)
    row = {
        "id": uuid7(), "code": code, "name": code, "percent_ppm": terms.percent_ppm,
        "amount_minor": terms.amount.minor if terms.amount else 0,
        "currency": terms.amount.currency if terms.amount else "",
        "periods": terms.periods, "redemptions_max": terms.redemptions_max, "expires_at": terms.expires_at,
    }  # fmt: skip
    session.execute(insert(Coupon).values(row).on_conflict_do_nothing(index_elements=["code"]))
    if session.scalar(select(Coupon.id).where(Coupon.code == code)) != row["id"]:
        raise Rejected("coupon_exists", f"There is a coupon {code!r} already.", status=409)
