"""What an inbox shows of a notice: its subject, and one sentence beside it that adds to the subject."""

from documents.amounts import due_minor
from documents.cards import card_expiry, card_name, payment_name
from documents.formatting import format_credits, format_date, format_instant, format_money
from documents.notice_facts import (
    FailedPayment,
    amount,
    card_of,
    change_of,
    claim_of,
    confirmation_end_of,
    email_change_of,
    failed_payment,
    has_ended,
    invoice_of,
    on_trial,
    open_invoice_of,
    order_of,
    price,
    refund_of,
    subscription_of,
    trial_end_of,
    whereabouts,
)
from schemas.documents import NoticeFacts


def activated_subject(facts: NoticeFacts) -> str:
    """Tells a trial from a subscription that is paid for."""
    subscription = subscription_of(facts)
    if on_trial(subscription):
        return f"Your {subscription.plan_name} trial has started"
    return f"Your {subscription.plan_name} subscription is active"


def activated_preview(facts: NoticeFacts) -> str:
    """The price, and from when on."""
    subscription = subscription_of(facts)
    if on_trial(subscription):
        return f"It runs until {format_date(trial_end_of(facts))}."
    return f"{price(subscription)}."


def renewal_subject(facts: NoticeFacts) -> str:
    """That it was renewed."""
    return f"Your {subscription_of(facts).plan_name} subscription was renewed"


def renewal_preview(facts: NoticeFacts) -> str:
    """Until when."""
    return f"The new period runs until {format_date(subscription_of(facts).period_end)}."


def failed_subject(facts: NoticeFacts) -> str:
    """What it means for the subscription, as far as that is decided."""
    subscription = subscription_of(facts)
    outcome, plan = failed_payment(facts), subscription.plan_name
    if outcome is FailedPayment.ENDED:
        return f"Payment failed: your {plan} subscription has ended"
    if outcome is FailedPayment.NEW_CARD:
        return f"Payment failed: please add another card for your {plan} subscription"
    if outcome is FailedPayment.FINAL and subscription.ends_on:
        return f"Payment failed: your {plan} subscription ends on {format_date(subscription.ends_on)}"
    return f"Payment failed for your {plan} subscription"


def failed_preview(facts: NoticeFacts) -> str:
    """The amount, and the next attempt when there is one."""
    subscription = subscription_of(facts)
    if failed_payment(facts) is FailedPayment.RETRY and subscription.next_attempt_on:
        return f"We will try again to collect {amount(facts)} on {format_date(subscription.next_attempt_on)}."
    return f"We could not collect {amount(facts)}."


def change_unpaid_subject(facts: NoticeFacts) -> str:
    """Which plan is not paid for yet."""
    return f"Payment failed: your change to {change_of(facts).plan_name} is waiting"


def change_unpaid_preview(facts: NoticeFacts) -> str:
    """That nothing has changed, and until when it may."""
    until = format_instant(change_of(facts).until)
    return f"Your {subscription_of(facts).plan_name} plan runs on. The change can be paid for until {until}."


def change_dropped_subject(facts: NoticeFacts) -> str:
    """Which plan did not begin."""
    return f"Your change to {change_of(facts).plan_name} was not made"


def change_dropped_preview(facts: NoticeFacts) -> str:
    """That nothing has changed."""
    return f"It was not paid for. Your {subscription_of(facts).plan_name} plan runs on as before."


def trial_subject(facts: NoticeFacts) -> str:
    """Which trial ends, and when."""
    return f"Your {subscription_of(facts).plan_name} trial ends on {format_date(trial_end_of(facts))}"


def trial_preview(facts: NoticeFacts) -> str:
    """What happens then."""
    subscription = subscription_of(facts)
    if subscription.card:
        return f"Then {price(subscription)}, charged to {card_name(subscription.card)}."
    return "Please add a card to keep your subscription."


def card_subject(facts: NoticeFacts) -> str:
    """Which card, by its last digits."""
    return f"Your {card_name(card_of(facts))} expires soon"


def card_preview(facts: NoticeFacts) -> str:
    """When, and what it pays for."""
    plan = subscription_of(facts).plan_name
    return f"It is good through {card_expiry(card_of(facts))} and pays for your {plan} subscription."


def canceled_subject(facts: NoticeFacts) -> str:
    """Tells an end to come from one that has come."""
    subscription = subscription_of(facts)
    if subscription.ends_on and not has_ended(subscription):
        return f"Your {subscription.plan_name} subscription ends on {format_date(subscription.ends_on)}"
    return f"Your {subscription.plan_name} subscription has ended"


def canceled_preview(facts: NoticeFacts) -> str:
    """That no more is charged."""
    return "It will not renew, and you will not be charged for it again."


def paused_subject(facts: NoticeFacts) -> str:
    """Which subscription is paused."""
    return f"Your {subscription_of(facts).plan_name} subscription is paused"


def paused_preview(facts: NoticeFacts) -> str:
    """Until when."""
    resumes_on = subscription_of(facts).resumes_on
    return f"It resumes on {format_date(resumes_on)}." if resumes_on else "It stays paused until you resume it."


def credits_subject(facts: NoticeFacts) -> str:
    """Tells few from none."""
    return "Your credits are running low" if facts.credits_balance > 0 else "You have no credits left"


