"""Reads of accounts."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from billing.accounts.queries import get_account, list_accounts, view_account, view_settings
from billing.clocks.timelines import now_of
from billing.clocks.wall import Wall
from billing.disputes.queries import count_open
from billing.mail.queries import view_stop
from billing.privacy.queries import get_export_file, show_export
from billing.receipts.queries import kept_of
from database.pages import Between
from ingress.queries.filters import OfAccount, PageFilter, Sought
from schemas.emails import Email
from schemas.instants import Instant
from schemas.user_ids import UserId
from schemas.views.accounts import AccountSettingsView, AccountStatus, AccountView, ListedAccountView
from schemas.views.base import Page
from schemas.views.privacy import ExportView


class AccountFilter(PageFilter):
    """A page of accounts. `name` is how names begin; `[created_from, created_before)` is when they were opened."""

    owner: UserId | None = None
    email: Email | None = None
    name: Annotated[Sought, Field(min_length=1)] | None = None
    status: AccountStatus | None = None
    created_from: Instant | None = None
    created_before: Instant | None = None


def accounts(session: Session, wanted: AccountFilter) -> Page[ListedAccountView]:
    """`GET /v1/accounts/`"""
    return list_accounts(
        session,
        wanted.paging,
        owner=wanted.owner,
        billing_email=wanted.email,
        name_prefix=wanted.name,
        status=wanted.status,
        created=Between(wanted.created_from, wanted.created_before),
    )


def show_account(session: Session, account_id: UUID) -> AccountView:
    """`GET /v1/accounts/{id}/`"""
    account = view_account(get_account(session, account_id))
    more = {
        "kept_minor": kept_of(session, account_id),
        "open_disputes": count_open(session, account_id),
        "mail_stopped": view_stop(session, account.billing_email),
    }
    return account.model_copy(update=more)


def own_account(session: Session, wanted: OfAccount) -> AccountView:
    """`GET /v1/account/`"""
    return show_account(session, wanted.account_id)


def account_export(session: Session, account_id: UUID) -> ExportView:
    """`GET /v1/accounts/{id}/export/`"""
    return show_export(session, account_id, datetime.now(UTC))


def own_export(session: Session, wanted: OfAccount) -> ExportView:
    """`GET /v1/account/export/`"""
    return account_export(session, wanted.account_id)


def export_file(session: Session, account_id: UUID) -> Callable[[Request], Response]:
    """`GET /v1/accounts/{id}/export/file/`: a ZIP file, to be saved and kept nowhere on the way."""
    content = get_export_file(session, account_id, datetime.now(UTC))
    name = f'attachment; filename="account-{account_id}.zip"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return lambda _request: Response(content, headers=headers, media_type="application/zip")


def show_settings(session: Session, account_id: UUID) -> AccountSettingsView:
    """`GET /v1/accounts/{id}/settings/`"""
    return view_settings(
        session, get_account(session, account_id), now_of(session, account_id, Wall(datetime.now(UTC)))
    )


def own_settings(session: Session, wanted: OfAccount) -> AccountSettingsView:
    """`GET /v1/account/settings/`"""
    return show_settings(session, wanted.account_id)
