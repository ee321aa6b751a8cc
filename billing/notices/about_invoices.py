"""Mails about an invoice. Each looks again whether its news still holds."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.cards.tables import Card
from billing.dunning.declines import NO_CARD, WITHOUT_A_CHARGE, is_hard
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.queries import get_invoice
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.notices.describe_subscription import describe_card, describe_subscription
from billing.notices.occasion import Occasion, require, with_invoice, write_to
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.subscriptions.queries import get_subscription
from schemas.documents import NoticeFacts, SubscriptionFacts

NO_CARD_SENTENCE = "There is no card on file."


def created(session: Session, occasion: Occasion) -> NoticeFacts:
    """It waits to be paid by transfer."""
    invoice = get_invoice(session, occasion.subject_id)
    require(invoice.status is InvoiceStatus.PENDING, f"the invoice is {invoice.status}")
    return write_to(session, occasion, invoice.account_id, **with_invoice(session, occasion, invoice.id))


def sent(session: Session, occasion: Occasion) -> NoticeFacts:
    """Somebody asked for it. What was voided since is not sent any more."""
    invoice = get_invoice(session, occasion.subject_id)
    require(invoice.status is not InvoiceStatus.VOID, f"the invoice is {invoice.status}")
    return write_to(session, occasion, invoice.account_id, **with_invoice(session, occasion, invoice.id))


def renewed(session: Session, occasion: Occasion) -> NoticeFacts:
    """It was paid, and with it the subscription's next period."""
    invoice = get_invoice(session, occasion.subject_id)
    require(invoice.status is InvoiceStatus.PAID, f"the invoice is {invoice.status}")
    facts = subscription_of(session, invoice, None)
    return write_to(
        session, occasion, invoice.account_id, subscription=facts, **with_invoice(session, occasion, invoice.id)
    )


def payment_failed(session: Session, occasion: Occasion) -> NoticeFacts:
    """It is still to be paid, and this is the last that was heard: a newer attempt has, or will have, its own news."""
    invoice = get_invoice(session, occasion.subject_id)
    require(invoice.status is InvoiceStatus.PENDING, f"the invoice is {invoice.status}")
    attempt = last_attempt(session, occasion, invoice.id)
    dunning = session.get(Dunning, invoice.id)
    if attempt is None:
        require(dunning is not None and dunning.last_code == _said(occasion), "a card was charged since")
    return write_to(
        session,
        occasion,
        invoice.account_id,
        subscription=with_card(session, subscription_of(session, invoice, dunning), attempt),
        failure=explain(occasion, attempt),
        needs_new_card=_needs_new_card(attempt, dunning),
        **with_invoice(session, occasion, invoice.id),
    )


def last_attempt(session: Session, occasion: Occasion, invoice_id: UUID) -> PaymentAttempt | None:
    """The attempt that a mail is about; None when there was no card to attempt it with. Raises Moot for an old one."""
    attempt = _attempt_of(session, occasion)
    require(attempt is None or _last_of(session, invoice_id) is attempt, "a newer attempt was begun")
    return attempt


def explain(occasion: Occasion, attempt: PaymentAttempt | None) -> str:
    """Why it failed, in a sentence for the customer."""
    if attempt is not None:
        return occasion.letterhead.explain(attempt.failure_code)
    return NO_CARD_SENTENCE if _said(occasion) == NO_CARD else occasion.letterhead.explain(_said(occasion))


def _last_of(session: Session, invoice_id: UUID) -> PaymentAttempt | None:
    """The latest of our own charges, or of the gateway's where it runs the subscription; none that had no answer."""
    attempts = select(PaymentAttempt).where(
        PaymentAttempt.invoice_id == invoice_id,
        PaymentAttempt.kind.in_((AttemptKind.CHARGE, AttemptKind.GATEWAY)),
        PaymentAttempt.status != AttemptStatus.EXPIRED,
    )
    return session.scalar(attempts.order_by(PaymentAttempt.created_at.desc(), PaymentAttempt.id.desc()).limit(1))


def _needs_new_card(attempt: PaymentAttempt | None, dunning: Dunning | None) -> bool:
    """A first payment, or one marked unpaid, is not tried again by itself; a gateway has a policy of its own."""
    if attempt is not None and attempt.kind is AttemptKind.GATEWAY:
        return is_hard(attempt.failure_code)
    return dunning is None or dunning.needs_new_card or dunning.state is not DunningState.OPEN


def _attempt_of(session: Session, occasion: Occasion) -> PaymentAttempt | None:
    """The attempt that failed; None when none did. The cause ends with either."""
    failed = _said(occasion)
    return None if failed in WITHOUT_A_CHARGE else session.get(PaymentAttempt, UUID(failed))


def _said(occasion: Occasion) -> str:
    return occasion.cause.rpartition("/")[2]


def subscription_of(session: Session, invoice: Invoice, dunning: Dunning | None) -> SubscriptionFacts | None:
    """What is told of it; None for an invoice without one."""
    if invoice.subscription_id is None:
        return None
    return describe_subscription(session, get_subscription(session, invoice.subscription_id), dunning)


def with_card(
    session: Session, facts: SubscriptionFacts | None, attempt: PaymentAttempt | None
) -> SubscriptionFacts | None:
    """The card that was refused, which need not be the one that is charged next."""
    card = session.get(Card, attempt.card_id) if attempt and attempt.card_id else None
    return replace(facts, card=describe_card(card)) if facts and card else facts
