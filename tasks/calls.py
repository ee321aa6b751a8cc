"""Commands that a gateway has to be asked for: claim, call, record.

Each asks outside of any transaction, under keys made of the operation's id, and returns what is to be written then.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.gateway_prices import remember_price
from billing.catalog.terms import PlanTerms
from billing.clocks.create import create_clock
from billing.clocks.queries import show_clock
from billing.clocks.timelines import now_of
from billing.cycle.plan_change.choice import find_change
from billing.errors import Rejected
from billing.gateway_run.begin_checkout import begin_checkout, price_request
from billing.gateway_run.sync import sync_subscription
from billing.outcomes.save_card import save_card
from billing.subscriptions.queries import get_subscription, show_subscription
from billing.subscriptions.tables import Subscription
from database.operations import Operation
from gateways.ports import SAME_KEY_ATTEMPTS
from schemas.commands import (
    CancelSubscription,
    ChangePaymentMethod,
    ChangePlan,
    Command,
    CreateTestClock,
    OfSubscription,
    OpenPortal,
    PauseSubscription,
    ReactivateSubscription,
    ResumeSubscription,
    StartCardSetup,
    StartCreditCheckout,
    StartSubscriptionCheckout,
    SyncFromStripe,
)
from schemas.facts import SetupRequest, SubscriptionCheckoutRequest, SubscriptionFact
from tasks.checkouts import GATEWAY, start_credit_checkout
from tasks.customers import ensure_customer
from tasks.gateway_news import Heard, ask_invoices, database_time, record_subscription
from workers.claims import Act
from workers.wiring import Work

Call = Callable[[Work, Operation, Any], Act]

# the currency of a card set-up decides only which kinds of cards are offered
SETUP_CURRENCY = "USD"


def _start_card_setup(work: Work, operation: Operation, command: StartCardSetup) -> Act:
    request = SetupRequest(
        account_id=str(command.account_id),
        idempotency_key=f"cashbeat/card_setup/{operation.id}",
        customer_ref=ensure_customer(work, GATEWAY, command.account_id),
        currency=SETUP_CURRENCY,
        success_url=command.success_url,
        cancel_url=command.cancel_url,
    )
    page = work.room(GATEWAY).cards.open_setup(request)
    return lambda session: {"checkout_url": page.url, "checkout_ref": page.checkout_ref}


def _change_payment_method(work: Work, operation: Operation, command: ChangePaymentMethod) -> Act:
    cards, account_id = work.room(GATEWAY).cards, command.account_id
    customer_ref = ensure_customer(work, GATEWAY, account_id)
    cards.make_default(customer_ref, command.card_ref, idempotency_key=f"cashbeat/default_card/{operation.id}")
    card = cards.fetch_card(card_ref=command.card_ref)
    if card is None:
        raise Rejected("card_not_found", f"The gateway has no card {command.card_ref}.", status=404)

    def act(session: Session) -> dict[str, Any]:
        card_id = save_card(session, account_id, card, True, now_of(session, account_id, work.now()))
        return {"account_id": str(account_id), "card_id": str(card_id), "brand": card.brand, "last4": card.last4}

    return act


def _open_portal(work: Work, operation: Operation, command: OpenPortal) -> Act:
    customer_ref = ensure_customer(work, GATEWAY, command.account_id)
    url = work.room(GATEWAY).subscriptions.open_portal(customer_ref, return_url=command.return_url)
    return lambda session: {"portal_url": url}


def _start_subscription_checkout(work: Work, operation: Operation, command: StartSubscriptionCheckout) -> Act:
    gateway = work.room(GATEWAY).subscriptions
    with work.database.transaction() as session:
        get_account(session, command.account_id)
    customer_ref = ensure_customer(work, GATEWAY, command.account_id)
    with work.database.transaction() as session:
        now = now_of(session, command.account_id, work.now())
        wanted = begin_checkout(session, operation.id, command, GATEWAY, now)
    price_ref = gateway.ensure_price(wanted.price)
    coupon_ref = gateway.ensure_coupon(wanted.coupon) if wanted.coupon else ""
    request = wanted.request(operation.id, command, customer_ref, price_ref, coupon_ref)
    page = gateway.open_subscription_checkout(replace(request, idempotency_key=_key_of_try(operation, request)))

    def act(session: Session) -> dict[str, Any]:
        remember_price(session, GATEWAY, price_ref, UUID(wanted.price.price_id))
        return {
            "subscription_id": str(operation.id),
            "checkout_url": page.url,
            "checkout_ref": page.checkout_ref,
        }

    return act


def _key_of_try(operation: Operation, request: SubscriptionCheckoutRequest) -> str:
    """A page whose address was never told is nobody's, so a second one may be opened once the key brings errors only.

    Should somebody pay on both, the second subscription bears the mark of the first: an alarm, see `sync_subscription`.
    """
    if operation.attempts <= SAME_KEY_ATTEMPTS:
        return request.idempotency_key
    return f"{request.idempotency_key}/{operation.attempts}"


def _change_plan(work: Work, operation: Operation, command: ChangePlan) -> Act:
    """The gateway prorates and bills; a change at the period's end is not among what it can be asked for."""
    gateway = work.room(GATEWAY).subscriptions
    subscription_ref, terms = _ref(work, command), _immediate_terms(work, command)
    price_ref = gateway.ensure_price(price_request(terms))
    present = gateway.fetch_subscription(subscription_ref=subscription_ref)
    if present is None or not present.items:
        raise Rejected("subscription_not_found", "The gateway does not know the subscription.", status=404)
    with work.database.transaction() as session:
        # before the call: the invoice that it brings may be heard of before the call's own answer
        remember_price(session, GATEWAY, price_ref, terms.price_id)
    key, asked_at = f"cashbeat/change_plan/{operation.id}", database_time(work)
    item_ref = present.items[0].item_ref
    changed = gateway.change_price(subscription_ref, item_ref, price_ref, prorate=True, idempotency_key=key)
    return _written(work, command, changed, asked_at)


