"""Charge another saved card from now on, at the gateway and here."""

import re
from typing import Any

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.choose import lock_cards
from billing.cards.queries import find_card, get_card, get_card_by_id, last_choice
from billing.clocks.timelines import now_of
from billing.errors import Rejected
from billing.outcomes.save_card import save_card
from billing.payment_methods.check_offered import check_offered
from calls.ensure_customer import ensure_customer
from calls.key_of_try import key_of_try
from database.operations import Operation
from gateways.gateway import Capability, Gateway
from schemas.commands.payments import ChangePaymentMethod, SetDefaultPaymentMethod
from workers.claims import Act
from workers.wiring import Work


def change_payment_method(work: Work, operation: Operation, command: ChangePaymentMethod) -> Act:
    """Claim: the account's customer. Call: the gateway's default. Record: ours; what is unpaid is tried at once."""
    gateway = work.choose(Capability.SAVED_METHODS, command.gateway)
    methods, account_id = gateway.saved_methods, command.account_id
    _check_reference(gateway, command.card_ref)
    _check_card(work, gateway, command)
    customer_ref = ensure_customer(work, gateway, account_id, operation.attempts)
    key = key_of_try(gateway, operation, f"cashbeat/default_card/{operation.id}")
    methods.make_default(customer_ref, command.card_ref, idempotency_key=key)
    card = methods.fetch_card(card_ref=command.card_ref)
    if card is None:
        raise Rejected("card_not_found", f"The gateway has no card {command.card_ref}.", status=404)

    def act(session: Session) -> dict[str, Any]:
        lock_cards(session, account_id)
        now = now_of(session, account_id, work.wall())
        # whoever chooses here does so now, though the clock of another worker may be ahead
        chosen_at = max(now, last_choice(session, account_id) or now)
        card_id = save_card(session, account_id, card, now, chosen_at)
        return {"account_id": str(account_id), "card_id": str(card_id), "brand": card.brand, "last4": card.last4}

    return act


def set_default_payment_method(work: Work, operation: Operation, command: SetDefaultPaymentMethod) -> Act:
    """The same for a card by our own id. Raises Rejected `card_not_found`, also for one that was taken away."""
    with work.database.transaction() as session:
        card = get_card_by_id(session, command.card_id)
        get_card(session, card.account_id, card.card_ref)
    named = ChangePaymentMethod(account_id=card.account_id, card_ref=card.card_ref, gateway=card.gateway)
    return change_payment_method(work, operation, named)


def _check_card(work: Work, gateway: Gateway, command: ChangePaymentMethod) -> None:
    """A card that is saved already may be charged again; another one is begun with. Raises `method_not_offered`.

    Raises Rejected `card_detached` for one that was taken away: its gateway may not have heard of it yet.
    """
    with work.database.transaction() as session:
        known = find_card(session, gateway.name, command.card_ref)
        if known is not None and known.detached_at is not None:
            raise Rejected("card_detached", "This card was taken away, and is not charged any more.", status=409)
        if known is None or known.account_id != command.account_id:
            check_offered(session, get_account(session, command.account_id), gateway.name)


def _check_reference(gateway: Gateway, card_ref: str) -> None:
    """A reference of another shape is nobody's card; the gateway is not asked about it."""
    if not re.fullmatch(gateway.limits.method_ref, card_ref):
        raise Rejected("card_ref_invalid", f"{card_ref!r} is no payment method of the gateway {gateway.name!r}.")
