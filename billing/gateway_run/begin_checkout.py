"""Begin a subscription that a gateway will run: write it down before its checkout is opened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.accounts.tables import Account
from billing.catalog.plans import find_terms, terms_of
from billing.catalog.redeem import redeem_coupon
from billing.catalog.tables import Coupon, Interval
from billing.catalog.terms import PlanTerms
from billing.clocks.wall import Wall
from billing.cycle.start.admit import check_only_one, take_trial
from billing.errors import Rejected
from billing.gateway_run.wanted_tax import wanted_tax
from billing.payment_methods.check_offered import check_offered
from billing.payments.start_checkout import CHECKOUT_LIFETIME
from billing.periods import period_at
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionStatus
from schemas.commands.subscriptions import StartSubscriptionCheckout
from schemas.facts.subscriptions import SubscriptionCheckoutRequest
from schemas.facts.terms import CouponRequest, PriceRequest, TaxRateRequest


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the gateway has to know before the checkout is opened, and the checkout itself without its references."""

    price: PriceRequest
    coupon: CouponRequest | None
    tax: TaxRateRequest | None
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
        tax_ref: str,
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
            tax_ref=tax_ref,
        )


def begin_checkout(
    session: Session,
    subscription_id: UUID,
    command: StartSubscriptionCheckout,
    gateway: str,
    now: datetime,
    begun_at: Wall,
) -> Wanted:
    """Write an incomplete subscription under the given id and redeem its coupon; a repeat asks for the same again.

    Its period is a guess until the gateway tells the real one. `now` is the account's own time; the page ends by the
    wall clock, `begun_at` its first try. Raises Rejected `account_not_found`, `already_subscribed`, `trial_used`,
    `plan_not_found`, `price_not_found`, `method_not_offered`, `coupon_...`, and `subscription_state` when it was
    given up meanwhile.
    """
    account = lock_account(session, command.account_id)
    subscription = session.get(Subscription, subscription_id)
    if subscription is None:
        if not command.allow_another:
            check_only_one(session, account.id, command.plan.plan)
        subscription = _write(session, subscription_id, account, command, gateway, now)
    if subscription.status is SubscriptionStatus.EXPIRED:
        detail = "This start was given up for another one, or its time is over: begin anew."
        raise Rejected("subscription_state", detail, status=409)
    terms = terms_of(session, [subscription.price_id])[subscription.price_id]
    coupon = session.get(Coupon, subscription.coupon_id) if subscription.coupon_id else None
    return Wanted(
        price=price_request(terms),
        coupon=_coupon_request(coupon, terms.interval) if coupon else None,
        tax=wanted_tax(session, account.id, subscription.created_at.date()),
        email=account.billing_email,
        trial_days=terms.trial_days if command.trial_days is None else command.trial_days,
        expires_at=begun_at.at + CHECKOUT_LIFETIME,
    )


def _write(
    session: Session,
    subscription_id: UUID,
    account: Account,
    command: StartSubscriptionCheckout,
    gateway: str,
    now: datetime,
) -> Subscription:
    """The plan at its newest price. For how many periods the coupon counts is the gateway's to know."""
    terms = find_terms(session, command.plan.plan, Interval(command.plan.interval), command.plan.currency)
    currency = terms.price.currency
    check_offered(session, account, gateway, currency)
    coupon = redeem_coupon(session, command.coupon, currency, now) if command.coupon else None
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
        currency=currency,
        anchor=start,
        period_start=period.start,
        period_end=period.end,
        coupon_id=coupon.id if coupon else None,
        created_at=start,
    )
    session.add(subscription)
    if terms.trial_days if command.trial_days is None else command.trial_days:
        session.flush()
        take_trial(session, subscription, again=command.allow_trial_again)
    return subscription


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
