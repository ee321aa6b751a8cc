"""Mirror an invoice that a gateway wrote for a subscription it runs: in our books it is an invoice of ours."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from billing.balance.kept_money import keep, use_kept_of_gateway
from billing.catalog.gateway_prices import known_prices
from billing.catalog.plans import terms_of
from billing.catalog.terms import PlanTerms
from billing.cycle.pricing.proration import credits_left
from billing.errors import Unavailable
from billing.invoices.draft import draft_invoice
from billing.invoices.give_up import give_up_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus, LineKind
from billing.invoices.void import void_issued
from billing.ledger.post import post
from billing.money import Money
from billing.outcomes.record_outcome import captured_movement
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.periods import Period, boundary
from billing.subscriptions.tables import Subscription
from billing.usage.revoke import revoke_credits
from database.ids import uuid7
from database.outbox import stage
from schemas.facts import GatewayInvoiceFact, GatewayLineFact

UNSETTLED = frozenset({InvoiceStatus.PENDING, InvoiceStatus.UNCOLLECTIBLE})
REASONS = {"create": InvoiceReason.START, "cycle": InvoiceReason.RENEWAL, "change": InvoiceReason.CHANGE}


class InvoiceContradiction(Exception):
    """The gateway's invoice does not add up in our books. Never guessed away: parked, for a person to look at."""


def mirror_invoice(session: Session, fact: GatewayInvoiceFact, now: datetime) -> UUID | None:
    """Write the invoice once, and then what became of it; returns its id, None when there is nothing to bill.

    The number of the gateway's events does not matter, nor does their order as long as the invoices before it are in
    the books: the invoice is brought to what the gateway has now, and paid and void are never left again. `now` is the
    account's own time. Raises Unavailable while the subscription itself is not known yet, and InvoiceContradiction.
    """
    subscription = _subscription(session, fact)
    invoice = session.scalar(
        select(Invoice)
        .where(Invoice.gateway == fact.gateway, Invoice.invoice_ref == fact.invoice_ref)
        .with_for_update()
    )
    if invoice is None:
        if fact.status == "draft" or all(_is_trial(subscription, line) for line in fact.lines):
            return None
        invoice = _issue(session, subscription, fact, now)
    if invoice.status in UNSETTLED:
        _bring_on(session, invoice, fact, now)
    session.flush()  # the next invoice is looked up in the same transaction
    return invoice.id


def settled_among(session: Session, invoice_refs: Collection[tuple[str, str]]) -> set[str]:
    """Those of the (gateway, reference) that nothing the gateway says can change any more, by their references."""
    if not invoice_refs:
        return set()
    named = tuple_(Invoice.gateway, Invoice.invoice_ref).in_(invoice_refs)
    return set(session.scalars(select(Invoice.invoice_ref).where(named, Invoice.status.not_in(UNSETTLED))))


def is_mirrored(session: Session, gateway: str, invoice_ref: str) -> bool:
    """Whether the invoice is in the books, in whatever state."""
    mirrored = select(Invoice.id).where(Invoice.gateway == gateway, Invoice.invoice_ref == invoice_ref)
    return session.scalar(mirrored) is not None


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
        _cause(fact),
        lines,
        ("", 0),
        reason=REASONS.get(fact.reason, InvoiceReason.CHANGE),
        subscription_id=subscription.id,
    )
    invoice.gateway, invoice.invoice_ref = fact.gateway, fact.invoice_ref
    movements = [issue_invoice(session, invoice, issued_at, issued_at)]
    nothing = Money(0, invoice.currency)
    movements += [keep(session, invoice, line.net, nothing) for line in lines if line.kind is LineKind.KEPT]
    used = use_kept_of_gateway(session, invoice, fact.balance_minor)
    post(session, [*movements, used] if used else movements, now)
    number_invoice(session, invoice)
    left = invoice.total_minor - invoice.balance_used_minor
    currency = subscription.currency
    if (left, currency) != (fact.due_minor, fact.currency):
        raise InvoiceContradiction(
            f"{fact.invoice_ref} asks for {fact.due_minor} {fact.currency}, our books for {left} {currency}"
        )
    return invoice


def _lines(session: Session, subscription: Subscription, fact: GatewayInvoiceFact, now: datetime) -> list[LineDraft]:
    """The gateway's lines with our credits, and a line for what it keeps for the customer.

    A gateway that bills taxes has them in its lines' amounts; here they are part of the net.
    """
    plans = _plans(session, fact)
    anchor = subscription.anchor
    gained = sum(_prorated_credits(line, plans.get(line.price_ref), anchor) for line in fact.lines if line.is_proration)
    if gained < 0:
        _take_back(session, subscription, fact, -gained, now)
    lines = []
    for line in fact.lines:
        plan = plans.get(line.price_ref)
        granted = 0
        if plan is not None and not line.is_proration and not _is_trial(subscription, line):
            granted = plan.credits * line.quantity
        elif line.is_proration and line.net_minor > 0 and gained > 0:
            granted, gained = gained, 0  # all that a change of plan gains, with the first line that charges for it
        lines.append(_line(line, fact.currency, granted, plan))
    total = sum(line.net.minor for line in lines)
    if total < 0:
        lines.append(LineDraft("Kept on your account", 1, Money(-total, fact.currency), kind=LineKind.KEPT))
    return lines


