"""Save a card that the gateway keeps, or bring what we show of it to what the gateway has now."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.tables import GatewayCustomer
from billing.cards.choose import lock_cards
from billing.cards.queries import find_card
from billing.cards.tables import Card
from billing.errors import Rejected
from database.ids import uuid7
from database.rows import insert_unless_known
from schemas.facts.customers import CardFact

# what a network's updater or a reissued card changes
_CHANGING = ("customer_ref", "kind", "brand", "last4", "holder", "exp_month", "exp_year")
_NEW = insert(Card)
SAVE = _NEW.on_conflict_do_update(
    index_elements=["gateway", "card_ref"],
    set_={column: getattr(_NEW.excluded, column) for column in _CHANGING},
    where=Card.account_id == _NEW.excluded.account_id,
).returning(Card.id)


def keep_card(session: Session, account_id: UUID, card: CardFact) -> UUID:
    """Write the card and return its id; a card that is known already gets its new expiry.

    One that was detached stays so: news of it as it was may come late, and no gateway has it attached again.
    The first customer that a card names is remembered as the account's.
    Raises Rejected `card_of_another_account`, or `card_detached` for one without a customer: it cannot be charged.
    """
    if not card.customer_ref:
        raise Rejected("card_detached", "This card is attached to no customer; it cannot be charged.", status=409)
    lock_cards(session, account_id)
    card_id = _write(session, account_id, card)
    customer = {"account_id": account_id, "gateway": card.gateway, "customer_ref": card.customer_ref}
    insert_unless_known(session, GatewayCustomer, customer)
    return card_id


def _write(session: Session, account_id: UUID, card: CardFact) -> UUID:
    row = {
        "id": uuid7(), "account_id": account_id, "gateway": card.gateway, "card_ref": card.card_ref,
        "customer_ref": card.customer_ref, "kind": card.kind, "brand": card.brand, "last4": card.last4,
        "holder": card.holder, "exp_month": card.exp_month, "exp_year": card.exp_year,
    }  # fmt: skip
    written = session.connection().execute(SAVE, row).scalar_one_or_none()
    if written is None:
        raise Rejected("card_of_another_account", "This card belongs to another account.", status=409)
    known = find_card(session, card.gateway, card.card_ref)
    if known is not None:
        session.refresh(known)  # this session may have seen it as it was
    return UUID(str(written))
