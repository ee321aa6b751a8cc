"""Take a saved card away, here and at its gateway."""

from typing import Any

from sqlalchemy.orm import Session

from billing.cards.detach import detach_card
from billing.cards.queries import get_card_by_id
from billing.clocks.timelines import now_of
from billing.outcomes.remove_card import RemovedCard, remove_card
from database.operations import Operation
from schemas.commands import RemovePaymentMethod
from workers.claims import Act
from workers.wiring import Work


def remove_payment_method(work: Work, operation: Operation, command: RemovePaymentMethod) -> Act:
    """Claim: it is charged no more. Call: its successor is the gateway's default, and it goes. Record: what is left.

    The successor first: a gateway that runs subscriptions is never without a card of theirs.
    """
    with work.database.transaction() as session:
        card = get_card_by_id(session, command.card_id)
        now = now_of(session, card.account_id, work.wall())
        removed = remove_card(session, card, allow_last=command.allow_last, now=now)
    key = f"cashbeat/remove_card/{operation.id}"
    _let_follow(work, removed, f"{key}/default")
    work.gateway(removed.gateway).saved_methods.detach(removed.card_ref, idempotency_key=key)

    def act(session: Session) -> dict[str, Any]:
        # news of it as it was may have come meanwhile, and attached it again
        detach_card(session, removed.gateway, removed.card_ref, now)
        successor_id = str(removed.successor.id) if removed.successor else None
        return {"card_id": str(command.card_id), "account_id": str(removed.account_id), "charged_next": successor_id}

    return act


def _let_follow(work: Work, removed: RemovedCard, key: str) -> None:
    successor = removed.successor
    if successor is not None:
        methods = work.gateway(successor.gateway).saved_methods
        methods.make_default(successor.customer_ref, successor.card_ref, idempotency_key=key)
