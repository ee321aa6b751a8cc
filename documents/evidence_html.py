"""The evidence in a dispute as markup."""

from documents.cards import payment_name
from documents.formatting import format_count, format_date, format_days, format_money
from documents.invoice_html import details, mark, seller_line
from documents.logo import data_address
from documents.templates import render
from schemas.documents import PaymentFacts
from schemas.evidence import DisputedInvoiceFacts, EvidenceFacts, ReturnedFacts, SubscribedFacts


def evidence_html(evidence: EvidenceFacts) -> str:
    """The markup of what speaks for the seller, every piece of text escaped."""
    return render(
        "evidence.html",
        evidence=evidence,
        logo=data_address(evidence.seller.logo) if evidence.seller.logo else "",
        mark=mark(),
        seller_details=details(evidence.seller),
        buyer_details=details(evidence.buyer),
        invoices=[(invoice, served(invoice)) for invoice in evidence.invoices],
        payment=came(evidence.payment, evidence.currency),
        subscribed="\n".join(map(subscribed, evidence.subscriptions)),
        delivery=delivery(evidence),
        returned=returned(evidence),
        customer=customer(evidence),
        reason=evidence.reason.replace("_", " "),
        footer=seller_line(evidence.seller),
    )


def served(invoice: DisputedInvoiceFacts) -> str:
    """For which days, or, of what is for no time, when it was sold."""
    if invoice.first_day and invoice.last_day:
        return format_days(invoice.first_day, invoice.last_day)
    return format_date(invoice.issued_on)


def subscribed(subscription: SubscribedFacts) -> str:
    """Since when, and whether the customer has wanted it to end."""
    so_far = f"{subscription.plan_name}, since {format_date(subscription.began_on)}"
    if subscription.canceled_on:
        so_far += f", canceled on {format_date(subscription.canceled_on)}"
    if subscription.ended_on:
        return f"{so_far}, ended on {format_date(subscription.ended_on)}."
    return f"{so_far}." if subscription.canceled_on else f"{so_far}, and not canceled."


def customer(evidence: EvidenceFacts) -> str:
    """Since when, and what was paid without a dispute."""
    since = f"Since {format_date(evidence.customer_since)}."
    if not evidence.earlier:
        return since
    paid = "\n".join(came(payment, evidence.currency) for payment in evidence.earlier)
    return f"{since} Earlier payments, none of them disputed:\n{paid}"


def delivery(evidence: EvidenceFacts) -> str:
    """What the customer has had of it."""
    if not evidence.credits_granted:
        return "The service was provided for the time that the invoice names."
    granted, used = format_count(evidence.credits_granted), format_count(evidence.credits_used)
    days = f", on {format_count(evidence.days_used)} days" if evidence.days_used > 1 else ""
    latest = f" The latest {len(evidence.usage)} days:" if evidence.days_used > len(evidence.usage) else ""
    return f"Of {granted} credits that were granted on payment, {used} have been used{days}.{latest}"


def returned(evidence: EvidenceFacts) -> str:
    """What was given back of the payment, also when that is nothing."""
    said = [_returned(each, evidence.currency) for each in evidence.returned]
    return "\n".join(said) or "Nothing of this payment was refunded."


def _returned(refund: ReturnedFacts, currency: str) -> str:
    reference = f", reference {refund.reference}" if refund.reference else ""
    return f"{format_money(refund.amount_minor, currency)} on {format_date(refund.day)}{reference}"


def came(paid: PaymentFacts, currency: str) -> str:
    """What came, when, and by what."""
    amount, day = format_money(paid.amount_minor, currency), format_date(paid.received_on)
    return f"{amount} on {day}: {payment_name(paid)}, reference {paid.reference}"
