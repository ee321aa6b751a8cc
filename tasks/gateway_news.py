"""What a gateway says about its objects, written into the books of the account it concerns, at that account's time."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.queries import find_account_of_customer
from billing.cards.change_default import change_default
from billing.cards.detach import detach_card
from billing.cards.queries import find_card, list_cards
from billing.cards.save import save_card
from billing.clocks.timelines import now_of
from billing.subscriptions.mirror_invoice import mirror_invoice
from billing.subscriptions.sync import sync_subscription
from billing.subscriptions.tables import Subscription
from schemas.facts import CardFact, CustomerFact, GatewayInvoiceFact, SubscriptionFact

Record = Callable[[Session], None]


def record_subscription(session: Session, fact: SubscriptionFact, asked_at: datetime, wall: datetime) -> UUID | None:
    """Write a subscription as the gateway has it; None when it is not ours."""
    account_id = find_account_of_customer(session, fact.gateway, fact.customer_ref)
    now = now_of(session, account_id, wall) if account_id else wall
    return sync_subscription(session, fact, asked_at, now)


def record_invoice(session: Session, fact: GatewayInvoiceFact, wall: datetime) -> None:
    """Write an invoice of a subscription that is in our books."""
    account_id = session.scalar(
        select(Subscription.account_id).where(
            Subscription.gateway == fact.gateway, Subscription.subscription_ref == fact.subscription_ref
        )
    )
    mirror_invoice(session, fact, now_of(session, account_id, wall) if account_id else wall)


def record_card(session: Session, fact: CardFact, *, chosen: bool, wall: datetime) -> None:
    """Write a card: saved, brought up to date, or gone. The first card of an account is the one that is charged.

    `chosen`: the customer saved it on a page of ours to be charged from now on.
    """
    account_id = find_account_of_customer(session, fact.gateway, fact.customer_ref) if fact.customer_ref else None
    if account_id is not None:
        now = now_of(session, account_id, wall)
        is_first = not list_cards(session, account_id)
        save_card(session, account_id, fact, chosen or is_first, now)
        return
    known = find_card(session, fact.gateway, fact.card_ref)
    if known is not None and not fact.customer_ref:
        detach_card(session, fact.gateway, fact.card_ref, now_of(session, known.account_id, wall))


def record_customer(session: Session, fact: CustomerFact, wall: datetime) -> None:
    """Write a customer's default card; a deleted customer has no cards any more."""
    account_id = find_account_of_customer(session, fact.gateway, fact.customer_ref)
    if account_id is None:
        return
    now = now_of(session, account_id, wall)
    if fact.is_deleted:
        for card in list_cards(session, account_id):
            if card.customer_ref == fact.customer_ref:
                detach_card(session, fact.gateway, card.card_ref, now)
        return
    card_now = find_card(session, fact.gateway, fact.card_ref) if fact.card_ref else None
    if card_now is not None and card_now.account_id == account_id and card_now.detached_at is None:
        change_default(session, account_id, card_now.id, now)
