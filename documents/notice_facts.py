"""What a notice reads out of its facts. Whatever is needed and missing is refused here, by name."""

from datetime import date, datetime
from enum import StrEnum

from documents.amounts import due_minor
from documents.formatting import format_money
from schemas.account_facts import EmailChangeFacts, InvitationFacts, SignInFacts
from schemas.documents import (
    CardFacts,
    InvoiceFacts,
    NoticeFacts,
    PlanChangeFacts,
    RefundFacts,
    SubscriptionFacts,
)
from schemas.personal_facts import PersonalFacts
from schemas.transfer_facts import ClaimFacts, OrderFacts

ENDED = frozenset({"canceled", "expired"})
NOT_PAYABLE = frozenset({"paid", "void", "draft"})


class FailedPayment(StrEnum):
    """What follows a payment that failed. The one mail about it says exactly one of these."""

    ENDED = "ended"  # the subscription is over
    NEW_CARD = "new_card"  # this card is not tried again
    RETRY = "retry"  # it is tried again on a known day
    FINAL = "final"  # it is not tried again and the subscription will end
    OPEN = "open"  # nothing is decided yet


def subscription_of(facts: NoticeFacts) -> SubscriptionFacts:
    """The subscription. Raises ValueError without one."""
    if facts.subscription is None:
        raise ValueError("this notice needs a subscription")
    return facts.subscription


def trial_end_of(facts: NoticeFacts) -> date:
    """The day on which the trial ends. Raises ValueError when it is not known."""
    ends_on = subscription_of(facts).trial_ends_on
    if ends_on is None:
        raise ValueError("this notice needs the day on which the trial ends")
    return ends_on


def card_of(facts: NoticeFacts) -> CardFacts:
    """The card of the subscription. Raises ValueError without one."""
    card = subscription_of(facts).card
    if card is None:
        raise ValueError("this notice needs a card")
    return card


def open_invoice_of(facts: NoticeFacts) -> InvoiceFacts:
    """The invoice, which is to be paid. Raises ValueError without one or for a draft, a paid or a void one."""
    if facts.invoice is None or facts.invoice.status in NOT_PAYABLE:
        raise ValueError("this notice needs an invoice that is to be paid")
    return facts.invoice


def refund_of(facts: NoticeFacts) -> RefundFacts:
    """What goes back. Raises ValueError without it."""
    if facts.refund is None:
        raise ValueError("this notice needs a refund")
    return facts.refund


def whereabouts(refund: RefundFacts) -> str:
    """Where the money of a credit note is: kept, never paid, or, if neither is said, it has gone back."""
    failed = "The refund did not go through." if refund.has_failed and refund.kept_minor else ""
    kept = "is kept on your account, and pays first when you are billed next."
    unpaid = "was not paid, and is not owed any more."
    parts = ((refund.kept_minor, kept), (refund.unpaid_minor, unpaid))
    return " ".join([failed, *(_of_it(refund, minor, what) for minor, what in parts if minor)]).strip()


def _of_it(refund: RefundFacts, minor: int, what: str) -> str:
    is_all = minor == refund.amount_minor
    return f"{'It' if is_all else f'{format_money(minor, refund.currency)} of it'} {what}"


def claim_of(facts: NoticeFacts) -> ClaimFacts:
    """The payment that was claimed. Raises ValueError without it."""
    if facts.claim is None:
        raise ValueError("this notice needs a claim")
    return facts.claim


def order_of(facts: NoticeFacts) -> OrderFacts:
    """What was ordered. Raises ValueError without it."""
    if facts.order is None:
        raise ValueError("this notice needs an order")
    return facts.order


def invoice_of(facts: NoticeFacts) -> InvoiceFacts:
    """The invoice, wherever it stands. Raises ValueError without one."""
    if facts.invoice is None:
        raise ValueError("this notice needs an invoice")
    return facts.invoice


def change_of(facts: NoticeFacts) -> PlanChangeFacts:
    """The change of plan. Raises ValueError without one."""
    if facts.change is None:
        raise ValueError("this notice needs a change of plan")
    return facts.change


def email_change_of(facts: NoticeFacts) -> EmailChangeFacts:
    """The other billing e-mail. Raises ValueError without one."""
    if facts.email_change is None:
        raise ValueError("this notice needs another e-mail address")
    return facts.email_change


def invitation_of(facts: NoticeFacts) -> InvitationFacts:
    """The invitation into a team. Raises ValueError without one."""
    if facts.invitation is None:
        raise ValueError("this notice needs an invitation")
    return facts.invitation


def sign_in_of(facts: NoticeFacts) -> SignInFacts:
    """What lets somebody in. Raises ValueError without it."""
    if facts.sign_in is None:
        raise ValueError("this notice needs a code")
    return facts.sign_in


def personal_of(facts: NoticeFacts) -> PersonalFacts:
    """What a mail to a person says. Raises ValueError without a link."""
    if facts.personal is None or not facts.manage_url:
        raise ValueError("this notice needs a link")
    return facts.personal


def personal_invitation_of(facts: NoticeFacts) -> PersonalFacts:
    """The same with who invites, and into what. Raises ValueError without these."""
    personal = personal_of(facts)
    if not (personal.invited_by and personal.team):
        raise ValueError("this notice needs who invites, and a team")
    return personal


def valid_for(facts: NoticeFacts) -> str:
    """How long the link is good, in the largest words that say it exactly; empty where nobody has said so."""
    minutes = facts.personal.valid_minutes if facts.personal else None
    for length, word in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes and minutes % length == 0:
            count = minutes // length
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return ""


def confirmation_end_of(facts: NoticeFacts) -> datetime:
    """Until when it can be confirmed, UTC. Raises ValueError without a link, and without its end."""
    change = email_change_of(facts)
    if not change.confirm_url or change.expires_at is None:
        raise ValueError("this notice needs a link to confirm an address, and its end")
    return change.expires_at


def wanted_plan(change: PlanChangeFacts) -> str:
    """`Growth, per year`: the plan that was wanted."""
    return f"{change.plan_name}, per {change.interval}"


def price(subscription: SubscriptionFacts) -> str:
    """`49.00 USD per month, before tax`: the net price, and said to be that."""
    return f"{format_money(subscription.price_minor, subscription.currency)} per {subscription.interval}, before tax"


def amount(facts: NoticeFacts) -> str:
    """What a payment is about: what is due of the invoice or was, or the net price while there is no invoice."""
    invoice = facts.invoice
    if invoice:
        return format_money(due_minor(invoice) or invoice.total_minor, invoice.currency)
    subscription = subscription_of(facts)
    return f"{format_money(subscription.price_minor, subscription.currency)} before tax"


def has_ended(subscription: SubscriptionFacts | None) -> bool:
    """Whether it is over, and not merely going to be."""
    return subscription is not None and subscription.status in ENDED


def on_trial(subscription: SubscriptionFacts | None) -> bool:
    """Whether it is on a trial whose end is known."""
    return subscription is not None and subscription.status == "trialing" and subscription.trial_ends_on is not None


def failed_payment(facts: NoticeFacts) -> FailedPayment:
    """What follows. A refused card comes before a planned attempt: it will not be tried, whatever the plan was."""
    subscription = subscription_of(facts)
    if has_ended(subscription):
        return FailedPayment.ENDED
    if facts.needs_new_card:
        return FailedPayment.NEW_CARD
    if subscription.next_attempt_on:
        return FailedPayment.RETRY
    return FailedPayment.FINAL if subscription.ends_on else FailedPayment.OPEN
