"""A service that is wanted or not any more: what it would cost now, and whether it can be had. Written nowhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.queries import get_default_card
from billing.catalog.plans import find_service, terms_of
from billing.catalog.terms import Addition
from billing.cycle.plan_change.offer import running_of, share_for
from billing.cycle.pricing.check_period import check_period
from billing.cycle.pricing.discounts import lasting_discount
from billing.cycle.services.quote import ServiceQuote, is_once, quote_added, quote_removed
from billing.errors import Rejected
from billing.invoices.queries import has_disputed_invoice, has_open_invoice
from billing.invoices.rules import add_up
from billing.money import Money, format_major
from billing.subscriptions.pending_changes import find_pending_change
from billing.subscriptions.queries import additions_of
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionStatus
from billing.tax.decision import TaxDecision
from billing.tax.queries import decide_tax


@dataclass(frozen=True, slots=True)
class Wish:
    """One service of a subscription as it would be billed now, and at which tax."""

    addition: Addition
    quote: ServiceQuote
    tax: TaxDecision


def wish_for(session: Session, subscription: Subscription, slug: str, quantity: int, at: datetime) -> Wish:
    """A service to be added, at its newest price. Asks without locks.

    Raises Rejected `service_not_found`, what `_check_running` raises, `service_already_added`, `amount_too_large` when
    a whole period would cost more than a card can be charged, and `no_card` when something is left to pay by card.
    """
    _check_running(session, subscription)
    addition = Addition(find_service(session, slug, subscription.currency), quantity)
    additions = additions_of(session, subscription.id)
    if not is_once(addition) and any(each.terms.service_slug == slug for each in additions):
        detail = f"The subscription has the service {slug!r} already: remove it, and add it with another quantity."
        raise Rejected("service_already_added", detail, status=409)
    terms = terms_of(session, [subscription.price_id])[subscription.price_id]
    if subscription.pay_by is PayBy.CARD and not is_once(addition):
        whole = [*additions, addition]
        discount, end = lasting_discount(subscription), subscription.period_end
        check_period(session, subscription.account_id, terms, whole, discount, end)
    tax = _tax(session, subscription, at)
    quote = quote_added(running_of(session, subscription, terms, tax), addition, at)
    _check_charge(session, subscription, quote, tax)
    return Wish(addition, quote, tax)


def wish_away(session: Session, subscription: Subscription, slug: str, at: datetime) -> Wish:
    """One to be taken away. What was not paid must not be given back, nor what is disputed.

    Raises Rejected `service_not_added`, what `_check_running` raises, `invoice_open` and `payment_disputed`.
    """
    _check_running(session, subscription)
    had = [each for each in additions_of(session, subscription.id) if each.terms.service_slug == slug]
    if not had:
        detail = f"The subscription has no service {slug!r} that is billed with every period."
        raise Rejected("service_not_added", detail, status=404)
    if has_open_invoice(session, subscription.id):
        raise Rejected("invoice_open", "An invoice of the subscription is not paid yet.", status=409)
    if has_disputed_invoice(session, subscription.id, subscription.period_start):
        detail = "What was paid for this period is disputed, or was charged back."
        raise Rejected("payment_disputed", detail, status=409)
    terms = terms_of(session, [subscription.price_id])[subscription.price_id]
    tax = _tax(session, subscription, at)
    return Wish(had[0], quote_removed(running_of(session, subscription, terms, tax), had[0], tax, at), tax)


def _check_running(session: Session, subscription: Subscription) -> None:
    """Raises Rejected `subscription_state` unless it is active or in its trial and run by us; and `change_pending`.

    A change of plan that waits was quoted with the services that there were.
    """
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING):
        detail = f"The services of a subscription that is {subscription.status} cannot be changed."
        raise Rejected("subscription_state", detail, status=409)
    if subscription.collection is not Collection.CASHBEAT:
        detail = "A gateway runs this subscription, and bills no services of ours."
        raise Rejected("subscription_state", detail, status=409)
    if find_pending_change(session, subscription.id) is not None:
        raise Rejected("change_pending", "A change of plan waits for its payment: ask again after it.", status=409)


def _check_charge(session: Session, subscription: Subscription, quote: ServiceQuote, tax: TaxDecision) -> None:
    """A charge that must fail is not even tried."""
    if subscription.pay_by is not PayBy.CARD or not quote.lines:
        return
    due: Money = share_for(session, subscription, add_up(quote.lines, tax).total).left
    if due.minor and get_default_card(session, subscription.account_id) is None:
        detail = f"{format_major(due)} would be charged now, but the account has no card: save one first."
        raise Rejected("no_card", detail, status=409)


def _tax(session: Session, subscription: Subscription, at: datetime) -> TaxDecision:
    return decide_tax(session, get_account(session, subscription.account_id).country, at.date())
