"""Let a payment that the books have forgotten pay the invoice that they still have."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.invoices.tables import Invoice
from billing.outcomes.record_outcome import record_outcome
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from schemas.facts.payments import MarkedPaymentFact


def pay_again(session: Session, invoice: Invoice, marked: MarkedPaymentFact, wall: Wall) -> None:
    """Write its attempt under the id that it had, then what the gateway says of it: captured.

    The attempt had made way for others, or they for it: what the books hold under way for the invoice is canceled. What
    is paid by now, or void, is not paid again: then the money is kept, and calls a person.
    """
    fact = marked.payment
    session.add(
        PaymentAttempt(
            id=UUID(fact.attempt_id),
            account_id=invoice.account_id,
            invoice_id=invoice.id,
            kind=AttemptKind.PAGE if fact.checkout_ref else AttemptKind.CHARGE,
            cause=_free_cause(session, marked),
            gateway=fact.gateway,
            # it takes nobody's place: of what is live the database holds one
            status=AttemptStatus.EXPIRED,
            amount_minor=fact.amount_minor,
            currency=fact.currency,
            request={"customer_ref": fact.customer_ref},  # a payment that is over is not asked for again
        )
    )
    session.flush()
    record_outcome(session, fact, wall)


def _free_cause(session: Session, marked: MarkedPaymentFact) -> str:
    """The one that it had, unless another attempt has begun under it since the books were restored."""
    cause = marked.marks.cause
    is_taken = session.scalar(select(PaymentAttempt.id).where(PaymentAttempt.cause == cause)) is not None
    return cause if cause and not is_taken else f"{cause or 'restored'}/{marked.payment.attempt_id}"
