"""Whose business pieces of work are, as far as our own rows tell: one question for each way to know."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    SQLColumnExpression,
    Text,
    Uuid,
    any_,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from billing.accounts.tables import Account, GatewayCustomer
from billing.cards.tables import Card
from billing.credit_notes.tables import CreditNote
from billing.disputes.tables import Dispute
from billing.errors import Rejected
from billing.invoices.tables import Invoice
from billing.manual_payments.tables import PaymentClaim
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Receipt
from billing.refunds.tables import Refund
from billing.subscriptions.tables import Subscription
from billing.team.tables import Invitation, Member
from billing.usage.tables import UsageReservation
from database.inbox import InboxEvent
from database.operations import Operation
from database.outbox import OutboxEntry

# what an event may name is somewhere among so many texts; a larger one is not searched to its end
TEXTS_MAX = 500
REFERENCE_CHARACTERS_MAX = 255
OWNED = (
    Invoice, Subscription, PaymentAttempt, Card, Receipt, Refund, CreditNote, Dispute, PaymentClaim, UsageReservation,
    Member, Invitation,
)  # fmt: skip
# what a command may be about, the nearest first: as `named_in` of the database has it, see `Operation.about`
NAMED_BY_COMMANDS = {
    "subscription_id": Subscription, "invoice_id": Invoice, "payment_id": Receipt, "claim_id": PaymentClaim,
    "reservation_id": UsageReservation, "card_id": Card, "member_id": Member,
    "invitation_id": Invitation, "account_id": Account,
}  # fmt: skip


def get_operation(session: Session, row_id: UUID) -> Operation:
    """The command; raises Rejected `operation_not_found`."""
    row = session.get(Operation, row_id)
    if row is None:
        raise Rejected("operation_not_found", f"There is no operation {row_id}.", status=404)
    return row


def get_inbox_event(session: Session, row_id: UUID) -> InboxEvent:
    """What a gateway told; raises Rejected `inbox_event_not_found`."""
    row = session.get(InboxEvent, row_id)
    if row is None:
        raise Rejected("inbox_event_not_found", f"There is no event {row_id} in the inbox.", status=404)
    return row


def get_follow_up(session: Session, row_id: UUID) -> OutboxEntry:
    """What must follow; raises Rejected `follow_up_not_found`."""
    row = session.get(OutboxEntry, row_id)
    if row is None:
        raise Rejected("follow_up_not_found", f"There is nothing {row_id} in the outbox.", status=404)
    return row


def accounts_of(session: Session, rows: Iterable[object]) -> dict[UUID, UUID]:
    """The account of each row of work, by the row's id; left out where nothing of ours says whose it is."""
    found = list(rows)
    events = [row for row in found if isinstance(row, InboxEvent)]
    about = {row.id: [row.subject_id] for row in found if isinstance(row, OutboxEntry)}
    about |= {row.id: list(_ids_in(row.body)) for row in found if isinstance(row, Operation)}
    return _of_events(session, events) | _of_subjects(session, about)


def is_about(account_id: UUID) -> ColumnElement[bool]:
    """In a query of operations: the command names the account, or something of it."""
    # what names a reservation is said by machines, and is no thing that an index is kept of
    owned = [table for table in NAMED_BY_COMMANDS.values() if table not in (Account, UsageReservation)]
    return is_thing_of(Operation.about, account_id, owned)


def is_thing_of(column: SQLColumnExpression[Any], account_id: UUID, tables: Iterable[Any]) -> ColumnElement[bool]:
    """In a query: the column is the account's id, or that of a row of its in one of these tables."""
    owned = (select(table.id).where(table.account_id == account_id) for table in tables)
    things = union_all(select(literal(account_id, Uuid)), *owned)
    # one array, worked out once: an index is looked into by it
    return column == any_(func.array(things.scalar_subquery(), type_=ARRAY(Uuid)))


def _of_events(session: Session, events: Sequence[InboxEvent]) -> dict[UUID, UUID]:
    """By the gateway's name of the customer, wherever it stands in the event."""
    texts = {event.id: _references_in(event.body) for event in events}
    named = cast(sorted(set().union(*texts.values())), ARRAY(Text))
    known = select(GatewayCustomer.gateway, GatewayCustomer.customer_ref, GatewayCustomer.account_id)
    accounts = {
        (gateway, ref): account_id
        for gateway, ref, account_id in session.execute(known.where(GatewayCustomer.customer_ref == any_(named)))
    }
    return {
        event.id: accounts[event.gateway, text]
        for event in events
        for text in texts[event.id]
        if (event.gateway, text) in accounts
    }


def _of_subjects(session: Session, about: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, UUID]:
    """By the first of the ids that a row is about which stands for something in the books."""
    wanted = {subject_id for ids in about.values() for subject_id in ids}
    owned = (select(table.id, table.account_id) for table in OWNED)
    tables = union_all(*owned, select(Account.id, Account.id)).subquery()
    owners = {row[0]: row[1] for row in session.execute(select(tables).where(tables.c[0].in_(wanted)))}
    return {
        row_id: next(owners[subject_id] for subject_id in ids if subject_id in owners)
        for row_id, ids in about.items()
        if not owners.keys().isdisjoint(ids)
    }


def _ids_in(body: Mapping[str, Any]) -> Iterator[UUID]:
    for name in NAMED_BY_COMMANDS:
        try:
            yield UUID(str(body.get(name)))
        except ValueError:
            continue


def _references_in(body: str) -> set[str]:
    """What may be a gateway's reference of a customer."""
    try:
        return set(filter(_can_be_a_reference, islice(_texts(json.loads(body)), TEXTS_MAX)))
    except (ValueError, RecursionError):
        return set()


def _can_be_a_reference(text: str) -> bool:
    """A stranger's text may hold what no database takes."""
    return text.isascii() and text.isprintable() and len(text) <= REFERENCE_CHARACTERS_MAX


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
