"""Reads for the company's own people: accounts, whatever they are known by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from billing.accounts.queries import in_status, view_listed
from billing.accounts.tables import Account, GatewayCustomer
from billing.catalog.tables import Plan, PlanPrice, PlanVersion
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.queries import view_invoices
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.manual_payments.tables import ManualPayment
from billing.payment_methods.tables import ManualMethod
from billing.payments.tables import LIVE_ATTEMPTS, AttemptKind, AttemptStatus, PaymentAttempt
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import PayBy, Subscription, SubscriptionStatus
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.views.accounts import AccountStatus
from schemas.views.admin_accounts import FoundAccountView, GatewayCustomerView
from schemas.views.base import Page
from schemas.views.invoices import InvoiceView

ORDERS = {"created": Account.created_at, "name": Account.name}
# of one account; who wants all of them asks for the list
SHOWN_MAX = 20
_IS_PENDING = Invoice.status == InvoiceStatus.PENDING


@dataclass(frozen=True, slots=True)
class Sought:
    """What an account is looked for by; None says nothing. `text` is anything it may be known by, see `find_accounts`.

    `plan` and `subscription` are of one and the same subscription, which has not ended unless that is what is asked.
    """

    text: str | None = None
    status: AccountStatus | None = None
    plan: str | None = None
    subscription: SubscriptionStatus | None = None
    created: Between | None = None


def search_accounts(
    session: Session, sought: Sought, gateways: Collection[str], paging: Paging = FIRST_PAGE
) -> Page[FoundAccountView]:
    """A page of accounts; references are looked for at these gateways.

    Only whoever sees every account, and has `accounts:search`, finds anything by `text`: the database asks.
    """
    query = narrowed(select(Account), (Account.created_at, sought.created))
    if sought.text is not None:
        found = func.find_accounts(sought.text, cast(sorted(gateways), ARRAY(Text)))
        query = query.where(Account.id.in_(select(found)))
    if sought.status is not None:
        query = query.where(in_status(sought.status))
    if sought.plan is not None or sought.subscription is not None:
        query = query.where(_subscribed(sought))
    page, cursor = in_order(session, query, Account, paging, ORDERS)
    plans = _plans_of(session, [account.id for account in page])
    data = [FoundAccountView(**dict(view_listed(account)), plans=plans.get(account.id, [])) for account in page]
    return Page(data=data, next_cursor=cursor)


def gateway_customers_of(session: Session, account_id: UUID) -> list[GatewayCustomerView]:
    """What gateways call the account, the newest first."""
    known = select(GatewayCustomer).where(GatewayCustomer.account_id == account_id)
    rows = session.scalars(known.order_by(GatewayCustomer.created_at.desc()).limit(SHOWN_MAX))
    return [
        GatewayCustomerView(gateway=row.gateway, customer_ref=row.customer_ref, deleted_at=row.deleted_at)
        for row in rows
    ]


def open_invoices_of(session: Session, account_id: UUID) -> list[InvoiceView]:
    """Those that wait for their payment, the first due first."""
    invoices = select(Invoice).where(_is_open(account_id)).order_by(Invoice.due_at, Invoice.id).limit(SHOWN_MAX)
    return view_invoices(session, session.scalars(invoices).all())


def owed_by(session: Session, account_id: UUID) -> dict[str, int]:
    """What is asked for by all of them, in minor units by currency."""
    left = func.sum(Invoice.total_minor - Invoice.allocated_minor)
    rows = session.execute(select(Invoice.currency, left).where(_is_open(account_id)).group_by(Invoice.currency))
    return {currency: int(minor) for currency, minor in sorted(rows)}


@dataclass(frozen=True, slots=True)
class OwedInvoice:
    """An issued invoice with what is left to pay of it, why it is not paid, and what comes next by itself.

    `refused_code` says why the last try failed, empty where none was made; `next_try_at` when it is tried again, None
    if it is not. It is dunned until `ends_at`, when its subscription is treated as `at_the_end` says; None where it is
    not dunned, or not any more. `by_hand` is the way past every gateway by which it is awaited. `is_under_way`: a
    charge is being answered. `is_of_gateway`: a gateway wrote it, on whose page alone it is paid.
    """

    id: UUID
    number: str
    currency: str
    left_minor: int
    due_at: datetime | None
    refused_code: str
    next_try_at: datetime | None
    ends_at: datetime | None
    at_the_end: str
    by_hand: ManualMethod | None
    is_under_way: bool
    is_of_gateway: bool


def owed_invoices(session: Session, account_id: UUID) -> list[OwedInvoice]:
    """Those that wait for their payment, the first due first; up to `SHOWN_MAX`."""
    query = _owed().where(_is_open(account_id)).order_by(Invoice.due_at, Invoice.id).limit(SHOWN_MAX)
    return [_view_owed(row) for row in session.execute(query)]


def find_owed(session: Session, invoice_id: UUID) -> OwedInvoice | None:
    """The same of one invoice; None unless it waits for its payment."""
    row = session.execute(_owed().where(Invoice.id == invoice_id, _IS_PENDING)).one_or_none()
    return _view_owed(row) if row else None


def _owed() -> Select[Any]:
    live = select(PaymentAttempt.id).where(
        PaymentAttempt.invoice_id == Invoice.id,
        # of a page nothing is under way until somebody has agreed there
        or_(
            and_(PaymentAttempt.kind == AttemptKind.CHARGE, PaymentAttempt.status.in_(LIVE_ATTEMPTS)),
            PaymentAttempt.status == AttemptStatus.APPROVED,
        ),
    )
    columns: tuple[Any, ...] = (Invoice, Dunning, Subscription.pay_by, ManualPayment.method)
    found = select(*columns, live.exists().label("is_under_way"))
    found = found.outerjoin(Dunning, Dunning.invoice_id == Invoice.id)
    found = found.outerjoin(Subscription, Subscription.id == Invoice.subscription_id)
    return found.outerjoin(ManualPayment, ManualPayment.invoice_id == Invoice.id)


def _view_owed(row: Row[Any]) -> OwedInvoice:
    invoice, dunning = row.Invoice, row.Dunning
    is_dunned = dunning is not None and dunning.state is DunningState.OPEN
    return OwedInvoice(
        id=invoice.id,
        number=invoice.number,
        currency=invoice.currency,
        left_minor=invoice.left_minor,
        due_at=invoice.due_at,
        refused_code=dunning.last_code if dunning else "",
        next_try_at=dunning.next_attempt_at if is_dunned else None,
        ends_at=dunning.ends_at if is_dunned else None,
        at_the_end=dunning.policy["at_the_end"] if is_dunned else "",
        by_hand=row.method or (ManualMethod.BANK_TRANSFER if row.pay_by is PayBy.TRANSFER else None),
        is_under_way=row.is_under_way,
        is_of_gateway=bool(invoice.gateway),
    )


def _is_open(account_id: UUID) -> ColumnElement[bool]:
    return (Invoice.account_id == account_id) & _IS_PENDING


def _subscribed(sought: Sought) -> ColumnElement[bool]:
    of_account = select(literal(1)).where(Subscription.account_id == Account.id)
    if sought.subscription is None:
        of_account = of_account.where(Subscription.status.not_in(ENDED))
    else:
        of_account = of_account.where(Subscription.status == sought.subscription)
    if sought.plan is not None:
        of_account = of_account.where(Subscription.price_id.in_(_prices_of(sought.plan)))
    return of_account.exists()


def _prices_of(plan: str) -> Select[UUID]:
    return (
        select(PlanPrice.id)
        .join(PlanVersion, PlanVersion.id == PlanPrice.version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.slug == plan)
    )


def _plans_of(session: Session, account_ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
    """By account, the plans of subscriptions that have not ended."""
    subscribed = (
        select(Subscription.account_id, Plan.slug)
        .join(PlanPrice, PlanPrice.id == Subscription.price_id)
        .join(PlanVersion, PlanVersion.id == PlanPrice.version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(is_among(Subscription.account_id, account_ids), Subscription.status.not_in(ENDED))
        .order_by(Subscription.created_at, Subscription.id)
    )
    plans: dict[UUID, list[str]] = {}
    for row in session.execute(subscribed):
        plans.setdefault(row.account_id, []).append(row.slug)
    return plans
