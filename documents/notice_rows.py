"""The small table of a notice: label and value, in the order that the notice names them."""

from collections.abc import Callable, Mapping, Sequence

from documents.cards import card_expiry, card_name
from documents.formatting import format_count, format_date, format_money
from documents.notice_facts import FailedPayment, amount, failed_payment, has_ended, on_trial, price, wanted_plan
from schemas.documents import NoticeFacts, SubscriptionFacts

SERVICES_SHOWN_MAX = 10  # a mail is glanced at; all of them are on the page of the plan


def rows(facts: NoticeFacts, labels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(label, value) for each of these labels of ROWS that has something to say about these facts."""
    return tuple((label, value) for label in labels if (value := ROWS[label](facts)))


def _of_subscription(describe: Callable[[SubscriptionFacts], str]) -> Callable[[NoticeFacts], str]:
    return lambda facts: describe(facts.subscription) if facts.subscription else ""


def _credits(subscription: SubscriptionFacts) -> str:
    count = subscription.credits_per_period
    return f"{format_count(count)} per {subscription.interval}" if count else ""


def _services(subscription: SubscriptionFacts) -> str:
    shown, left_out = subscription.services[:SERVICES_SHOWN_MAX], subscription.services[SERVICES_SHOWN_MAX:]
    return ", ".join((*shown, f"and {len(left_out)} more") if left_out else shown)


def _trial(subscription: SubscriptionFacts) -> str:
    return format_date(subscription.trial_ends_on) if on_trial(subscription) and subscription.trial_ends_on else ""


def _renewal(subscription: SubscriptionFacts) -> str:
    settled = subscription.ends_on or has_ended(subscription) or on_trial(subscription)
    return "" if settled else format_date(subscription.period_end)


def _next_attempt(facts: NoticeFacts) -> str:
    day = facts.subscription.next_attempt_on if facts.subscription else None
    return format_date(day) if day and failed_payment(facts) is FailedPayment.RETRY else ""


def _invoice(facts: NoticeFacts) -> str:
    if facts.claim:
        return facts.claim.invoice_number
    return facts.invoice.number if facts.invoice else ""


def _due(facts: NoticeFacts) -> str:
    return format_date(facts.invoice.due_on) if facts.invoice else ""


def _wanted(facts: NoticeFacts) -> str:
    return wanted_plan(facts.change) if facts.change else ""


def _refunded(facts: NoticeFacts) -> str:
    return format_money(facts.refund.amount_minor, facts.refund.currency) if facts.refund else ""


def _corrects(facts: NoticeFacts) -> str:
    return ", ".join(facts.refund.invoice_numbers) if facts.refund else ""


def _credit_notes(facts: NoticeFacts) -> str:
    return ", ".join(facts.refund.note_numbers) if facts.refund else ""


def _claimed(facts: NoticeFacts) -> str:
    return format_money(facts.claim.amount_minor, facts.claim.currency) if facts.claim else ""


def _paid_on(facts: NoticeFacts) -> str:
    return format_date(facts.claim.paid_on) if facts.claim else ""


def _reference(facts: NoticeFacts) -> str:
    if facts.claim:
        return facts.claim.reference
    return facts.invoice.payment_reference if facts.invoice else ""


ROWS: Mapping[str, Callable[[NoticeFacts], str]] = {
    "Role": lambda facts: facts.invitation.role if facts.invitation else "",
    "Plan": _of_subscription(lambda each: each.plan_name),
    "Price": _of_subscription(price),
    "Credits": _of_subscription(_credits),
    "Includes": _of_subscription(_services),
    "Trial ends": _of_subscription(_trial),
    "Renews": _of_subscription(_renewal),
    "Card": _of_subscription(lambda each: card_name(each.card) if each.card and not each.card.holder else ""),
    "Wallet": _of_subscription(lambda each: card_name(each.card) if each.card and each.card.holder else ""),
    "Good through": _of_subscription(lambda each: card_expiry(each.card) if each.card else ""),
    "Next attempt": _next_attempt,
    "Wanted": _wanted,
    "Invoice": _invoice,
    "Amount": amount,
    "Due": _due,
    "Refunded": _refunded,
    "Credited": _refunded,
    "Corrects": _corrects,
    "Credit note": _credit_notes,
    "Received": _claimed,
    "Claimed": _claimed,
    "Paid on": _paid_on,
    "Reference": _reference,
}
