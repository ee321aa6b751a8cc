"""Take a saved card away, here and at its gateway."""

from typing import Any

import structlog
from sqlalchemy.orm import Session

from billing.cards.queries import ChargeableCard, get_card_by_id, get_default_card
from billing.cards.tables import Card
from billing.clocks.timelines import now_of
from billing.errors import Rejected
from billing.outcomes.remove_card import remove_card, replace_card
from calls.key_of_try import key_of_try
from database.operations import Operation
from gateways.gateway import Gateway
from schemas.commands.payments import RemovePaymentMethod
from workers.claims import Act
from workers.wiring import Work

log = structlog.get_logger(__name__)


class HalfRemoved(Exception):
    """The card is gone here, and its gateway refuses to let it go. No refusal of the command: a person has to look."""


def remove_payment_method(work: Work, operation: Operation, command: RemovePaymentMethod) -> Act:
    """Claim: it is charged no more, and its successor is. Call: the same at its gateway. Record: what is charged now.

    The successor first: a gateway that runs subscriptions is never without a card of theirs. And once more at the end,
    for whoever chose the card that goes at the same moment. After the claim nothing of this is Rejected.
    """
    card, gateway = _claim(work, command)
    key = key_of_try(gateway, operation, f"cashbeat/remove_card/{operation.id}")
    try:
        _let_follow(work, gateway, card, f"{key}/before")
        gateway.saved_methods.detach(card.card_ref, idempotency_key=key)
        _let_follow(work, gateway, card, f"{key}/after")
    except Rejected as refusal:
        raise HalfRemoved(f"card {card.id} is gone here and not at {gateway.name}: {refusal}") from refusal

    def act(session: Session) -> dict[str, Any]:
        charged = get_default_card(session, card.account_id)
        account_id, charged_next = str(card.account_id), str(charged.id) if charged else None
        return {"card_id": str(card.id), "account_id": account_id, "charged_next": charged_next}

    return act


def _claim(work: Work, command: RemovePaymentMethod) -> tuple[Card, Gateway]:
    with work.database.transaction() as session:
        card = get_card_by_id(session, command.card_id)
        gateway = work.gateway(card.gateway)  # one that is not there any more refuses before anything is written
        remove_card(session, card, allow_last=command.allow_last, now=now_of(session, card.account_id, work.wall()))
    return card, gateway


def _let_follow(work: Work, gateway: Gateway, removed: Card, key: str) -> None:
    """Where the gateway charges the card that goes, or none, have it charge ours.

    A successor that is gone there, too, of which we have not heard, makes way for the next one.
    """
    while (successor := _missing_there(work, gateway, removed)) is not None:
        try:
            reference = successor.card_ref
            gateway.saved_methods.make_default(successor.customer_ref, reference, idempotency_key=f"{key}/{reference}")
            return
        except Rejected as refusal:
            log.warning("successor_refused", card_id=str(successor.id), reason=str(refusal))
            if _is_attached(gateway, successor):
                return
        with work.database.transaction() as session:
            gone = get_card_by_id(session, successor.id)
            replace_card(session, gone, now_of(session, gone.account_id, work.wall()))


def _missing_there(work: Work, gateway: Gateway, removed: Card) -> ChargeableCard | None:
    """The card that we charge, if its gateway has no other than the one that goes to charge for its customer."""
    with work.database.transaction() as session:
        charged = get_default_card(session, removed.account_id)
    if charged is None or charged.gateway != gateway.name:
        return None
    customer = gateway.saved_methods.fetch_customer(charged.customer_ref)
    return charged if customer is not None and customer.card_ref in ("", removed.card_ref) else None


def _is_attached(gateway: Gateway, card: ChargeableCard) -> bool:
    there = gateway.saved_methods.fetch_card(card_ref=card.card_ref)
    return there is not None and there.customer_ref == card.customer_ref
