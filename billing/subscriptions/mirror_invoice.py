"""Mirror an invoice that a gateway wrote for a subscription it runs: in our books it is an invoice of ours."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.catalog.gateway_prices import known_prices
from billing.catalog.plans import terms_of
from billing.catalog.terms import PlanTerms
from billing.credits.revoke import revoke_credits
from billing.errors import Unavailable
from billing.invoices.draft import draft_invoice
from billing.invoices.give_up import give_up_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus, LineKind
from billing.invoices.void import void_issued
from billing.ledger.post import Movement, Side, post
from billing.ledger.tables import LedgerAccount, LedgerReason
from billing.money import Money
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.periods import Period, boundary
from billing.subscriptions.kept_money import keep, use_kept
from billing.subscriptions.proration import credits_left
from billing.subscriptions.tables import Subscription
from database.ids import uuid7
from database.outbox import stage
from schemas.facts import GatewayInvoiceFact, GatewayLineFact

REASONS = {"create": InvoiceReason.START, "cycle": InvoiceReason.RENEWAL, "change": InvoiceReason.CHANGE}


class InvoiceContradiction(Exception):
    """The gateway's invoice does not add up in our books. Never guessed away: parked, for a person to look at."""


def mirror_invoice(session: Session, fact: GatewayInvoiceFact, now: datetime) -> UUID | None:
    """Write the invoice once, and then what became of it; returns its id, None when there is nothing to bill.

    The order and number of the gateway's events do not matter: the invoice is brought to what the gateway has now, and
    paid and void are never left again. `now` is the account's own time. Raises Unavailable while the subscription
    itself is not known yet, and InvoiceContradiction.
    """
    subscription = _subscription(session, fact)
    invoice = session.scalar(
        select(Invoice)
        .where(Invoice.gateway == fact.gateway, Invoice.invoice_ref == fact.invoice_ref)
        .with_for_update()
    )
    if invoice is None:
        if fact.status == "draft" or not any(line.net_minor for line in fact.lines):
            return None
        invoice = _issue(session, subscription, fact, now)
    if invoice.status in (InvoiceStatus.PENDING, InvoiceStatus.UNCOLLECTIBLE):
        _bring_on(session, invoice, fact, now)
    return invoice.id


def _subscription(session: Session, fact: GatewayInvoiceFact) -> Subscription:
    """Its row lock is what makes two workers take turns with the same invoice."""
    wanted = select(Subscription).where(
        Subscription.gateway == fact.gateway, Subscription.subscription_ref == fact.subscription_ref
    )
    subscription = session.scalar(wanted.with_for_update())
    if subscription is None:
        raise Unavailable(f"the subscription {fact.subscription_ref} is not in our books yet")
    return subscription


def _issue(session: Session, subscription: Subscription, fact: GatewayInvoiceFact, now: datetime) -> Invoice:
    lines = _lines(session, subscription, fact, now)
    issued_at = fact.finalized_at or now
    invoice = draft_invoice(
        session,
        subscription.account_id,
        f"{fact.gateway}_invoice/{fact.invoice_ref}",
        lines,
        ("", 0),
        reason=REASONS.get(fact.reason, InvoiceReason.CHANGE),
        subscription_id=subscription.id,
    )
    invoice.gateway, invoice.invoice_ref = fact.gateway, fact.invoice_ref
    movements = [issue_invoice(session, invoice, issued_at, issued_at)]
    nothing = Money(0, invoice.currency)
    movements += [keep(session, invoice, line.net, nothing) for line in lines if line.kind is LineKind.KEPT]
    used = use_kept(session, invoice, at_most=fact.balance_minor)
    post(session, [*movements, used] if used else movements, now)
    number_invoice(session, invoice)
    left = invoice.total_minor - invoice.balance_used_minor
    if (left, invoice.currency) != (fact.due_minor, fact.currency):
        raise InvoiceContradiction(
            f"{fact.invoice_ref} asks for {fact.due_minor} {fact.currency}, our books for {left} {invoice.currency}"
        )
    return invoice


