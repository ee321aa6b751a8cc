"""Close the page on which an invoice could be paid, before it is void."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from billing.outcomes.record_outcome import record_outcome
from billing.payments.queries import find_live_checkout, live_attempt
from calls.cancel_payment import cancel_payment
from calls.page_call import never_paid
from schemas.commands.invoices import VoidInvoice
from schemas.facts.payments import PaymentFact
from workers.claims import Act
from workers.wiring import Work


def page_in_the_way(work: Work, command: VoidInvoice) -> UUID | None:
    """The attempt that is open on a page for the invoice; a charge is answered soon, and the verb waits for that."""
    with work.database.transaction() as session:
        attempt = live_attempt(session, command.invoice_id)
        return attempt.id if attempt is not None and find_live_checkout(session, attempt.id) is not None else None


def void_beside_page(work: Work, attempt_id: UUID, void: Act) -> Act:
    """Claim: the page. Call: its end. Record: what became of it, it may be that the money came; then the act.

    That is rehearsed first, as if nobody had paid there. Raises its refusal, and that another person has to approve,
    before any call: whoever is paying at this moment does not lose the page for nothing.
    """
    with work.database.rehearsal() as session:
        page = find_live_checkout(session, attempt_id)
        if page is not None:
            _carry_out(work, session, never_paid(page.gateway, page.request), void)
    told = cancel_payment(work, attempt_id)

    def act(session: Session) -> dict[str, Any] | None:
        return _carry_out(work, session, told, void)

    return act


def _carry_out(work: Work, session: Session, told: PaymentFact | None, void: Act) -> dict[str, Any] | None:
    if told is not None:
        record_outcome(session, told, work.wall())
        session.flush()  # the attempt is read anew
    return void(session)
