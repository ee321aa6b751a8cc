"""Settle invoices that are covered by what was received."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.credits.grant import Grant, grant_all
from billing.credits.tables import CreditSource
from billing.invoices.return_credits import return_credits
from billing.invoices.rules import expiry_when_paid
from billing.invoices.stage_receipt import receipt_mail, settlement_cause
from billing.invoices.states import move
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceStatus
from database.among import is_among
from database.outbox import FollowUp, stage, stage_many


class Settlement(NamedTuple):
    """An invoice that is covered: when the money came, and the account's own time now."""

    invoice: Invoice
    paid_at: datetime
    now: datetime


def settle_invoice(session: Session, invoice: Invoice, paid_at: datetime, now: datetime) -> None:
    """Mark one invoice paid; see `settle_invoices`."""
    settle_invoices(session, [Settlement(invoice, paid_at, now)])


def settle_invoices(session: Session, settlements: Sequence[Settlement]) -> None:
    """Mark invoices paid, grant the credits their lines promise, and stage their documents, whose mails come after.

    One that was paid before and charged back gives back the credits that were taken with that, and its payer is told as
    well; its paper stays what it was. Of one that is contested, because a part of what paid it is disputed, the credits
    are frozen.

    On a test clock, where a year goes by in minutes, mails come at once and no document is rendered. The caller holds
    the invoices' row locks and has booked what covers them. Raises Rejected `invoice_state` unless they are open.
    """
    for settlement in settlements:
        move(settlement.invoice, InvoiceStatus.PAID)
        settlement.invoice.paid_at = settlement.paid_at
    of_invoice = {settlement.invoice.id: settlement for settlement in settlements}
    grants = [(line.invoice_id, _grant(line, of_invoice[line.invoice_id])) for line in _promised(session, of_invoice)]
    returned = _return(session, settlements, grants)
    grant_all(session, [grant for _, grant in grants if grant.cause not in returned])
    on_clocks = _on_clocks(session, {settlement.invoice.account_id for settlement in settlements})
    _stage(session, [_document(settlement.invoice, on_clocks) for settlement in settlements])


def _return(session: Session, settlements: Sequence[Settlement], grants: Sequence[tuple[UUID, Grant]]) -> set[str]:
    """Of invoices that were paid before, and charged back: which grants are there, whole again."""
    returned: set[str] = set()
    for invoice, _, now in settlements:
        if invoice.charged_back_minor:
            cause = f"invoice_paid/{invoice.id}/{invoice.charged_back_minor}"
            due = [grant for owner, grant in grants if owner == invoice.id]
            returned |= return_credits(session, invoice.account_id, due, cause, now)
    return returned


def _promised(session: Session, invoice_ids: Iterable[UUID]) -> Sequence[Any]:
    columns = (InvoiceLine.id, InvoiceLine.invoice_id, InvoiceLine.credits)
    dates = (InvoiceLine.credits_expire_at, InvoiceLine.period_start)
    promised = select(*columns, *dates).where(is_among(InvoiceLine.invoice_id, invoice_ids), InvoiceLine.credits > 0)
    return session.execute(promised.order_by(InvoiceLine.invoice_id, InvoiceLine.position)).all()


def _grant(line: Any, settlement: Settlement) -> Grant:
    invoice = settlement.invoice
    return Grant(
        account_id=invoice.account_id,
        source=CreditSource.PACKAGE if invoice.subscription_id is None else CreditSource.PLAN,
        cause=f"invoice_line/{line.id}",
        amount=line.credits,
        expires_at=expiry_when_paid(line.period_start, line.credits_expire_at, settlement.paid_at),
        now=settlement.now,
        subscription_id=invoice.subscription_id,
        is_frozen=invoice.contested_minor > 0,
    )


def _on_clocks(session: Session, account_ids: Iterable[UUID]) -> set[UUID]:
    on_clocks = select(Account.id).where(is_among(Account.id, account_ids), Account.clock_id.is_not(None))
    return set(session.scalars(on_clocks))


def _document(invoice: Invoice, on_clocks: set[UUID]) -> FollowUp:
    if invoice.account_id in on_clocks:
        return receipt_mail(invoice)
    return FollowUp("invoice_pdf", invoice.id, settlement_cause("invoice_pdf", invoice))


def _stage(session: Session, follow_ups: Sequence[FollowUp]) -> None:
    """One costs less by itself; and a mail on a test clock may have been staged before, which only `stage` forgives."""
    if len(follow_ups) == 1:
        stage(session, *_fields(follow_ups[0]))
    else:
        stage_many(session, follow_ups)


def _fields(follow_up: FollowUp) -> tuple[str, UUID, str]:
    return follow_up.topic, follow_up.subject_id, follow_up.cause
