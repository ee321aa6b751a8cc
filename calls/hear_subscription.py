"""Hear of a subscription that its gateway runs: `customer.subscription.*` in one vendor's words."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from billing.accounts.queries import find_account_of_customer
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.errors import UnknownMark
from billing.gateway_run.expire_checkout import expire_checkout
from billing.gateway_run.mirror_invoice import InvoiceContradiction, mirror_invoice
from billing.gateway_run.sync import sync_subscription
from billing.payments.queries import as_uuid
from billing.subscriptions.tables import Subscription
from calls.hearing import UNHEARD, Conversation, Heard, Inquiry, Other
from gateways.gateway import Gateway
from schemas.facts.events import EventFact
from schemas.facts.invoices import GatewayInvoiceFact
from schemas.facts.subscriptions import PendingChangeFact, SubscriptionFact

log = structlog.get_logger(__name__)


def ask_subscription(inquiry: Inquiry, fact: EventFact) -> Heard:
    """Call: the subscription as it is now. One whose page ended without it is given up."""
    found = fetch_subscription(inquiry, fact.subscription_ref, fact.checkout_ref)
    if found is not None:
        asked_at, waited_for = inquiry.known.looked_at, ask_waited_for(inquiry.gateway, found)
        return Other(lambda session, wall: record_subscription(session, found, asked_at, wall, waited_for))
    if fact.is_expiry:
        return Other(lambda session, wall: record_expired_checkout(session, fact.subscription_id, wall))
    return UNHEARD


def ask_waited_for(gateway: Gateway, found: SubscriptionFact) -> list[GatewayInvoiceFact]:
    """Call: the invoice that a change of its plan waits for, if one does."""
    invoice = gateway.subscriptions.fetch_invoice(found.latest_invoice_ref) if found.pending else None
    return [] if invoice is None else [invoice]


def fetch_subscription(inquiry: Inquiry, subscription_ref: str, checkout_ref: str = "") -> SubscriptionFact | None:
    """What the gateway has of a subscription, asked once in a batch."""
    fetch = inquiry.gateway.subscriptions.fetch_subscription
    key = "subscription", subscription_ref or checkout_ref
    return inquiry.once(key, lambda: fetch(subscription_ref=subscription_ref, checkout_ref=checkout_ref))


def record_subscription(
    session: Session,
    fact: SubscriptionFact,
    asked_at: datetime,
    wall: Wall,
    invoices: Sequence[GatewayInvoiceFact] = (),
    *,
    rung_for: str = "",
) -> None:
    """Record: a subscription as the gateway has it, then invoices of it, oldest first; nothing when it is not ours.

    Raises InvoiceContradiction for the invoice that the bell rang for. Another that contradicts the books is left out,
    with an alarm: its own event is parked, and the others go on.
    """
    account_id = find_account_of_customer(session, fact.gateway, fact.customer_ref)
    now = now_of(session, account_id, wall) if account_id else wall.at
    if sync_subscription(session, fact, asked_at, now) is None:
        return
    for invoice in invoices:
        pending = fact.pending if invoice.invoice_ref == fact.latest_invoice_ref else None
        if invoice.invoice_ref == rung_for:
            mirror_invoice(session, invoice, now, pending)
        else:
            _mirror_if_it_fits(session, invoice, now, pending)


def record_expired_checkout(session: Session, subscription_id: str, wall: Wall) -> None:
    """Record: a page ended without the subscription it was to start. Raises UnknownMark for one not in the books."""
    known_id = as_uuid(subscription_id)
    known = session.get(Subscription, known_id) if known_id is not None else None
    if known is not None:
        expire_checkout(session, known.id, now_of(session, known.account_id, wall))
    elif subscription_id:
        raise UnknownMark(f"a page ended that bears the mark of subscription {subscription_id}")


def _mirror_if_it_fits(
    session: Session, invoice: GatewayInvoiceFact, now: datetime, pending: PendingChangeFact | None
) -> None:
    try:
        with session.begin_nested():
            mirror_invoice(session, invoice, now, pending)
    except InvoiceContradiction as contradiction:
        log.error("invoice_contradiction", invoice_ref=invoice.invoice_ref, detail=str(contradiction))


def subject(fact: EventFact) -> str:
    """The subscription, or the page as long as there is none."""
    return fact.subscription_ref or fact.checkout_ref


SUBSCRIPTION = Conversation(subject, ask_subscription)
