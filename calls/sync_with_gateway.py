"""Ask a gateway for a subscription that it runs and for its invoices: then the books are right, whatever was lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.timelines import now_of
from billing.errors import Rejected
from billing.gateway_run.end_overdue import is_overdue
from billing.gateway_run.mirror_invoice import mirrored_invoices
from billing.subscriptions.queries import get_subscription, show_subscription
from calls.bring_tax import bring_tax
from calls.hear_invoice import ask_lacking
from calls.hear_subscription import record_subscription
from database.clock import database_time
from database.operations import Operation
from gateways.gateway import Gateway
from schemas.commands.subscriptions import SyncWithGateway
from schemas.facts.subscriptions import SubscriptionFact
from workers.claims import Act
from workers.wiring import Work


@dataclass(frozen=True, slots=True)
class Seen:
    """What the books knew before the gateway was asked: by the checkout alone as long as there is no subscription."""

    account_id: UUID
    gateway: str
    subscription_ref: str
    checkout_ref: str
    settled: frozenset[tuple[str, str]]
    asked_at: datetime


def sync_with_gateway(work: Work, operation: Operation, command: SyncWithGateway) -> Act:
    """Claim: what is known. Call: the subscription, with its tax, and the invoices that lack anything. Record: both.

    One that was to end with its period, and whose gateway leaves that to us, is ended.
    One of which nothing was ever heard is asked for by the checkout that was to start it.
    """
    seen = _look(work, command)
    gateway = work.gateway(seen.gateway)
    fetch = gateway.subscriptions.fetch_subscription
    fact = fetch(subscription_ref=seen.subscription_ref, checkout_ref=seen.checkout_ref)
    if fact is None:
        raise Rejected("subscription_not_found", "The gateway does not know the subscription.", status=404)
    key = f"cashbeat/sync/{operation.id}"
    fact = _ended_if_overdue(work, gateway, seen.account_id, fact, key)
    fact = bring_tax(work, gateway, seen.account_id, fact, fact.period_end.date(), key)
    invoices = ask_lacking(gateway, fact.subscription_ref, seen.settled)

    def act(session: Session) -> dict[str, Any]:
        record_subscription(session, fact, seen.asked_at, work.wall(), invoices)
        return show_subscription(session, command.subscription_id).model_dump(mode="json")

    return act


def _ended_if_overdue(
    work: Work, gateway: Gateway, account_id: UUID, fact: SubscriptionFact, key: str
) -> SubscriptionFact:
    with work.database.transaction() as session:
        now = now_of(session, account_id, work.wall())
    if not gateway.limits.leaves_ends or not is_overdue(fact, now):
        return fact
    return gateway.subscriptions.cancel_now(fact.subscription_ref, idempotency_key=f"{key}/end")


def _look(work: Work, command: SyncWithGateway) -> Seen:
    with work.database.transaction() as session:
        subscription = get_subscription(session, command.subscription_id)
        # the operation that opened the checkout gave the subscription its id
        begun = session.get(Operation, command.subscription_id)
        of_this = {(subscription.gateway, subscription.subscription_ref)} if subscription.subscription_ref else set()
        mirrored = mirrored_invoices(session, of_this)
        asked_at = database_time(session)
    checkout_ref = str((begun.result or {}).get("checkout_ref", "")) if begun else ""
    if not subscription.subscription_ref and not checkout_ref:
        raise Rejected("subscription_state", "No gateway runs this subscription (yet).", status=409)
    settled = frozenset(invoice for invoice, is_settled in mirrored.items() if is_settled)
    known = subscription.account_id, subscription.gateway, subscription.subscription_ref
    return Seen(*known, checkout_ref, settled, asked_at)
