"""Facts that a document is made of. Billing writes them down, `documents` draws them; neither knows the other."""

from dataclasses import dataclass, field
from datetime import date, datetime

from schemas.account_facts import EmailChangeFacts, InvitationFacts, SignInFacts
from schemas.personal_facts import PersonalFacts
from schemas.transfer_facts import BankFacts, ClaimFacts, OrderFacts


@dataclass(frozen=True, slots=True)
class LogoFacts:
    """A seller's logo: `kind` is svg or png, `aspect` its width by its height."""

    kind: str
    content: bytes = field(repr=False)
    aspect: float


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A seller or a buyer as printed. `address_lines` in postal order, country last; empty fields are left out.

    A seller may have a `logo`.
    """

    name: str
    address_lines: tuple[str, ...] = ()
    tax_id: str = ""
    email: str = ""
    website: str = ""
    logo: LogoFacts | None = None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One invoice line. Amounts are minor units of the invoice's currency, without tax.

    `first_day` and `last_day` are those of the service it is for, both included; None where it is for no time.
    """

    description: str
    quantity: int
    unit_minor: int
    net_minor: int
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """Tax of one rate over the invoice. `rate_ppm` is parts per million (19 % is 190_000)."""

    name: str
    rate_ppm: int
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Money that came for an invoice. Amounts are minor units of the invoice's currency.

    `amount_minor` is what came, `paid_minor` what of it pays the invoice; the rest is kept for the customer. `method`
    is how it came as its gateway calls that; where it came by a card that is known, brand and last digits say more.
    """

    received_on: date
    amount_minor: int
    paid_minor: int
    method: str
    reference: str = ""
    card_brand: str = ""
    card_last4: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """Everything an invoice document shows. Dates are calendar days in UTC; amounts minor units of `currency`.

    What is due is the total less `kept_minor`, the customer's own money that was kept and paid of it at its issue
    (negative: what was carried over from earlier invoices and is asked for with this one), less what the `payments`
    paid of it, and less `carried_over_minor`, a rest too small to be charged, which a later invoice asks for.
    `pays_by` is how the rest is to come: `card`, by itself, or `transfer` or `wallet`, by `payment_instructions` and
    under `payment_reference`, which is in groups of four, to `bank` where that is known. `credits_granted` are those of
    a paid invoice, `credits_to_come` those that it grants once it is paid. `is_top_up`: it was bought by itself,
    because credits fell low.
    """

    number: str
    status: str
    currency: str
    issued_on: date
    due_on: date
    paid_on: date | None
    seller: PartyFacts
    buyer: PartyFacts
    lines: tuple[LineFacts, ...]
    taxes: tuple[TaxFacts, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    kept_minor: int = 0
    carried_over_minor: int = 0
    payments: tuple[PaymentFacts, ...] = ()
    pays_by: str = "card"
    payment_instructions: str = ""
    payment_reference: str = ""
    bank: BankFacts | None = None
    credits_granted: int = 0
    credits_to_come: int = 0
    is_top_up: bool = False
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class CreditedLineFacts:
    """What is taken back of one line, in minor units without tax; below zero where that line gave back."""

    description: str
    net_minor: int


@dataclass(frozen=True, slots=True)
class CreditNoteFacts:
    """Everything a credit note shows. Dates are calendar days in UTC; amounts minor units of `currency`.

    It corrects one invoice. `reason` is a sentence. Of the total, `refunded_minor` goes back to `refunded_to`,
    `kept_minor` is kept for the next invoices, and `unpaid_minor` was never paid.
    """

    number: str
    currency: str
    issued_on: date
    invoice_number: str
    invoice_issued_on: date
    reason: str
    seller: PartyFacts
    buyer: PartyFacts
    lines: tuple[CreditedLineFacts, ...]
    taxes: tuple[TaxFacts, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    refunded_minor: int = 0
    refunded_to: PaymentFacts | None = None
    kept_minor: int = 0
    unpaid_minor: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """Money that goes back to what it was paid with, or an invoice that is credited; in minor units of `currency`.

    Of what is credited, `kept_minor` is kept for the next invoices and `unpaid_minor` is not owed any more. It was to
    go back and did not where it `has_failed`. `credits_owed` are those that were bought with it and used: the account's
    other and next credits pay them.
    """

    amount_minor: int
    currency: str
    refunded_to: PaymentFacts | None
    kept_minor: int = 0
    unpaid_minor: int = 0
    has_failed: bool = False
    invoice_numbers: tuple[str, ...] = ()
    note_numbers: tuple[str, ...] = ()
    note: str = ""
    credits_owed: int = 0


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A card on file. `brand` as the gateway names it (`visa`); good through the last day of `exp_month` (1 to 12).

    A wallet is told by its `holder` in the place of digits, and does not expire.
    """

    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    holder: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """A subscription as its owner is told about it.

    `status` is a word of `billing.subscriptions`; `canceled` and `expired` are over. `interval` is `month` or `year`.
    `price_minor` is the net price of one period in minor units of `currency`, before tax. Dates are calendar days in
    UTC. The current period is half-open: it renews on `period_end`. `ends_on` is the first day without it, set once
    its end is known; `next_attempt_on` the day a failed payment is tried again. `is_given_up`: it is not, and the
    subscription stands still at the gateway that runs it until it is resumed. `card` is the one that will be charged,
    but for `kept_minor`: the customer's own money, which pays first (negative: owed, and asked for on top).
    `limits_suspended`: what the plan allows may not be used until an overdue transfer comes.
    """

    plan_name: str
    status: str
    interval: str
    currency: str
    price_minor: int
    period_start: date
    period_end: date
    credits_per_period: int = 0
    services: tuple[str, ...] = ()
    trial_ends_on: date | None = None
    ends_on: date | None = None
    next_attempt_on: date | None = None
    resumes_on: date | None = None
    card: CardFacts | None = None
    kept_minor: int = 0
    limits_suspended: bool = False
    is_given_up: bool = False


