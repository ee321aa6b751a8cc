"""What a coupon would take off, without redeeming it."""

from datetime import datetime

from sqlalchemy.orm import Session

from billing.catalog.plans import find_terms
from billing.catalog.redeem import find_coupon
from billing.catalog.tables import Coupon, Interval
from billing.catalog.terms import PlanTerms
from billing.cycle.pricing.lines import Discount
from billing.errors import Rejected
from schemas.commands.subscriptions import PlanChoice
from schemas.views.catalog import CouponView, DiscountedPlanView


def quote_coupon(session: Session, code: str, currency: str, plan: PlanChoice | None, now: datetime) -> CouponView:
    """A coupon that can be redeemed at `now` in a currency, and what it takes off a plan's price, if one is named.

    Raises Rejected `coupon_not_found`, whatever is the matter: who tries codes does not learn which there were. The
    plan is looked for first (`plan_not_found`, `price_not_found`), so that all codes take the same time.
    """
    terms = find_terms(session, plan.plan, Interval(plan.interval), plan.currency) if plan else None
    try:
        coupon = find_coupon(session, code, currency, now)
    except Rejected:
        raise Rejected("coupon_not_found", f"There is no coupon {code!r} for {currency}.", status=404) from None
    return CouponView(
        code=coupon.code,
        name=coupon.name,
        percent_ppm=coupon.percent_ppm,
        amount_minor=coupon.amount_minor,
        currency=coupon.currency or None,
        periods=coupon.periods,
        expires_at=coupon.expires_at,
        plan=_discounted(coupon, terms) if terms else None,
    )


def _discounted(coupon: Coupon, terms: PlanTerms) -> DiscountedPlanView:
    discount = Discount(coupon.percent_ppm, coupon.amount_minor).of(terms.price, terms.step)
    return DiscountedPlanView(
        plan=terms.plan_slug,
        interval=str(terms.interval),
        currency=terms.price.currency,
        price_minor=terms.price.minor,
        discount_minor=discount.minor,
        discounted_minor=(terms.price - discount).minor,
    )
