"""Open a gateway's hosted page that starts a subscription which the gateway runs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.gateway_prices import remember_price
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.errors import Rejected
from billing.gateway_run.begin_checkout import Wanted, begin_checkout
from billing.gateway_run.expire_checkout import expire_checkout
from calls.close_start_pages import close_start_pages, start_pages
from calls.ensure_customer import ensure_customer
from calls.key_of_try import key_of_try
from calls.same_start import find_same_start
from database.operations import Operation
from gateways.gateway import Capability, Gateway
from schemas.commands.subscriptions import StartSubscriptionCheckout
from schemas.facts.payments import CheckoutFact
from schemas.facts.subscriptions import START_PAGE_IS_OPEN
from workers.claims import Act
from workers.wiring import Work


def open_subscription_checkout(work: Work, operation: Operation, command: StartSubscriptionCheckout) -> Act:
    """Claim: the subscription, incomplete. Call: what it costs, and the page. Record: its name for the price.

    Another page that is open for the same plan is closed first. Where its gateway closes none, it is the answer to
    whoever asks for the same once more.
    """
    gateway = work.choose(Capability.SUBSCRIPTIONS, command.gateway)
    gateway.require(Capability.SUBSCRIPTIONS)
    with work.database.transaction() as session:
        get_account(session, command.account_id)
    customer_ref = ensure_customer(work, gateway, command.account_id, operation.attempts)
    # that of the first try, so that a repeat under the same key is the same to the letter
    begun_at = Wall(operation.first_attempt_at or work.wall().at)

    def begin(session: Session, now: datetime) -> Wanted:
        return begin_checkout(session, operation.id, command, gateway.name, now, begun_at)

    if (opened := _close_others(work, operation, command, begin)) is not None:
        return lambda session: opened
    with work.database.transaction() as session:
        now = now_of(session, command.account_id, work.wall())
        wanted = begin(session, now)
    try:
        price_ref, page = _open(gateway, operation, command, wanted, customer_ref)
    except Rejected:
        # there will be no page: nobody is to wait for it, and what was redeemed for it is given back
        with work.database.transaction() as session:
            expire_checkout(session, operation.id, now)
        raise

    def act(session: Session) -> dict[str, Any]:
        remember_price(session, gateway.name, price_ref, UUID(wanted.price.price_id))
        return {
            "subscription_id": str(operation.id),
            "checkout_url": page.url,
            "checkout_ref": page.checkout_ref,
        }

    return act


def _close_others(
    work: Work,
    operation: Operation,
    command: StartSubscriptionCheckout,
    begin: Callable[[Session, datetime], Wanted],
) -> dict[str, Any] | None:
    """None, when nobody can start the plan on another page; else what that page's start was answered."""
    try:
        close_start_pages(work, command, start_pages(work, command, operation.id), begin)
    except Rejected as refusal:
        opened = find_same_start(work, command, operation.id) if refusal.code == START_PAGE_IS_OPEN else None
        if opened is None:
            raise
        return opened
    return None


def _open(
    gateway: Gateway, operation: Operation, command: StartSubscriptionCheckout, wanted: Wanted, customer_ref: str
) -> tuple[str, CheckoutFact]:
    subscriptions = gateway.subscriptions
    price_ref = subscriptions.ensure_price(wanted.price)
    coupon_ref = subscriptions.ensure_coupon(wanted.coupon) if wanted.coupon else ""
    tax_ref = subscriptions.ensure_tax_rate(wanted.tax) if wanted.tax else ""
    request = wanted.request(operation.id, command, customer_ref, price_ref, coupon_ref, tax_ref)
    # A page whose address was never told is nobody's, so another may be opened. Should somebody pay on both, the second
    # subscription bears the mark of the first: an alarm, see `sync_subscription`.
    key = key_of_try(gateway, operation, request.idempotency_key)
    return price_ref, subscriptions.open_subscription_checkout(replace(request, idempotency_key=key))