def _immediate_terms(work: Work, command: ChangePlan) -> PlanTerms:
    """What is wanted, if it is wanted now: without `when` a downgrade is promised for the period's end."""
    with work.database.transaction() as session:
        change = find_change(session, get_subscription(session, command.subscription_id), command)
    if change.is_now:
        return change.wanted
    detail = "The gateway runs this subscription and changes its plan at once: choose when=now."
    raise Rejected("change_is_immediate", detail, status=409)


def _cancel(work: Work, operation: Operation, command: CancelSubscription) -> Act:
    gateway, asked_at = work.room(GATEWAY).subscriptions, database_time(work)
    key = f"cashbeat/cancel/{operation.id}"
    if command.when == "now":
        fact = gateway.cancel_now(_ref(work, command), idempotency_key=key)
    else:
        fact = gateway.set_cancellation(_ref(work, command), at_period_end=True, idempotency_key=key)
    return _written(work, command, fact, asked_at)


def _reactivate(work: Work, operation: Operation, command: ReactivateSubscription) -> Act:
    asked_at, key = database_time(work), f"cashbeat/reactivate/{operation.id}"
    gateway = work.room(GATEWAY).subscriptions
    fact = gateway.set_cancellation(_ref(work, command), at_period_end=False, idempotency_key=key)
    return _written(work, command, fact, asked_at)


def _pause(work: Work, operation: Operation, command: PauseSubscription) -> Act:
    if command.resumes_at is not None:
        raise Rejected("resume_is_by_hand", "The gateway runs this subscription; it is resumed by a command.", 409)
    return _collect(work, command, f"cashbeat/pause/{operation.id}", paused=True)


def _resume(work: Work, operation: Operation, command: ResumeSubscription) -> Act:
    return _collect(work, command, f"cashbeat/resume/{operation.id}", paused=False)


def _collect(work: Work, command: OfSubscription, key: str, *, paused: bool) -> Act:
    asked_at = database_time(work)
    gateway = work.room(GATEWAY).subscriptions
    fact = gateway.pause_collection(_ref(work, command), paused=paused, idempotency_key=key)
    return _written(work, command, fact, asked_at)


