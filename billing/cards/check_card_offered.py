"""Refuse what would be charged to a card where the customer's country is not offered its gateway."""

from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.cards.queries import get_default_card
from billing.payment_methods.check_offered import check_offered


def check_card_offered(session: Session, account: Account, currency: str) -> None:
    """Raises Rejected `method_not_offered`; who has no card yet must be offered some gateway on which to save one."""
    card = get_default_card(session, account.id)
    check_offered(session, account, card.gateway if card else None, currency)
