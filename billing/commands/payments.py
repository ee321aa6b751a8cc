"""What is saved to pay with, and the papers that ask to."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.order import order_cards
from billing.commands.verb import Result, Verb
from billing.notices.send_invoice import send_invoice
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.payments import OrderPaymentMethods, SendInvoice


def _order_cards(session: Session, operation: Operation, command: OrderPaymentMethods, now: datetime) -> Result:
    get_account(session, command.account_id)
    order_cards(session, command.account_id, command.card_ids)
    return command.model_dump(mode="json")


def _send_invoice(session: Session, operation: Operation, command: SendInvoice, now: datetime) -> Result:
    again_from = send_invoice(session, command.invoice_id, now)
    return {"invoice_id": str(command.invoice_id), "again_from": again_from.isoformat().replace("+00:00", "Z")}


VERBS: Mapping[type[Command], Verb] = {
    OrderPaymentMethods: _order_cards,
    SendInvoice: _send_invoice,
}
