"""The object of a change as the API shows it: as the row was then, beside what lies around it now."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from billing.accounts.queries import view_account
from billing.accounts.tables import Account
from billing.credits.queries import view_transaction
from billing.credits.tables import BalanceWatch, CreditGrant, CreditTransaction
from billing.disputes.queries import view_disputes
from billing.disputes.tables import Dispute
from billing.invoices.queries import view_invoices
from billing.invoices.tables import Invoice
from billing.manual_payments.queries import view_claim
from billing.manual_payments.tables import PaymentClaim
from billing.payments.tables import PaymentAttempt
from billing.payments.views import view_attempt
from billing.receipts.queries import view_receipt
from billing.receipts.tables import Receipt
from billing.refunds.queries import view_refund
from billing.refunds.tables import Refund
from billing.subscriptions.queries import view_subscriptions
from billing.subscriptions.tables import Subscription
from database.base import Base
from database.untold import TOLD, UntoldChange
from schemas.views.base import View
from schemas.views.credits import BalanceWatchView
from schemas.views.events import CreditGrantView

Describe = Callable[[Session, Sequence[Any]], Sequence[View]]


def describe(session: Session, kind: str, changes: Sequence[UntoldChange]) -> list[dict[str, Any]]:
    """As JSON, one for each of these changes of one kind, in the same order; few statements, however many they are.

    Raises KeyError for a kind that nobody has described.
    """
    if kind == TOLD:
        return [change.after["data"] for change in changes]
    table, views_of = DESCRIBED[kind]
    views = views_of(session, _rows(session, table, changes))
    return [view.model_dump(mode="json") for view in views]


def _rows(session: Session, table: type[Base], changes: Sequence[UntoldChange]) -> list[Any]:
    """The rows as they were, as objects that no session knows: none of them is what it is now."""
    columns = list(table.__table__.columns)
    typed = text(
        f"SELECT of_change, the_row.* FROM untold_changes,"  # noqa: S608 - the name of a table of ours
        f" json_populate_record(CAST(NULL AS {table.__tablename__}), after) AS the_row"
        f" CROSS JOIN LATERAL (SELECT untold_changes.id) AS numbered (of_change)"
        f" WHERE untold_changes.id = ANY(:ids)"
    ).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
    found = session.execute(
        typed.columns(of_change=BigInteger, **{column.name: column.type for column in columns}),
        {"ids": [change.id for change in changes]},
    )
    by_change = {row["of_change"]: dict(row) for row in found.mappings()}
    return [_row(table, by_change[change.id], columns) for change in changes]


def _row(table: type[Base], values: Mapping[Any, Any], columns: Sequence[Any]) -> Base:
    return table(**{column.name: values[column.name] for column in columns})


def _grant(grant: CreditGrant) -> CreditGrantView:
    return CreditGrantView(
        id=grant.id,
        account_id=grant.account_id,
        source=str(grant.source),
        amount=grant.amount,
        subscription_id=grant.subscription_id,
        is_frozen=grant.is_frozen,
        granted_at=grant.granted_at,
        expires_at=grant.expires_at,
    )


def _watch(watch: BalanceWatch) -> BalanceWatchView:
    return BalanceWatchView(account_id=watch.account_id, warn_below=watch.warn_below, is_low=watch.is_low)


def _each(view: Callable[[Any], View]) -> Describe:
    return lambda _session, rows: [view(row) for row in rows]


# by the name of the table that changed: whose rows, and how they are shown
DESCRIBED: Mapping[str, tuple[type[Base], Describe]] = {
    "accounts": (Account, _each(view_account)),
    "subscriptions": (Subscription, view_subscriptions),
    "subscription_services": (Subscription, view_subscriptions),
    "invoices": (Invoice, view_invoices),
    "payment_attempts": (PaymentAttempt, _each(view_attempt)),
    "receipts": (Receipt, _each(view_receipt)),
    "payment_claims": (PaymentClaim, lambda session, rows: [view_claim(session, row) for row in rows]),
    "refunds": (Refund, _each(view_refund)),
    "disputes": (Dispute, view_disputes),
    "credit_grants": (CreditGrant, _each(_grant)),
    "credit_transactions": (CreditTransaction, _each(view_transaction)),
    "balance_watches": (BalanceWatch, _each(_watch)),
}
