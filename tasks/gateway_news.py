"""What a gateway says about its objects, written into the books of the account it concerns, at that account's time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounts.forget_customer import forget_customer
from billing.accounts.queries import find_account_of_customer
from billing.cards.detach import detach_card
from billing.cards.queries import find_card, list_cards
from billing.clocks.timelines import now_of
from billing.gateway_run.mirror_invoice import InvoiceContradiction, is_mirrored, mirror_invoice, settled_among
from billing.gateway_run.sync import expire_checkout, sync_subscription
from billing.outcomes.save_card import save_card
from billing.subscriptions.tables import Subscription
from schemas.facts import CardFact, CustomerFact, GatewayInvoiceFact, SubscriptionFact
from workers.wiring import Work

log = structlog.get_logger(__name__)

Record = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """A subscription as the gateway had it at `asked_at` or later, and some of its invoices, oldest first."""

    subscription: SubscriptionFact
    asked_at: datetime
    invoices: Sequence[GatewayInvoiceFact] = ()


def database_time(work: Work) -> datetime:
    """By the one clock that all workers share: it decides which of two answers about an object is the newer one."""
    with work.database.transaction() as session:
        shown: datetime = session.scalars(select(func.clock_timestamp())).one()
    return shown


def ask_invoices(work: Work, gateway: str, subscription_ref: str) -> list[GatewayInvoiceFact]:
    """The subscription's invoices of which the books lack anything, oldest first.

    A list does not tell by which charge an invoice was paid, or why it was not: where money is asked for, each is asked
    about by itself.
    """
    subscriptions = work.room(gateway).subscriptions
    listed = subscriptions.list_invoices(subscription_ref)
    with work.database.transaction() as session:
        settled = settled_among(session, {(gateway, invoice.invoice_ref) for invoice in listed})
    lacking = [invoice for invoice in listed if invoice.invoice_ref not in settled]
    asked = [subscriptions.fetch_invoice(each.invoice_ref) if each.due_minor else each for each in lacking]
    return [invoice for invoice in asked if invoice is not None]


def ask_earlier(work: Work, invoice: GatewayInvoiceFact) -> list[GatewayInvoiceFact]:
    """What comes before an invoice that is new to the books and is not there either.

    It may have kept the money that this one has used, and taken back credits before this one granted others.
    """
    with work.database.transaction() as session:
        if is_mirrored(session, invoice.gateway, invoice.invoice_ref):
            return []
    lacking = ask_invoices(work, invoice.gateway, invoice.subscription_ref)
    return list(takewhile(lambda earlier: earlier.invoice_ref != invoice.invoice_ref, lacking))


def record_subscription(session: Session, heard: Heard, wall: datetime, *, rung_for: str = "") -> UUID | None:
    """Write a subscription as the gateway has it, then the invoices; None when it is not ours.

    Raises InvoiceContradiction for the invoice that the bell rang for. Another that contradicts the books is left out,
    with an alarm: its own event is parked, and the others go on.
    """
    fact = heard.subscription
    account_id = find_account_of_customer(session, fact.gateway, fact.customer_ref)
    now = now_of(session, account_id, wall) if account_id else wall
    subscription_id = sync_subscription(session, fact, heard.asked_at, now)
    for invoice in heard.invoices if subscription_id else ():
        if invoice.invoice_ref == rung_for:
            mirror_invoice(session, invoice, now)
        else:
            _mirror_if_it_fits(session, invoice, now)
    return subscription_id


def _mirror_if_it_fits(session: Session, invoice: GatewayInvoiceFact, now: datetime) -> None:
    try:
        with session.begin_nested():
            mirror_invoice(session, invoice, now)
    except InvoiceContradiction as contradiction:
        log.error("invoice_contradiction", invoice_ref=invoice.invoice_ref, detail=str(contradiction))


def record_expired_checkout(session: Session, subscription_id: str, wall: datetime) -> None:
    """Write that a checkout ended without the subscription it was to start; an unknown id changes nothing."""
    try:
        known = session.get(Subscription, UUID(subscription_id))
    except ValueError:
        return
    if known is not None:
        expire_checkout(session, known.id, now_of(session, known.account_id, wall))


def charge_chosen_card(work: Work, card: CardFact) -> bool:
    """Have the gateway charge the card that the customer chose on a page, too, where it runs subscriptions.

    False when the card was taken away, another was saved and chosen after it, or the customer is not ours. The key is
    the card's: one choice has several events, and each may come again.
    """
    with work.database.transaction() as session:
        is_ours = find_account_of_customer(session, card.gateway, card.customer_ref) is not None
    if not is_ours:
        return False
    key = f"cashbeat/chosen_card/{card.card_ref}"
    cards = work.room(card.gateway).cards
    return cards.make_default(card.customer_ref, card.card_ref, idempotency_key=key, unless_newer=True)


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


def record_customer(session: Session, fact: CustomerFact, default: CardFact | None, wall: datetime) -> None:
    """Write a customer's default card, saved or not; a deleted customer has no cards and is charged no more."""
    account_id = find_account_of_customer(session, fact.gateway, fact.customer_ref)
    if account_id is None:
        return
    now = now_of(session, account_id, wall)
    if fact.is_deleted:
        forget_customer(session, fact.gateway, fact.customer_ref, now)
        for card in list_cards(session, account_id):
            if card.customer_ref == fact.customer_ref:
                detach_card(session, fact.gateway, card.card_ref, now)
    elif default is not None and default.customer_ref == fact.customer_ref:
        save_card(session, account_id, default, True, now)
