"""Reads of accounts for the company's own people."""

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.overview.activity import list_activity
from billing.overview.queries import (
    SHOWN_MAX,
    Sought,
    gateway_customers_of,
    open_invoices_of,
    owed_by,
    search_accounts,
)
from billing.subscriptions.queries import list_subscriptions
from billing.subscriptions.tables import SubscriptionStatus
from billing.whose import ACCOUNT
from database.pages import NEWEST_FIRST, Paging
from gateways.registry import VENDORS
from ingress.queries.accounts import show_account
from ingress.queries.credits import balance
from ingress.queries.filters import Listing, OfAccount, OfTime
from ingress.queries.payments import PaymentFilter, payments
from schemas.names import Name, Slug
from schemas.views.accounts import AccountStatus
from schemas.views.activity import ActivityKind, ActivityView
from schemas.views.admin_accounts import AccountFileView, FoundAccountView
from schemas.views.base import Page


class AccountSearch(Listing, OfTime):
    """A page of accounts. `q` is anything that one is known by: see the reference.

    `plan` and `subscription` are of one subscription, which has not ended unless that is what is asked.
    """

    sort: Literal["created", "-created", "name", "-name"] = NEWEST_FIRST
    q: Name | None = None
    status: AccountStatus | None = None
    plan: Slug | None = None
    subscription: SubscriptionStatus | None = None


def find_accounts(session: Session, wanted: AccountSearch) -> Page[FoundAccountView]:
    """`GET /v1/admin/accounts/`"""
    sought = Sought(wanted.q, wanted.status, wanted.plan, wanted.subscription, wanted.created)
    return search_accounts(session, sought, VENDORS, wanted.paging)


class ActivityFilter(Listing, OfTime):
    """A page of what happened to the account in the path, of one kind or of all, the newest first."""

    in_path = ACCOUNT

    sort: Literal["-created"] = NEWEST_FIRST
    id: UUID
    kind: ActivityKind | None = None


def account_activity(session: Session, wanted: ActivityFilter) -> Page[ActivityView]:
    """`GET /v1/admin/accounts/{id}/activity/`"""
    get_account(session, wanted.id)
    return list_activity(session, wanted.id, wanted.paging, kind=wanted.kind, written=wanted.created)


def account_file(session: Session, account_id: UUID) -> AccountFileView:
    """`GET /v1/admin/accounts/{id}/`"""
    newest, asked = Paging(limit=SHOWN_MAX), {"account_id": account_id, "limit": str(SHOWN_MAX)}
    return AccountFileView(
        **dict(show_account(session, account_id)),
        suspended_because=get_account(session, account_id).suspended_because,
        subscriptions=list_subscriptions(session, newest, account_id=account_id).data,
        credits=balance(session, OfAccount(account_id=account_id)),
        owed_minor=owed_by(session, account_id),
        open_invoices=open_invoices_of(session, account_id),
        last_payments=payments(session, PaymentFilter.model_validate(asked)).data,
        gateway_customers=gateway_customers_of(session, account_id),
    )
