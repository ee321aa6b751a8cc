"""Money that goes back."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.commands.verb import Result, Verb, cause_of
from billing.credit_notes.queries import show_credit_note
from billing.credit_notes.tables import CreditNoteReason
from billing.dunning.write_off import write_off
from billing.invoices.queries import show_invoice
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.queries import show_refund
from billing.refunds.tables import UsedCredits
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.refunds import CreditInvoice, RefundPayment, WriteOffInvoice


def _refund(session: Session, operation: Operation, command: RefundPayment, now: datetime) -> Result:
    wish = RefundWish(
        receipt_id=command.payment_id,
        amount_minor=command.amount_minor,
        reason=CreditNoteReason(command.reason),
        used_credits=UsedCredits(command.used_credits),
        requested_by=operation.caller,
        cause=cause_of(operation),
        note=command.note,
        paid_out_on=command.paid_out_on,
    )
    refund = begin_refund(session, operation.id, wish, now)
    session.flush()
    return show_refund(session, refund.id).model_dump(mode="json")


def _credit(session: Session, operation: Operation, command: CreditInvoice, now: datetime) -> Result:
    wish = CreditWish(
        invoice_id=command.invoice_id,
        amount_minor=command.amount_minor,
        reason=CreditNoteReason(command.reason),
        used_credits=UsedCredits(command.used_credits),
        cause=cause_of(operation),
        note=command.note,
    )
    return show_credit_note(session, credit_invoice(session, wish, now).id).model_dump(mode="json")


def _write_off(session: Session, operation: Operation, command: WriteOffInvoice, now: datetime) -> Result:
    return show_invoice(session, write_off(session, command.invoice_id, now).id).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    RefundPayment: _refund,
    CreditInvoice: _credit,
    WriteOffInvoice: _write_off,
}
