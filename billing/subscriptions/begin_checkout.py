"""Begin a subscription that a gateway will run: write it down before its checkout is opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.plans import find_terms
from billing.catalog.redeem import find_coupon
from billing.catalog.tables import Coupon, Interval
from billing.catalog.terms import PlanTerms
from billing.periods import period_at
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionStatus
from schemas.commands import StartSubscriptionCheckout
from schemas.facts import CouponRequest, PriceRequest, SubscriptionCheckoutRequest

# Stripe ends a session at most 24 hours after it was opened; an hour is left for slow retries of the opening itself.
CHECKOUT_LIFETIME = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the gateway has to know before the checkout is opened, and the checkout itself without its references."""

    price: PriceRequest
    coupon: CouponRequest | None
    email: str
    trial_days: int
    expires_at: datetime

    def request(
        self,
        subscription_id: UUID,
        command: StartSubscriptionCheckout,
        customer_ref: str,
        price_ref: str,
        coupon_ref: str,
    ) -> SubscriptionCheckoutRequest:
        """The checkout as it is asked for; the same for every repeat."""
        return SubscriptionCheckoutRequest(
            subscription_id=str(subscription_id),
            idempotency_key=f"cashbeat/subscribe/{subscription_id}",
            customer_ref=customer_ref,
            customer_email=self.email,
            prices=((price_ref, 1),),
            trial_days=self.trial_days,
            coupon_ref=coupon_ref,
            success_url=command.success_url,
            cancel_url=command.cancel_url,
            expires_at=self.expires_at,
        )


def begin_checkout(
    session: Session, subscription_id: UUID, command: StartSubscriptionCheckout, gateway: str, now: datetime
) -> Wanted:
    """Write an incomplete subscription under the given id; a repeat finds it and asks for the same.

    Its period is a guess until the gateway tells the real one. Raises Rejected `account_not_found`, `plan_not_found`,
    `price_not_found` or `coupon_...`.
    """
    account = get_account(session, command.account_id)
    terms = find_terms(session, command.plan.plan, Interval(command.plan.interval), command.plan.currency)
    subscription = session.get(Subscription, subscription_id)
    if subscription is None:
        start = now.replace(microsecond=0)
        period = period_at(start, terms.months, 0)
        subscription = Subscription(
            id=subscription_id,
            account_id=account.id,
            clock_id=account.clock_id,
            status=SubscriptionStatus.INCOMPLETE,
            collection=Collection.GATEWAY,
            pay_by=PayBy.CARD,
            gateway=gateway,
            price_id=terms.price_id,
            interval=terms.interval,
            currency=terms.price.currency,
            anchor=start,
            period_start=period.start,
            period_end=period.end,
            created_at=start,
        )
        session.add(subscription)
    coupon = find_coupon(session, command.coupon, terms.price.currency, now) if command.coupon else None
    return Wanted(
        price=price_request(terms),
        coupon=_coupon_request(coupon, terms.interval) if coupon else None,
        email=account.billing_email,
        trial_days=terms.trial_days if command.trial_days is None else command.trial_days,
        expires_at=subscription.created_at + CHECKOUT_LIFETIME,
    )


def price_request(terms: PlanTerms) -> PriceRequest:
    """A plan's price as the gateway is told of it."""
    return PriceRequest(
        price_id=str(terms.price_id),
        product=terms.plan_name,
        currency=terms.price.currency,
        amount_minor=terms.price.minor,
        interval=terms.interval.value,
    )


def _coupon_request(coupon: Coupon, interval: Interval) -> CouponRequest:
    return CouponRequest(
        coupon_id=str(coupon.id),
        name=coupon.name,
        percent_ppm=coupon.percent_ppm,
        amount_minor=coupon.amount_minor,
        currency=coupon.currency,
        periods=coupon.periods,
        interval=interval.value,
    )