def credits_preview(facts: NoticeFacts) -> str:
    """How many are left."""
    return f"{format_credits(max(0, facts.credits_balance))} left on your account."


def top_up_subject(facts: NoticeFacts) -> str:
    """That nothing is bought by itself any more."""
    return "Your automatic top-up has stopped"


def top_up_preview(facts: NoticeFacts) -> str:
    """Why, when that is known."""
    return facts.failure or "We have bought no credits for your account."


def sent_subject(facts: NoticeFacts) -> str:
    """The number alone: it may be paid or not."""
    return f"Your invoice {invoice_of(facts).number}"


def sent_preview(facts: NoticeFacts) -> str:
    """How much, and whether it is paid."""
    invoice = invoice_of(facts)
    total = format_money(invoice.total_minor, invoice.currency)
    return f"{total}, paid." if invoice.status == "paid" else f"{total}, due {format_date(invoice.due_on)}."


def invoice_subject(facts: NoticeFacts) -> str:
    """The number and the day by which it is to be paid."""
    invoice = open_invoice_of(facts)
    return f"Invoice {invoice.number}, due {format_date(invoice.due_on)}"


def invoice_preview(facts: NoticeFacts) -> str:
    """How much, and how."""
    invoice = open_invoice_of(facts)
    return f"{format_money(due_minor(invoice), invoice.currency)}, payable by bank transfer."


def refund_subject(facts: NoticeFacts) -> str:
    """How much."""
    refund = refund_of(facts)
    return f"Your refund of {format_money(refund.amount_minor, refund.currency)}"


def refund_preview(facts: NoticeFacts) -> str:
    """Where to."""
    refund = refund_of(facts)
    return f"It goes to your {payment_name(refund.refunded_to)}." if refund.refunded_to else "It is under way."


def credit_subject(facts: NoticeFacts) -> str:
    """Which paper."""
    return f"Credit note {', '.join(refund_of(facts).note_numbers)}"


def credit_preview(facts: NoticeFacts) -> str:
    """How much, and where it is."""
    refund = refund_of(facts)
    return f"{format_money(refund.amount_minor, refund.currency)} is credited. {whereabouts(refund)}"


def instructions_subject(facts: NoticeFacts) -> str:
    """Which invoice, and by when."""
    invoice = open_invoice_of(facts)
    return f"How to pay invoice {invoice.number}, due {format_date(invoice.due_on)}"


def instructions_preview(facts: NoticeFacts) -> str:
    """How much, and with which reference."""
    invoice = open_invoice_of(facts)
    return f"{format_money(due_minor(invoice), invoice.currency)}, reference {invoice.payment_reference}."


def approved_subject(facts: NoticeFacts) -> str:
    """How much has come."""
    claim = claim_of(facts)
    return f"We have received your payment of {format_money(claim.amount_minor, claim.currency)}"


def approved_preview(facts: NoticeFacts) -> str:
    """Whether more is to come."""
    claim = claim_of(facts)
    if claim.left_minor:
        left = format_money(claim.left_minor, claim.invoice_currency)
        return f"{left} of invoice {claim.invoice_number} is still to be paid."
    return f"Thank you. Nothing is left to pay of invoice {claim.invoice_number}."


def rejected_subject(facts: NoticeFacts) -> str:
    """Which payment."""
    claim = claim_of(facts)
    return f"We could not find your payment of {format_money(claim.amount_minor, claim.currency)}"


def rejected_preview(facts: NoticeFacts) -> str:
    """Why."""
    return claim_of(facts).reason


def reminder_subject(facts: NoticeFacts) -> str:
    """Which invoice, and whether its day is still to come."""
    invoice = open_invoice_of(facts)
    tense = "was" if facts.is_overdue else "is"
    return f"Invoice {invoice.number} {tense} due on {format_date(invoice.due_on)}"


def order_subject(facts: NoticeFacts) -> str:
    """Which invoice is void."""
    return f"Your order was canceled: invoice {invoice_of(facts).number} is void"


def order_preview(facts: NoticeFacts) -> str:
    """That nothing is owed, and what is kept."""
    kept_minor, invoice = order_of(facts).kept_minor, invoice_of(facts)
    kept = f" {format_money(kept_minor, invoice.currency)} is kept on your account." if kept_minor else ""
    return f"There is nothing to pay any more.{kept}"


def confirmation_subject(facts: NoticeFacts) -> str:
    """What is to be done."""
    return "Please confirm your billing e-mail"


def confirmation_preview(facts: NoticeFacts) -> str:
    """Until when."""
    return f"The link works until {format_instant(confirmation_end_of(facts))}."


def email_changed_subject(facts: NoticeFacts) -> str:
    """What was done."""
    return "Your billing e-mail was changed"


def email_changed_preview(facts: NoticeFacts) -> str:
    """That nothing comes here any more."""
    return f"Mails about payments go to {email_change_of(facts).new_email} from now on."


def export_subject(facts: NoticeFacts) -> str:
    """What was asked for."""
    return "The copy of your data is ready"


def export_preview(facts: NoticeFacts) -> str:
    """Until when."""
    return "It can be fetched in your account for seven days."
