"""What is saved to pay with."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.order import order_cards
from billing.commands.verb import Result, Verb
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.payments import OrderPaymentMethods


def _order_cards(session: Session, operation: Operation, command: OrderPaymentMethods, now: datetime) -> Result:
    get_account(session, command.account_id)
    order_cards(session, command.account_id, command.card_ids)
    return command.model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    OrderPaymentMethods: _order_cards,
}
