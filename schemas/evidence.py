"""Facts that the evidence in a dispute is made of."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.documents import PartyFacts, PaymentFacts


@dataclass(frozen=True, slots=True)
class DisputedInvoiceFacts:
    """An invoice that the disputed payment has paid, in minor units of its currency.

    `first_day` and `last_day` are those of the service it is for, both included; None where it is for no time.
    """

    number: str
    issued_on: date
    bought: str
    total_minor: int
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class SubscribedFacts:
    """A subscription that the payment was for: from when, and since when the customer wants no more of it, if so."""

    plan_name: str
    began_on: date
    canceled_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class UsedCreditsFacts:
    """How many of the credits that were bought were used on a day (UTC), and how many times."""

    day: date
    credits: int
    uses: int


@dataclass(frozen=True, slots=True)
class ReturnedFacts:
    """So much of the payment, in its minor units, was given back on a day; `reference` is the gateway's, if known."""

    day: date
    amount_minor: int
    reference: str


@dataclass(frozen=True, slots=True)
class SentMailFacts:
    """An e-mail about what was paid for that was handed over to be delivered."""

    sent_at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """What the books know of a disputed payment on a day. `reason` is the gateway's word; amounts are minor units.

    `usage` has the latest days, the first of them first; `days_used` counts all. `earlier` are payments of the same
    customer that were never disputed, the latest first.
    """

    reference: str
    reason: str
    amount_minor: int
    currency: str
    opened_on: date
    answer_until: datetime | None
    written_on: date
    seller: PartyFacts
    buyer: PartyFacts
    customer_since: date
    payment: PaymentFacts
    invoices: tuple[DisputedInvoiceFacts, ...]
    subscriptions: tuple[SubscribedFacts, ...]
    credits_granted: int
    credits_used: int
    days_used: int
    usage: tuple[UsedCreditsFacts, ...]
    returned: tuple[ReturnedFacts, ...]
    earlier: tuple[PaymentFacts, ...]
    mails: tuple[SentMailFacts, ...]