def _take_back(
    session: Session, subscription: Subscription, fact: GatewayInvoiceFact, amount: int, now: datetime
) -> None:
    """What is spent already stays spent: the gateway has changed the plan, and does not ask us."""
    cause, account_id = _cause(fact), subscription.account_id
    revoke_credits(session, account_id, subscription.id, amount, cause, now, as_far_as_possible=True)


def _is_trial(subscription: Subscription, line: GatewayLineFact) -> bool:
    """Free because it begins in the trial, and not by a discount: a trial is not billed and grants nothing."""
    is_early = subscription.trial_end is not None and line.period_start < subscription.trial_end
    return is_early and line.net_minor + line.tax_minor == 0


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
        credits_expire_at=line.period_end if credits_granted and not rolls_over else None,
        kind=LineKind.CREDIT if line.net_minor < 0 else LineKind.CHARGE,
        period=Period(line.period_start, line.period_end) if line.period_end > line.period_start else None,
    )


def _prorated_credits(line: GatewayLineFact, plan: PlanTerms | None, anchor: datetime) -> int:
    """The plan's credits for the line's time; negative where the line gives back, none where no money moves."""
    if plan is None or line.period_end <= line.period_start or not line.net_minor:
        return 0
    share = credits_left(plan.credits * line.quantity, _whole_period(line, plan, anchor), line.period_start)
    return share if line.net_minor > 0 else -share


def _whole_period(line: GatewayLineFact, plan: PlanTerms, anchor: datetime) -> Period:
    """The period that the line ends with: by the anchor, or, of one that another anchor had begun, by its end alone."""
    end = line.period_end
    months = (end.year - anchor.year) * 12 + end.month - anchor.month
    if boundary(anchor, 1, months) == end:
        return Period(boundary(anchor, 1, months - plan.months), end)
    return Period(boundary(end, plan.months, -1), end)


def _bring_on(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    if fact.status == "paid":
        _pay(session, invoice, fact, now)
    elif fact.status == "void":
        void_issued(session, invoice, now)
    elif fact.status == "uncollectible" and invoice.status is InvoiceStatus.PENDING:
        give_up_invoice(invoice)
    elif fact.status == "open" and fact.failure_code:
        _fail(session, invoice, fact)


def _fail(session: Session, invoice: Invoice, fact: GatewayInvoiceFact) -> None:
    """Tell of each try once. The gateway tries again by its own plan; its state comes with the subscription's events.

    The invoice's row lock makes two workers take turns.
    """
    cause = f"{_cause(fact)}/{fact.attempts}"
    known = session.scalar(select(PaymentAttempt.id).where(PaymentAttempt.cause == cause))
    if known is None:
        attempt = _attempt(invoice, fact, cause)
        attempt.failure_code = fact.failure_code
        session.add(attempt)
        stage(session, "payment_failed", invoice.id, f"payment_failed/{attempt.id}")


def _pay(session: Session, invoice: Invoice, fact: GatewayInvoiceFact, now: datetime) -> None:
    left = invoice.total_minor - invoice.balance_used_minor
    paid_at = fact.paid_at or now
    if fact.paid_minor != left:
        raise InvoiceContradiction(f"{fact.invoice_ref} was paid with {fact.paid_minor}, {left} were asked for")
    if left:
        attempt = _attempt(invoice, fact, _cause(fact))
        attempt.status, attempt.captured_at = AttemptStatus.CAPTURED, paid_at
        # the gateway keeps one payment for all its tries, so only the one that succeeded bears its name
        attempt.payment_ref, attempt.charge_ref = fact.payment_ref, fact.charge_ref
        session.add(attempt)
        post(session, [captured_movement(attempt)], now)
    settle_invoice(session, invoice, paid_at, now)


def _attempt(invoice: Invoice, fact: GatewayInvoiceFact, cause: str) -> PaymentAttempt:
    return PaymentAttempt(
        id=uuid7(),
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        kind=AttemptKind.GATEWAY,
        cause=cause,
        gateway=fact.gateway,
        status=AttemptStatus.FAILED,
        amount_minor=invoice.total_minor - invoice.balance_used_minor,
        currency=invoice.currency,
        request={},
    )


def _cause(fact: GatewayInvoiceFact) -> str:
    return f"{fact.gateway}_invoice/{fact.invoice_ref}"