def _lines(session: Session, subscription: Subscription, fact: GatewayInvoiceFact, now: datetime) -> list[LineDraft]:
    """The gateway's lines with our credits, and a line for what it keeps for the customer.

    A gateway that bills taxes has them in its lines' amounts; here they are part of the net.
    """
    plans = _plans(session, fact)
    gained = sum(_prorated_credits(line, plans.get(line.price_ref)) for line in fact.lines if line.is_proration)
    if gained < 0:
        cause = f"{fact.gateway}_invoice/{fact.invoice_ref}"
        account_id = subscription.account_id
        revoke_credits(session, account_id, subscription.id, -gained, cause, now, as_far_as_possible=True)
    lines = []
    for line in fact.lines:
        plan = plans.get(line.price_ref)
        granted = plan.credits if plan is not None and not line.is_proration else 0
        if line.is_proration and line.net_minor > 0 and gained > 0:
            granted, gained = gained, 0  # all that a change of plan gains, with the first line that charges for it
        lines.append(_line(line, fact.currency, granted, plan))
    total = sum(line.net.minor for line in lines)
    if total < 0:
        lines.append(LineDraft("Kept on your account", 1, Money(-total, fact.currency), kind=LineKind.KEPT))
    return lines


def _plans(session: Session, fact: GatewayInvoiceFact) -> dict[str, PlanTerms]:
    prices = known_prices(session, fact.gateway, [line.price_ref for line in fact.lines])
    terms = terms_of(session, prices.values())
    return {price_ref: terms[price_id] for price_ref, price_id in prices.items()}


def _line(line: GatewayLineFact, currency: str, credits_granted: int, plan: PlanTerms | None) -> LineDraft:
    rolls_over = plan is not None and plan.credits_roll_over
    return LineDraft(
        line.description,
        1,
        Money(line.net_minor + line.tax_minor, currency),
        credits=credits_granted,
        credits_expire_at=None if rolls_over else line.period_end,
        kind=LineKind.CREDIT if line.net_minor < 0 else LineKind.CHARGE,
        period=Period(line.period_start, line.period_end) if line.period_end > line.period_start else None,
    )


def _prorated_credits(line: GatewayLineFact, plan: PlanTerms | None) -> int:
    """The plan's credits for the line's time; negative where the line gives back."""
    if plan is None or line.period_end <= line.period_start:
        return 0
    whole = Period(boundary(line.period_end, plan.months, -1), line.period_end)
    share = credits_left(plan.credits, whole, line.period_start)
    return share if line.net_minor > 0 else -share


def _bring_on(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    if fact.status == "paid":
        _pay(session, invoice, fact, now)
    elif fact.status == "void":
        void_issued(session, invoice, now)
    elif fact.status == "uncollectible":
        give_up_invoice(invoice)
    elif fact.status == "open" and fact.attempts:
        # the gateway tries again by its own policy, and the subscription's state comes with its own events
        stage(session, "payment_failed", invoice.id, f"payment_failed/{invoice.id}/{fact.attempts}")


def _pay(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    left = invoice.total_minor - invoice.balance_used_minor
    paid_at = fact.paid_at or now
    if left:
        if fact.paid_minor != left:
            raise InvoiceContradiction(f"{fact.invoice_ref} was paid with {fact.paid_minor}, {left} were asked for")
        attempt = PaymentAttempt(
            id=uuid7(),
            account_id=invoice.account_id,
            invoice_id=invoice.id,
            kind=AttemptKind.GATEWAY,
            cause=f"{fact.gateway}_invoice/{fact.invoice_ref}",
            gateway=fact.gateway,
            status=AttemptStatus.CAPTURED,
            amount_minor=left,
            currency=invoice.currency,
            request={},
            payment_ref=fact.payment_ref,
            charge_ref=fact.charge_ref,
            captured_at=paid_at,
        )
        session.add(attempt)
        post(session, [_captured(attempt)], now)
    settle_invoice(session, invoice, paid_at, now)


def _captured(attempt: PaymentAttempt) -> Movement:
    amount = Money(attempt.amount_minor, attempt.currency)
    sides = (
        Side(LedgerAccount.GATEWAY_CLEARING, amount, gateway=attempt.gateway),
        Side(LedgerAccount.RECEIVABLE, -amount),
    )
    return Movement(LedgerReason.PAYMENT_CAPTURED, f"payment_captured/{attempt.id}", attempt.account_id, sides)
