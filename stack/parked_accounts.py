"""Whose business a piece of parked work is, as far as our own rows tell."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounts.tables import Account, GatewayCustomer
from billing.cards.tables import Card
from billing.invoices.tables import Invoice
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.tables import Subscription
from database.inbox import InboxEvent
from database.operations import Operation
from database.outbox import OutboxEntry

# what an event may name is somewhere among so many texts; a larger one is not searched to its end
TEXTS_MAX = 500


def account_of(session: Session, row: InboxEvent | Operation | OutboxEntry) -> UUID | None:
    """The account that it concerns; none where nothing of ours says so."""
    match row:
        case InboxEvent():
            return _of_event(session, row)
        case Operation():
            return _of_command(session, row.body)
        case OutboxEntry():
            return _of_subject(session, row.subject_id)


def _of_event(session: Session, event: InboxEvent) -> UUID | None:
    """By the gateway's name of the customer, wherever it stands in the event."""
    try:
        texts = list(_texts(json.loads(event.body)))[:TEXTS_MAX]
    except ValueError:
        return None
    named = GatewayCustomer.customer_ref.in_(texts)
    found = select(GatewayCustomer.account_id).where(GatewayCustomer.gateway == event.gateway, named).limit(1)
    return session.scalar(found)


def _of_command(session: Session, body: dict[str, Any]) -> UUID | None:
    subscription = session.get(Subscription, _id_in(body, "subscription_id") or UUID(int=0))
    return subscription.account_id if subscription else _id_in(body, "account_id")


def _of_subject(session: Session, subject_id: UUID) -> UUID | None:
    for table in (Invoice, Subscription, PaymentAttempt, Card):
        account_id: UUID | None = session.scalar(select(table.account_id).where(table.id == subject_id))
        if account_id is not None:
            return account_id
    return session.scalar(select(Account.id).where(Account.id == subject_id))


def _id_in(body: dict[str, Any], name: str) -> UUID | None:
    try:
        return UUID(str(body.get(name)))
    except ValueError:
        return None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
