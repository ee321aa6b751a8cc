"""Bills that people make and take back."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.commands.verb import Result, Verb, cause_of
from billing.dunning.void_unpaid import void_unpaid
from billing.invoices.queries import show_invoice
from billing.manual_payments.bill_account import bill_account
from billing.manual_payments.wish import wish_of
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.invoices import CreateInvoice, VoidInvoice


def _create(session: Session, operation: Operation, command: CreateInvoice, now: datetime) -> Result:
    wanted = wish_of(command, cause_of(operation))
    return show_invoice(session, bill_account(session, wanted, now).id).model_dump(mode="json")


def _void(session: Session, operation: Operation, command: VoidInvoice, now: datetime) -> Result:
    return show_invoice(session, void_unpaid(session, command.invoice_id, now).id).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    CreateInvoice: _create,
    VoidInvoice: _void,
}
