"""Mirror a change of plan that a gateway makes when it is paid for: it waits, until its invoice is paid or void."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.catalog.gateway_prices import known_prices
from billing.catalog.plans import terms_of
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.queries import CLOCK_TOLERANCE, as_uuid
from billing.subscriptions.pending_changes import find_pending_change
from billing.subscriptions.tables import PendingChange, Subscription
from database.outbox import stage
from schemas.facts.subscriptions import PendingChangeFact


def mirror_waiting(
    session: Session, subscription: Subscription, invoice: Invoice, fact: PendingChangeFact, now: datetime
) -> None:
    """Write down, once, that a change waits for this invoice; it takes the place of another one.

    A price that is none of ours is not shown. The caller holds both rows' locks.
    """
    price_id = _price_of_ours(session, invoice.gateway, fact)
    waiting = find_pending_change(session, subscription.id)
    is_told = waiting is not None and waiting.invoice_id == invoice.id
    if price_id is None or is_told or invoice.status is not InvoiceStatus.PENDING:
        return
    if waiting is not None:
        waiting.ended_at = now
        session.flush()  # there is one at a time
    session.add(_row(subscription, invoice, fact, price_id))
    session.flush()


def mirror_end(session: Session, invoice: Invoice, now: datetime) -> None:
    """The change waits no longer when its invoice does not. Its owner is told when nobody paid for it in time."""
    change = session.get(PendingChange, invoice.id)
    if change is None or change.ended_at is not None or invoice.status is InvoiceStatus.PENDING:
        return
    change.ended_at = now
    is_expired = now + CLOCK_TOLERANCE >= change.expires_at
    if invoice.status is InvoiceStatus.VOID and is_expired:
        stage(session, "plan_change_dropped", invoice.id, f"plan_change_dropped/{invoice.id}")


def _price_of_ours(session: Session, gateway: str, fact: PendingChangeFact) -> UUID | None:
    """What we know of the price already, else what its mark says, as far as that is in the books."""
    known = known_prices(session, gateway, [fact.price_ref])
    price_id = known.get(fact.price_ref) or as_uuid(fact.price_id)
    return price_id if price_id is not None and price_id in terms_of(session, [price_id]) else None


def _row(subscription: Subscription, invoice: Invoice, fact: PendingChangeFact, price_id: UUID) -> PendingChange:
    return PendingChange(
        invoice_id=invoice.id,
        subscription_id=subscription.id,
        anchor=subscription.anchor,
        period_start=subscription.period_start,
        period_end=subscription.period_end,
        credits_taken_back=0,
        expires_at=fact.expires_at,
        price_id=price_id,
    )
