"""What follows from a payment: a dunning ends, or one begins or goes on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from billing.cards.queries import get_default_card
from billing.credits.hold import hold_credits
from billing.credits.top_up import top_up_captured, top_up_failed
from billing.dunning.declines import NO_CARD, is_hard
from billing.dunning.open import open_dunning
from billing.dunning.queries import has_other_unpaid, lock_dunning, lock_owner
from billing.dunning.retry import retry_invoice
from billing.dunning.rules import next_retry, terms_of
from billing.dunning.stop import close_dunning
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.rules import ENDED, move
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.outbox import stage

PAYING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why money did not come, what makes the mail about it unique, and whether another card is the default by now."""

    code: str
    cause: str
    has_other_card: bool = False


def after_capture(session: Session, invoice: Invoice, now: datetime) -> None:
    """An invoice was paid: its dunning has recovered, and a subscription that waited for the money goes on.

    It is active, or on trial again as long as the trial lasts. Costs nothing for a purchase without a subscription. The
    mail follows from settling, see `stage_receipt`. The caller holds the invoice's row lock; `now` is the account's own
    time, also on a test clock.
    """
    if invoice.reason is InvoiceReason.TOP_UP:
        top_up_captured(session, invoice, now)
    if invoice.subscription_id is None:
        return
    dunning = lock_dunning(session, invoice.id)
    subscription = lock_owner(session, invoice.subscription_id)
    if dunning is not None:
        close_dunning(invoice, dunning, DunningState.RECOVERED, now)
    if subscription.status is SubscriptionStatus.PAUSED and subscription.paused_at is not None:
        # credits that this payment has granted wait with those that were held when the pause began
        hold_credits(session, subscription.account_id, subscription.id, subscription.paused_at)
    waited = subscription.status is SubscriptionStatus.PAST_DUE
    recovered = waited and not has_other_unpaid(session, subscription, invoice.id)
    started = subscription.status is SubscriptionStatus.INCOMPLETE and invoice.reason is InvoiceReason.START
    if recovered or started:
        move(subscription, _goes_on_as(subscription, now), now)


def after_failure(session: Session, invoice: Invoice, attempt: PaymentAttempt, now: datetime) -> None:
    """A charge was declined: plan the next try or wait for another card, and tell the customer, once per attempt.

    A dunning that has ended stays so: an invoice that is marked unpaid waits for another card.
    If the customer has named another card by now, that is charged at once. `attempt` is over, bears the gateway's
    `failure_code` and is written. The caller holds the invoice's row lock; `now` as in `after_capture`.
    """
    if invoice.reason is InvoiceReason.TOP_UP:
        top_up_failed(session, invoice, attempt.failure_code, now)
        return
    refusal = Refusal(attempt.failure_code, f"payment_failed/{attempt.id}", _has_other_card(session, attempt))
    _not_paid(session, invoice, refusal, now)
    if refusal.has_other_card and invoice.status is InvoiceStatus.PENDING:
        retry_invoice(session, invoice, now)


def after_no_card(session: Session, invoice: Invoice, now: datetime) -> None:
    """There was no card to charge: as a card that was refused for good. Conditions as in `after_failure`."""
    _not_paid(session, invoice, Refusal(NO_CARD, f"payment_failed/{invoice.id}/{NO_CARD}"), now)


def _goes_on_as(subscription: Subscription, now: datetime) -> SubscriptionStatus:
    """What was sold with a trial is paid before the plan is: the trial goes on to its end."""
    # a trial is a period of its own; a period that ends at another instant was billed, and is no trial
    is_trial = subscription.trial_end == subscription.period_end and now < subscription.period_end
    return SubscriptionStatus.TRIALING if is_trial else SubscriptionStatus.ACTIVE


def _not_paid(session: Session, invoice: Invoice, refusal: Refusal, now: datetime) -> None:
    if invoice.subscription_id is None or invoice.status is not InvoiceStatus.PENDING:
        return
    dunning = lock_dunning(session, invoice.id)
    subscription = lock_owner(session, invoice.subscription_id)
    if subscription.status in ENDED:
        close_dunning(invoice, dunning, DunningState.STOPPED, now)
        return
    # a first payment that starts a subscription has no plan: it waits for another card as long as a start may take
    if subscription.status is not SubscriptionStatus.INCOMPLETE:
        _advance(dunning or open_dunning(session, invoice, subscription, now), refusal, now)
    if subscription.status in PAYING:
        move(subscription, SubscriptionStatus.PAST_DUE, now)
    stage(session, "payment_failed", invoice.id, refusal.cause)


def _advance(dunning: Dunning, refusal: Refusal, now: datetime) -> None:
    """Count the attempt and plan the next one, unless the dunning is over."""
    if dunning.state is not DunningState.OPEN:
        return
    hard = is_hard(refusal.code)
    dunning.attempts += refusal.code != NO_CARD
    dunning.last_code, dunning.needs_new_card = refusal.code, hard and not refusal.has_other_card
    if hard:
        dunning.next_attempt_at = now if refusal.has_other_card else None
    else:
        dunning.next_attempt_at = next_retry(terms_of(dunning.policy).retries(dunning.opened_at), now)


def _has_other_card(session: Session, attempt: PaymentAttempt) -> bool:
    """Whether the customer has named another card while this one was being charged."""
    card = get_default_card(session, attempt.account_id)
    return card is not None and card.id != attempt.card_id
