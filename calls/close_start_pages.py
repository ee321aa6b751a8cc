"""Close the pages on which an account could start a plan before it is started in another way, so that it runs once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.clocks.timelines import now_of
from billing.cycle.start.admit import starts_on_pages
from billing.gateway_run.expire_checkout import expire_checkout
from billing.gateway_run.sync import sync_subscription
from database.among import is_among
from database.clock import database_time
from database.operations import Operation
from gateways.gateway import Gateway
from schemas.commands.subscriptions import CreateSubscription, StartSubscriptionCheckout
from schemas.facts.payments import PaymentStatus
from workers.wiring import Work

Command = CreateSubscription | StartSubscriptionCheckout


@dataclass(frozen=True, slots=True)
class StartPage:
    """Where a start could be paid. Of a page without a `checkout_ref` nobody has been told the address."""

    subscription_id: UUID
    gateway: str
    checkout_ref: str


def close_start_pages(
    work: Work, command: Command, pages: Sequence[StartPage], start: Callable[[Session, datetime], object]
) -> None:
    """Call: the end of each page. Record: that it ended, or the subscription that was started meanwhile.

    `start` is what is wanted instead. Raises its refusal before any call, so that the customer keeps the page then.
    """
    if pages:
        _rehearse(work, command, pages, start)
    for page in pages:
        gateway = work.gateway(page.gateway)
        closed = gateway.checkout.close_checkout(page.checkout_ref) if page.checkout_ref else None
        if closed is not None and closed.status is not PaymentStatus.EXPIRED:
            _sync(work, gateway, command.account_id, page.checkout_ref)
        else:
            _give_up(work, command.account_id, page)


def start_pages(work: Work, command: Command, own_id: UUID) -> Sequence[StartPage]:
    """What stands in the way of a start. A subscription's id is that of the operation that asked for its page."""
    if command.allow_another:
        return ()
    with work.database.transaction() as session:
        starts = {each.id: each for each in starts_on_pages(session, command.account_id, command.plan.plan)}
        starts.pop(own_id, None)
        asked = session.execute(select(Operation.id, Operation.result).where(is_among(Operation.id, list(starts))))
        opened = {row.id: row.result["checkout_ref"] for row in asked if row.result}
    return [StartPage(each.id, each.gateway, opened.get(each.id, "")) for each in starts.values()]


def _rehearse(
    work: Work, command: Command, pages: Sequence[StartPage], start: Callable[[Session, datetime], object]
) -> None:
    """As if nobody had paid on them."""
    with work.database.rehearsal() as session:
        lock_account(session, command.account_id)
        now = now_of(session, command.account_id, work.wall())
        for page in pages:
            expire_checkout(session, page.subscription_id, now)
        session.flush()
        start(session, now)


def _give_up(work: Work, account_id: UUID, page: StartPage) -> None:
    with work.database.transaction() as session:
        # the next try of its operation waits for this lock, and then finds that it was given up
        lock_account(session, account_id)
        if page.checkout_ref or _will_not_open(session, page.subscription_id):
            expire_checkout(session, page.subscription_id, now_of(session, account_id, work.wall()))


def _will_not_open(session: Session, operation_id: UUID) -> bool:
    """Nobody is opening it now, or has a moment ago: its operation waits for another try, is parked or is over."""
    is_opening = or_(Operation.lease_until > func.now(), Operation.result.is_not(None))
    return session.scalar(select(Operation.id).where(Operation.id == operation_id, is_opening)) is None


def _sync(work: Work, gateway: Gateway, account_id: UUID, checkout_ref: str) -> None:
    with work.database.transaction() as session:
        asked_at = database_time(session)
    found = gateway.subscriptions.fetch_subscription(checkout_ref=checkout_ref)
    if found is not None:
        with work.database.transaction() as session:
            sync_subscription(session, found, asked_at, now_of(session, account_id, work.wall()))
