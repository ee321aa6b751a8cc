"""Close the pages on which an account could start the same plan, so that a customer with two of them starts one."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from billing.clocks.timelines import now_of
from billing.cycle.start.admit import starts_on_pages
from billing.gateway_run.expire_checkout import expire_checkout
from billing.gateway_run.sync import sync_subscription
from database.among import is_among
from database.clock import database_time
from database.operations import Operation
from gateways.gateway import Gateway
from schemas.commands import StartSubscriptionCheckout
from schemas.facts.payments import PaymentStatus
from workers.wiring import Work


def close_start_pages(work: Work, gateway: Gateway, command: StartSubscriptionCheckout, own_id: UUID) -> None:
    """Claim: the pages. Call: their end. Record: that they ended, or the subscription that was started meanwhile."""
    for subscription_id, checkout_ref in _pages(work, command, own_id).items():
        closed = gateway.checkout.close_checkout(checkout_ref)
        if closed.status is PaymentStatus.EXPIRED:
            with work.database.transaction() as session:
                expire_checkout(session, subscription_id, now_of(session, command.account_id, work.wall()))
        else:
            _sync(work, gateway, command.account_id, checkout_ref)


def _pages(work: Work, command: StartSubscriptionCheckout, own_id: UUID) -> Mapping[UUID, str]:
    """By subscription, whose id is that of the operation that opened the page."""
    with work.database.transaction() as session:
        starts = [each for each in starts_on_pages(session, command.account_id, command.plan.plan) if each != own_id]
        opened = session.execute(select(Operation.id, Operation.result).where(is_among(Operation.id, starts)))
        return {row.id: row.result["checkout_ref"] for row in opened if row.result}


def _sync(work: Work, gateway: Gateway, account_id: UUID, checkout_ref: str) -> None:
    with work.database.transaction() as session:
        asked_at = database_time(session)
    found = gateway.subscriptions.fetch_subscription(checkout_ref=checkout_ref)
    if found is not None:
        with work.database.transaction() as session:
            sync_subscription(session, found, asked_at, now_of(session, account_id, work.wall()))