@dataclass(frozen=True, slots=True)
class TopUpFacts:
    """What is bought by itself once fewer than so many credits are left."""

    package_name: str
    below: int


@dataclass(frozen=True, slots=True)
class PlanChangeFacts:
    """A change of plan that can, or could, be paid for until an instant (UTC). `interval` is `month` or `year`."""

    plan_name: str
    interval: str
    until: datetime


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Everything a notice may tell; which of it a kind of notice needs is said in `documents.notices`.

    `manage_url` is where the buyer changes cards and plans, `pay_url` where `invoice` is paid. `pdf` is the document of
    `invoice`. Credits are whole credits; `top_up` is set while some are bought by themselves. `failure` is one sentence
    for the buyer, see `schemas.declines`; `needs_new_card` says that the card was refused for good, `is_overdue` that
    the invoice's day is over. `papers` are other documents by their numbers, `copies` who else gets the mail.
    """

    seller: PartyFacts
    buyer: PartyFacts
    manage_url: str = ""
    pay_url: str = ""
    subscription: SubscriptionFacts | None = None
    invoice: InvoiceFacts | None = None
    pdf: bytes | None = None
    credits_balance: int = 0
    credits_threshold: int = 0
    top_up: TopUpFacts | None = None
    failure: str = ""
    needs_new_card: bool = False
    is_overdue: bool = False
    order: OrderFacts | None = None
    change: PlanChangeFacts | None = None
    refund: RefundFacts | None = None
    claim: ClaimFacts | None = None
    papers: tuple[tuple[str, bytes], ...] = ()
    email_change: EmailChangeFacts | None = None
    invitation: InvitationFacts | None = None
    sign_in: SignInFacts | None = None
    personal: PersonalFacts | None = None
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmailFacts:
    """A rendered e-mail, ready for a sender, with `copies` to other addresses. `attachments` are (file name, bytes).

    `pictures` are (content id, PNG): shown where the HTML has `cid:` and the id.
    `invoice_id` and `invoice_number` travel beside it, unseen, so that a number once sent can be found at the sender's.
    """

    recipient: str
    subject: str
    html: str
    text: str
    attachments: tuple[tuple[str, bytes], ...] = ()
    pictures: tuple[tuple[str, bytes], ...] = ()
    invoice_id: str = ""
    invoice_number: str = ""
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentEmail:
    """An e-mail as its sender has it: which invoice it was about, if any."""

    email_ref: str
    sent_at: datetime
    invoice_id: str
    invoice_number: str
