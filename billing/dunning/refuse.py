"""An invoice of a subscription was not paid: dun it, and let the subscription wait for the money."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from billing.dunning.declines import NO_CARD, WITHOUT_A_CHARGE, is_hard
from billing.dunning.open import open_dunning
from billing.dunning.queries import lock_dunning, lock_owner
from billing.dunning.rules import next_retry, terms_of
from billing.dunning.stop import close_dunning
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.pending_changes import is_waited_for
from billing.subscriptions.rules import ENDED
from billing.subscriptions.states import move
from billing.subscriptions.tables import SubscriptionStatus
from database.outbox import stage

PAYING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why money did not come, what makes the mail about it unique, and whether another card is the default by now."""

    code: str
    cause: str
    has_other_card: bool = False


def refuse_invoice(session: Session, invoice: Invoice, refusal: Refusal, now: datetime) -> None:
    """Plan the next try or wait for another card, and tell the customer, once per cause.

    A dunning that has ended stays so: an invoice that is marked unpaid waits for another card. A change of plan is not
    dunned: what was paid runs on, and the change waits as long as it may. Nothing happens to a purchase without a
    subscription. The caller holds the invoice's row lock; `now` is the account's own time.
    """
    if invoice.subscription_id is None or invoice.status is not InvoiceStatus.PENDING:
        return
    if is_waited_for(session, invoice.id):
        stage(session, "plan_change_unpaid", invoice.id, refusal.cause)
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


def refuse_for_no_card(
    session: Session, invoice: Invoice, now: datetime, refused: PaymentAttempt | None = None
) -> None:
    """There was no card to charge: as a card that was refused for good. Conditions as in `refuse_invoice`.

    Where there are cards, but none that is worth a try, the customer is told why the last one was `refused`.
    """
    about = f"{NO_CARD}/{refused.id}" if refused else NO_CARD
    refuse_invoice(session, invoice, Refusal(NO_CARD, f"payment_failed/{invoice.id}/{about}"), now)


def _advance(dunning: Dunning, refusal: Refusal, now: datetime) -> None:
    """Count the attempt and plan the next one, unless the dunning is over."""
    if dunning.state is not DunningState.OPEN:
        return
    hard = is_hard(refusal.code)
    dunning.attempts += refusal.code not in WITHOUT_A_CHARGE
    dunning.last_code, dunning.needs_new_card = refusal.code, hard and not refusal.has_other_card
    if hard:
        dunning.next_attempt_at = now if refusal.has_other_card else None
    else:
        dunning.next_attempt_at = next_retry(terms_of(dunning.policy).retries(dunning.opened_at), now)
