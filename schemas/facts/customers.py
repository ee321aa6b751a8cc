"""A customer at a gateway: their default, their saved cards, and the time that they live in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """A customer to be made at the gateway. `clock_ref` puts it on one of the gateway's test clocks."""

    account_id: str
    idempotency_key: str
    name: str
    email: str
    clock_ref: str = ""


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A customer as the gateway has it. `card_ref` is its default card, empty when there is none.

    `account_id` is the account that we made it for (empty if it is not ours); of a deleted one nobody can tell.
    """

    gateway: str
    customer_ref: str
    card_ref: str = ""
    is_deleted: bool = False
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """A hosted page on which a customer saves a card for later charges."""

    account_id: str
    idempotency_key: str
    customer_ref: str
    currency: str
    success_url: str
    cancel_url: str


class SavedKind(StrEnum):
    """What is saved: a card, or an account with a wallet, which has neither digits nor an expiry."""

    CARD = "card"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class CardFact:
    """A saved card as the gateway has it, or a wallet. Without a customer it can no longer be charged.

    `brand` is the network's word (`visa`), or the wallet's name as it is to be shown; `holder` tells two wallets apart
    for their owner, masked.
    """

    gateway: str
    card_ref: str
    customer_ref: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    fingerprint: str = ""
    kind: SavedKind = SavedKind.CARD
    holder: str = ""


@dataclass(frozen=True, slots=True)
class ClockFact:
    """A test clock of the gateway. While it is not ready, the gateway still works through what came due."""

    clock_ref: str
    frozen_at: datetime
    is_ready: bool
