"""Create a subscription whose cycle we run."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.accounts.tables import Account
from billing.cards.check_card_offered import check_card_offered
from billing.cards.queries import get_default_card
from billing.catalog.plans import find_service, find_terms
from billing.catalog.redeem import redeem_coupon
from billing.catalog.tables import Interval
from billing.catalog.terms import Addition, PlanTerms
from billing.cycle.bill import Bill, bill
from billing.cycle.pricing.check_period import check_period
from billing.cycle.pricing.discounts import lasting_discount, present_discount, spend_discount
from billing.cycle.pricing.lines import period_lines, service_line
from billing.cycle.start.admit import check_only_one, take_trial
from billing.dunning.tables import DunningPolicy
from billing.errors import Rejected
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason
from billing.payment_methods.check_offered import check_offered
from billing.payment_methods.tables import ManualMethod
from billing.periods import Period, period_at
from billing.subscriptions.rules import due_at_of
from billing.subscriptions.states import move
from billing.subscriptions.tables import (
    Collection,
    PayBy,
    Subscription,
    SubscriptionPeriod,
    SubscriptionService,
    SubscriptionStatus,
)
from database.ids import uuid7
from database.outbox import stage
from database.rows import insert_rows
from schemas.commands.subscriptions import CreateSubscription, ServiceItem


def create_subscription(
    session: Session, subscription_id: UUID, command: CreateSubscription, now: datetime
) -> Subscription:
    """Begin a trial, or bill the first period; a repeat with the same id returns what was begun.

    Billed by card it is incomplete until the first payment is captured; by transfer, or with nothing to charge, it is
    active at once. A trial needs no card, but ends past due without one. Raises Rejected `account_not_found`,
    `already_subscribed`, `trial_used`, `plan_not_found`, `price_not_found`, `service_not_found`, `policy_not_found`,
    `coupon_...`, `amount_too_large`, `method_not_offered` or `no_card`.
    """
    known = session.get(Subscription, subscription_id)
    if known is not None:
        return known
    account = lock_account(session, command.account_id)
    if not command.allow_another:
        check_only_one(session, account.id, command.plan.plan)
    terms = find_terms(session, command.plan.plan, Interval(command.plan.interval), command.plan.currency)
    additions = [_addition(session, item, command.plan.currency) for item in command.services]
    trial_days = terms.trial_days if command.trial_days is None else command.trial_days
    _check_policy(session, command.dunning_policy)
    start = now.replace(microsecond=0)
    subscription = _row(subscription_id, account, command, terms, start, trial_days)
    if command.coupon is not None:
        _redeem(session, subscription, command.coupon, now)
    _check_offered(session, account, subscription)
    if subscription.pay_by is PayBy.CARD:
        check_period(session, account.id, terms, additions, lasting_discount(subscription), now)
    _write(session, subscription, additions)
    if trial_days:
        take_trial(session, subscription, again=command.allow_trial_again)
    if trial_days == 0:
        _bill_first_period(session, subscription, terms, additions, now)
    else:
        _bill_what_is_due_in_trial(session, subscription, additions, now)
    return subscription


def _check_offered(session: Session, account: Account, subscription: Subscription) -> None:
    if subscription.pay_by is PayBy.TRANSFER:
        check_offered(session, account, ManualMethod.BANK_TRANSFER, subscription.currency)
    else:
        check_card_offered(session, account, subscription.currency)


def _check_policy(session: Session, policy: str) -> None:
    if session.get(DunningPolicy, policy) is None:
        raise Rejected("policy_not_found", f"There is no dunning policy {policy!r}.", status=404)


def _is_once(addition: Addition) -> bool:
    return addition.terms.interval is Interval.ONCE


def _addition(session: Session, item: ServiceItem, currency: str) -> Addition:
    return Addition(find_service(session, item.service, currency), item.quantity)


def _row(
    subscription_id: UUID,
    account: Account,
    command: CreateSubscription,
    terms: PlanTerms,
    start: datetime,
    trial_days: int,
) -> Subscription:
    trial_end = start + timedelta(days=trial_days) if trial_days else None
    period = Period(start, trial_end) if trial_end else period_at(start, terms.months, 0)
    return Subscription(
        id=subscription_id,
        account_id=account.id,
        clock_id=account.clock_id,
        status=SubscriptionStatus.TRIALING if trial_days else SubscriptionStatus.INCOMPLETE,
        collection=Collection.CASHBEAT,
        pay_by=PayBy(command.pay_by),
        price_id=terms.price_id,
        interval=terms.interval,
        currency=terms.price.currency,
        dunning_policy=command.dunning_policy,
        anchor=trial_end or start,
        period_start=period.start,
        period_end=period.end,
        trial_end=trial_end,
        discount_ppm=0,
        discount_minor=0,
        discount_periods=0,
        is_period_discounted=False,
        created_at=start,
    )


def _redeem(session: Session, subscription: Subscription, code: str, now: datetime) -> None:
    coupon = redeem_coupon(session, code, subscription.currency, now)
    subscription.coupon_id = coupon.id
    subscription.discount_ppm, subscription.discount_minor = coupon.percent_ppm, coupon.amount_minor
    subscription.discount_periods = coupon.periods or None
    if subscription.status is SubscriptionStatus.INCOMPLETE:
        spend_discount(subscription)


def _write(session: Session, subscription: Subscription, additions: list[Addition]) -> None:
    subscription.due_at = due_at_of(subscription)
    session.add(subscription)
    session.flush()
    for addition in additions:
        if not _is_once(addition):
            row = {
                "id": uuid7(), "subscription_id": subscription.id,
                "price_id": addition.terms.price_id, "quantity": addition.quantity,
            }  # fmt: skip
            insert_rows(session, SubscriptionService, row)


def _bill_first_period(
    session: Session, subscription: Subscription, terms: PlanTerms, additions: list[Addition], now: datetime
) -> None:
    period = Period(subscription.period_start, subscription.period_end)
    lines = period_lines(terms, additions, present_discount(subscription), period)
    if subscription.pay_by is PayBy.TRANSFER:
        move(subscription, SubscriptionStatus.ACTIVE, now)
    _begin(session, subscription, _bill(session, subscription, InvoiceReason.START, lines, now).id)


def _bill_what_is_due_in_trial(
    session: Session, subscription: Subscription, additions: list[Addition], now: datetime
) -> None:
    """Services sold once are billed with the start; the plan and the services per month wait for the trial's end."""
    period = Period(subscription.period_start, subscription.period_end)
    once = [addition for addition in additions if _is_once(addition)]
    invoice_id = None
    if once:
        lines = [service_line(addition, 1, period) for addition in once]
        invoice_id = _bill(session, subscription, InvoiceReason.PURCHASE, lines, now).id
    _begin(session, subscription, invoice_id)
    stage(session, "subscription_activated", subscription.id, f"subscription_activated/{subscription.id}/trial")


def _bill(
    session: Session, subscription: Subscription, reason: InvoiceReason, lines: list[LineDraft], now: datetime
) -> Invoice:
    """Who has no card can start what leaves nothing to charge, and nothing else."""
    invoice = bill(session, subscription, Bill(reason, f"start/{subscription.id}", lines), now)
    is_charged = subscription.pay_by is PayBy.CARD and invoice.left_minor
    if is_charged and get_default_card(session, subscription.account_id) is None:
        raise Rejected("no_card", "The account has no saved card to charge.", status=409)
    return invoice


def _begin(session: Session, subscription: Subscription, invoice_id: UUID | None) -> None:
    row = {
        "subscription_id": subscription.id, "period_start": subscription.period_start,
        "period_end": subscription.period_end, "invoice_id": invoice_id,
    }  # fmt: skip
    insert_rows(session, SubscriptionPeriod, row)
