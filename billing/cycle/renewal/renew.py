"""Renew subscriptions: begin the next period of each, a batch in one transaction.

Loaded in a dozen statements, decided by pure rules, written with one INSERT per table, whatever the batch's size.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.cycle.renewal.due import Surroundings, load_surroundings
from billing.cycle.renewal.next_period import Renewal, begin_next_period
from billing.cycle.renewal.write import write_renewals
from billing.dunning.refuse import refuse_for_no_card
from billing.invoices.issue import month_of_issue, take_numbers
from billing.invoices.queries import get_invoice
from billing.invoices.settle import settle_invoice
from billing.subscriptions.tables import Subscription


def renew_subscriptions(session: Session, subscriptions: Sequence[Subscription], now: datetime) -> None:
    """Bill the next period of subscriptions whose present one, or whose trial, is over.

    The caller holds their row locks. One that missed several periods gets the first of them and is due again. The
    database refuses a period that was billed before (IntegrityError): then nothing of the batch is written.
    """
    if not subscriptions:
        return
    around = load_surroundings(session, subscriptions, now.date())
    for subscription in subscriptions:
        session.expunge(subscription)  # written together below; the session need not look for what changed in each
    renewals = [begin_next_period(subscription, around, now) for subscription in subscriptions]
    # the month's counter is locked last: everybody else who issues waits for it
    numbers = take_numbers(session, month_of_issue(now), len(renewals))
    write_renewals(session, renewals, numbers, around, now)
    for renewal in renewals:
        _collect_otherwise(session, renewal, around, now)


def _collect_otherwise(session: Session, renewal: Renewal, around: Surroundings, now: datetime) -> None:
    """What is not simply charged or awaited, an invoice at a time: these are few."""
    if renewal.left.minor == 0:
        invoice = get_invoice(session, renewal.invoice_id)
        settle_invoice(session, invoice, now, now)
    elif renewal.is_by_card and renewal.account_id not in around.cards:
        refuse_for_no_card(session, get_invoice(session, renewal.invoice_id), now)