def _sync(work: Work, operation: Operation, command: SyncFromStripe) -> Act:
    """Ask for the subscription and for all its invoices: whatever webhooks were lost, the books are right then.

    One of which nothing was ever heard is asked for by the checkout that was to start it.
    """
    subscription_ref, checkout_ref = _whereabouts(work, command)
    asked_at = database_time(work)
    gateway = work.room(GATEWAY).subscriptions
    fact = gateway.fetch_subscription(subscription_ref=subscription_ref, checkout_ref=checkout_ref)
    if fact is None:
        raise Rejected("subscription_not_found", "The gateway does not know the subscription.", status=404)
    heard = Heard(fact, asked_at, ask_invoices(work, GATEWAY, fact.subscription_ref))

    def act(session: Session) -> dict[str, Any]:
        record_subscription(session, heard, work.now())
        return show_subscription(session, command.subscription_id).model_dump(mode="json")

    return act


def _whereabouts(work: Work, command: OfSubscription) -> tuple[str, str]:
    """The gateway's reference of a subscription, or, as long as there is none, of its checkout."""
    with work.database.transaction() as session:
        subscription_ref = get_subscription(session, command.subscription_id).subscription_ref
        # the operation that opened the checkout gave the subscription its id
        begun = session.get(Operation, command.subscription_id)
    checkout_ref = str((begun.result or {}).get("checkout_ref", "")) if begun else ""
    if not subscription_ref and not checkout_ref:
        raise Rejected("subscription_state", "No gateway runs this subscription (yet).", status=409)
    return subscription_ref, checkout_ref


def _create_clock(work: Work, operation: Operation, command: CreateTestClock) -> Act:
    """With a clock of the gateway's beside it, so that the subscriptions which the gateway runs go along."""
    if not work.room(GATEWAY).is_test_mode:
        raise Rejected("test_mode_only", "There are no test clocks where real money moves.", status=403)
    key = f"cashbeat/clock/{operation.id}"
    beside = work.room(GATEWAY).subscriptions.create_clock(command.name, command.frozen_at, idempotency_key=key)

    def act(session: Session) -> dict[str, Any]:
        create_clock(session, operation.id, command.name, command.frozen_at, beside.clock_ref, work.now())
        return show_clock(session, operation.id).model_dump(mode="json")

    return act


def _ref(work: Work, command: OfSubscription) -> str:
    with work.database.transaction() as session:
        reference = get_subscription(session, command.subscription_id).subscription_ref
    if not reference:
        raise Rejected("subscription_state", "No gateway runs this subscription (yet).", status=409)
    return reference


def _written(work: Work, command: OfSubscription, fact: SubscriptionFact, asked_at: datetime) -> Act:
    def act(session: Session) -> dict[str, Any]:
        subscription: Subscription = get_subscription(session, command.subscription_id)
        now = now_of(session, subscription.account_id, work.now())
        sync_subscription(session, fact, asked_at, now)
        return show_subscription(session, command.subscription_id).model_dump(mode="json")

    return act


CALLS: Mapping[type[Command], Call] = {
    StartCreditCheckout: start_credit_checkout,
    StartSubscriptionCheckout: _start_subscription_checkout,
    StartCardSetup: _start_card_setup,
    ChangePaymentMethod: _change_payment_method,
    OpenPortal: _open_portal,
    SyncFromStripe: _sync,
    CreateTestClock: _create_clock,
}
# These ask several times, and what asks once is to be tried again sooner when its worker dies.
MANY_CALLS = frozenset({StartSubscriptionCheckout, ChangePaymentMethod, SyncFromStripe})
# asked of the gateway only where it runs the subscription; otherwise a verb of our own
CALLS_OF_GATEWAY_RUN: Mapping[type[Command], Call] = {
    ChangePlan: _change_plan,
    CancelSubscription: _cancel,
    ReactivateSubscription: _reactivate,
    PauseSubscription: _pause,
    ResumeSubscription: _resume,
}
