"""Made-up facts: for warming a process up, for `python -m documents sample`, for the benchmark and the tests."""

from datetime import UTC, date, datetime

from schemas.documents import (
    CreditedLineFacts,
    CreditNoteFacts,
    InvoiceFacts,
    LineFacts,
    PartyFacts,
    PaymentFacts,
    TaxFacts,
)
from schemas.evidence import (
    DisputedInvoiceFacts,
    EvidenceFacts,
    ReturnedFacts,
    SentMailFacts,
    SubscribedFacts,
    UsedCreditsFacts,
)

SELLER = PartyFacts(
    name="Example SaaS Inc.",
    address_lines=("1 Example Street", "Springfield, IL 62701", "United States"),
    tax_id="US 12-3456789",
    email="billing@example.com",
    website="https://example.com",
)
BUYER = PartyFacts(
    name="Bright Harbour Analytics GmbH",
    address_lines=("Beispielstraße 12", "20457 Hamburg", "Germany"),
    tax_id="DE 123456789",
    email="accounts@harbour.example",
)


def sample_invoice() -> InvoiceFacts:
    """A paid invoice of four lines and one tax rate, on one page."""
    return InvoiceFacts(
        number="INV-2026-11-00001",
        status="paid",
        currency="USD",
        issued_on=date(2026, 11, 22),
        due_on=date(2026, 12, 22),
        paid_on=date(2026, 11, 22),
        seller=SELLER,
        buyer=BUYER,
        lines=(
            LineFacts("Value package: 2,000 credits", 1, 2_999, 2_999),
            LineFacts("Team plan, per month", 1, 4_900, 4_900, date(2026, 11, 22), date(2026, 12, 21)),
            LineFacts("Additional seats", 12, 300, 3_600, date(2026, 11, 22), date(2026, 11, 30)),
            LineFacts("Priority support", 1, 14_999, 14_999),
        ),
        taxes=(TaxFacts("VAT", 190_000, 26_498, 5_035),),
        subtotal_minor=26_498,
        tax_minor=5_035,
        total_minor=31_533,
        payments=(PaymentFacts(date(2026, 11, 22), 31_533, 31_533, "Card", "CB-7Q2M-48XK", "visa", "4242"),),
        credits_granted=2_000,
    )


def sample_credit_note() -> CreditNoteFacts:
    """A part of that invoice goes back to the card that paid it, and a part is kept."""
    return CreditNoteFacts(
        number="CN-2026-11-00001",
        currency="USD",
        issued_on=date(2026, 11, 24),
        invoice_number="INV-2026-11-00001",
        invoice_issued_on=date(2026, 11, 22),
        reason="Returned at the customer's request.",
        seller=SELLER,
        buyer=BUYER,
        lines=(
            CreditedLineFacts("Value package: 2,000 credits", 2_999),
            CreditedLineFacts("Additional seats", 1_800),
        ),
        taxes=(TaxFacts("VAT", 190_000, 4_799, 912),),
        subtotal_minor=4_799,
        tax_minor=912,
        total_minor=5_711,
        refunded_minor=4_000,
        refunded_to=PaymentFacts(date(2026, 11, 22), 31_533, 31_533, "Card", "CB-7Q2M-48XK", "visa", "4242"),
        kept_minor=1_711,
        note="Sorry for the trouble.",
    )


def sample_evidence() -> EvidenceFacts:
    """That invoice's payment is disputed, after two weeks of use."""
    days = (UsedCreditsFacts(date(2026, 11, day), 40 + day, 3 + day % 5) for day in range(23, 30))
    return EvidenceFacts(
        reference="dp_1QxYz2aBcDeFgHiJ",
        reason="product_not_received",
        amount_minor=31_533,
        currency="USD",
        opened_on=date(2026, 12, 6),
        answer_until=datetime(2026, 12, 13, 23, 59, tzinfo=UTC),
        written_on=date(2026, 12, 6),
        seller=SELLER,
        buyer=BUYER,
        customer_since=date(2025, 3, 2),
        payment=PaymentFacts(date(2026, 11, 22), 31_533, 31_533, "Card", "CB-7Q2M-48XK", "visa", "4242"),
        invoices=(
            DisputedInvoiceFacts(
                "INV-2026-11-00001",
                date(2026, 11, 22),
                "Value package: 2,000 credits, Team plan, per month, Additional seats, Priority support",
                31_533,
                date(2026, 11, 22),
                date(2026, 12, 21),
            ),
        ),
        subscriptions=(SubscribedFacts("Team", date(2026, 11, 22), None, None),),
        credits_granted=2_000,
        credits_used=462,
        days_used=7,
        usage=tuple(days),
        returned=(ReturnedFacts(date(2026, 11, 24), 4_000, "re_3QxYz2aBcDeFgHiJ"),),
        earlier=(
            PaymentFacts(date(2026, 10, 22), 4_900, 4_900, "Card", "CB-5D1K-93TR", "visa", "4242"),
            PaymentFacts(date(2026, 9, 22), 4_900, 4_900, "Card", "CB-2W8P-17NC", "visa", "4242"),
        ),
        mails=(SentMailFacts(datetime(2026, 11, 22, 12, 1, tzinfo=UTC), "Payment confirmation, with the invoice"),),
    )
