"""Mirror an invoice that a gateway wrote for a subscription it runs: in our books it is an invoice of ours."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from billing.errors import Unavailable
from billing.gateway_run.billed_price import with_billed_price
from billing.gateway_run.mirror_change import mirror_end, mirror_waiting
from billing.gateway_run.mirror_lines import is_trial, mirrored_lines
from billing.gateway_run.mirror_payment import bring_on, keep_unmatched, kept_early_minor
from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.tables import OWED, Invoice, InvoiceReason
from billing.ledger.post import post
from billing.money import Money
from billing.receipts.kept_money import keep_given_back, use_kept_of_gateway
from billing.receipts.rules import Share
from billing.subscriptions.tables import Subscription
from billing.tax.decision import TaxDecision, TaxReason
from schemas.facts.invoices import GatewayInvoiceFact
from schemas.facts.subscriptions import PendingChangeFact

REASONS = {"create": InvoiceReason.START, "cycle": InvoiceReason.RENEWAL, "change": InvoiceReason.CHANGE}


class InvoiceContradiction(Exception):
    """The gateway's invoice does not add up in our books. Never guessed away: parked, for a person to look at."""


def mirror_invoice(
    session: Session, fact: GatewayInvoiceFact, now: datetime, pending: PendingChangeFact | None = None
) -> UUID | None:
    """Write the invoice once, and then what became of it; returns its id, None when there is nothing to bill.

    With a `pending` change of plan that waits for it.

    The number of the gateway's events does not matter, nor does their order as long as the invoices before it are in
    the books: the invoice is brought to what the gateway has now, and paid and void are never left again. `now` is the
    account's own time. Raises Unavailable while the subscription itself is not known yet, and InvoiceContradiction; but
    what was paid for an invoice that does not add up is money that we hold, and kept for the account.
    """
    subscription = _subscription(session, fact)
    invoice = session.scalar(
        select(Invoice)
        .where(Invoice.gateway == fact.gateway, Invoice.invoice_ref == fact.invoice_ref)
        .with_for_update()
    )
    if invoice is None:
        if fact.status == "draft" or all(is_trial(subscription, line) for line in fact.lines):
            return None
        invoice = _issue_or_keep(session, subscription, fact, now)
    if invoice is None:
        return None
    if pending is not None and fact.status == "open":
        mirror_waiting(session, subscription, invoice, pending, now)
    bring_on(session, subscription, invoice, fact, now)
    mirror_end(session, invoice, now)
    _check_paid(invoice, fact)
    session.flush()  # the next invoice is looked up in the same transaction
    return invoice.id


def mirrored_invoices(session: Session, subscription_refs: Collection[tuple[str, str]]) -> dict[tuple[str, str], bool]:
    """The invoices in the books of subscriptions that gateways run, each as (gateway, reference).

    With each, whether nothing the gateway says can change it any more.
    """
    if not subscription_refs:
        return {}
    of_these = tuple_(Subscription.gateway, Subscription.subscription_ref).in_(subscription_refs)
    found = select(Invoice.gateway, Invoice.invoice_ref, Invoice.status, Invoice.charged_back_minor).join(
        Subscription, Subscription.id == Invoice.subscription_id
    )
    rows = session.execute(found.where(of_these, Invoice.invoice_ref != ""))
    # of what a customer has charged back the gateway goes on saying that it was paid
    return {(row.gateway, row.invoice_ref): row.status not in OWED or row.charged_back_minor > 0 for row in rows}


def _subscription(session: Session, fact: GatewayInvoiceFact) -> Subscription:
    """Its row lock is what makes two workers take turns with the same invoice."""
    wanted = select(Subscription).where(
        Subscription.gateway == fact.gateway, Subscription.subscription_ref == fact.subscription_ref
    )
    subscription = session.scalar(wanted.with_for_update())
    if subscription is None:
        raise Unavailable(f"the subscription {fact.subscription_ref} is not in our books yet")
    return subscription


def _issue_or_keep(
    session: Session, subscription: Subscription, fact: GatewayInvoiceFact, now: datetime
) -> Invoice | None:
    """The invoice; None for one that does not add up but was paid: its money is kept."""
    try:
        with session.begin_nested():
            return _issue(session, subscription, fact, now)
    except InvoiceContradiction:
        if not fact.paid_minor:
            raise
        keep_unmatched(session, subscription.account_id, fact, now)
        return None


def _issue(session: Session, subscription: Subscription, told: GatewayInvoiceFact, now: datetime) -> Invoice:
    fact = with_billed_price(session, subscription, told)
    if fact is None:
        paid = f"{told.paid_minor} {told.currency}"
        raise InvoiceContradiction(f"nobody knows which price {told.invoice_ref} was paid for with {paid}")
    new = NewInvoice(
        account_id=subscription.account_id,
        cause=f"{fact.gateway}_invoice/{fact.invoice_ref}",
        reason=REASONS.get(fact.reason, InvoiceReason.CHANGE),
        lines=mirrored_lines(session, subscription, fact),
        tax=TaxDecision("", 0, TaxReason.AS_BILLED, fact.invoice_ref),
        subscription_id=subscription.id,
        gateway=fact.gateway,
        invoice_ref=fact.invoice_ref,
    )
    invoice, issued_at = draft_invoice(session, new), fact.finalized_at or now
    movements = [issue_invoice(session, invoice, issued_at, issued_at)]
    movements += keep_given_back(session, invoice, new.lines, now)
    parts = (fact.balance_minor, fact.carried_over_minor, fact.due_minor)
    share = Share(*(Money(minor, fact.currency) for minor in parts))
    early = Money(kept_early_minor(session, fact), fact.currency)
    used, of_gateway = use_kept_of_gateway(session, invoice, share, early, now)
    left, currency = invoice.total_minor - of_gateway.minor, subscription.currency
    if (left, currency) != (fact.due_minor, fact.currency):
        raise InvoiceContradiction(
            f"{fact.invoice_ref} asks for {fact.due_minor} {fact.currency}, our books for {left} {currency}"
        )
    post(session, [*movements, *used], now)
    number_invoice(session, invoice)
    return invoice


def _check_paid(invoice: Invoice, fact: GatewayInvoiceFact) -> None:
    """Paid at the gateway, and still owed here, of which nobody else would ever hear.

    It was paid without money, as by hand; or what came early was kept here, and has paid something else since.
    """
    is_paid_there = fact.status == "paid" and not 0 < fact.paid_minor < fact.due_minor
    if is_paid_there and invoice.status in OWED and invoice.left_minor and not invoice.charged_back_minor:
        left = f"{invoice.left_minor} {invoice.currency}"
        raise InvoiceContradiction(f"{fact.invoice_ref} is paid, but here no money is left for it; it lacks {left}")
