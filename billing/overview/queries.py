"""Reads for the company's own people: accounts, whatever they are known by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from billing.accounts.queries import in_status, view_listed
from billing.accounts.tables import Account, GatewayCustomer
from billing.catalog.tables import Plan, PlanPrice, PlanVersion
from billing.invoices.queries import view_invoices
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.subscriptions.rules import ENDED
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, in_order, narrowed
from schemas.views.accounts import AccountStatus
from schemas.views.admin_accounts import FoundAccountView, GatewayCustomerView
from schemas.views.base import Page
from schemas.views.invoices import InvoiceView

ORDERS = {"created": Account.created_at, "name": Account.name}
# of one account; who wants all of them asks for the list
SHOWN_MAX = 20


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


def _is_open(account_id: UUID) -> ColumnElement[bool]:
    return (Invoice.account_id == account_id) & (Invoice.status == InvoiceStatus.PENDING)


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
