"""What an event rings the bell for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Concern(StrEnum):
    """Which kind of object an event is about; each has one way of asking the gateway for it."""

    PAYMENT = "payment"
    REVERSAL = "reversal"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    CARD = "card"
    CUSTOMER = "customer"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class EventFact:
    """What an event rings the bell for: an object to be looked up by one of its references, or nothing of ours.

    `attempt_id` and `subscription_id` are hints from metadata. `setup_ref` names a card set-up whose card is not known
    yet. `occurred_at` is by the vendor's clock. `is_choice`: it tells that the customer chose then which card is to be
    charged. `is_expiry`: the page ended without a payment.
    """

    gateway: str
    event_id: str
    event_type: str
    concerns: Concern
    occurred_at: datetime
    checkout_ref: str = ""
    payment_ref: str = ""
    charge_ref: str = ""
    attempt_id: str = ""
    subscription_ref: str = ""
    subscription_id: str = ""
    invoice_ref: str = ""
    card_ref: str = ""
    setup_ref: str = ""
    customer_ref: str = ""
    is_choice: bool = False
    is_expiry: bool = False
