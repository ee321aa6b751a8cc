"""Let a payment that the books have forgotten pay the invoice that they still have."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.invoices.tables import Invoice
from billing.outcomes.free_cause import free_cause
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
            cause=free_cause(session, PaymentAttempt.cause, marked),
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
