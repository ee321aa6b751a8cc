"""Reads of accounts."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from billing.accounts.rules import hash_token
from billing.accounts.tables import Account, AccountRecipient, ConfirmationLink, EmailConfirmation, GatewayCustomer
from billing.accounts.tax_ids import is_checked
from billing.errors import Rejected
from database.among import is_among
from database.pages import FIRST_PAGE, Between, Paging, narrowed, newest_first
from schemas.recipients import MailKind
from schemas.views.accounts import (
    AccountSettingsView,
    AccountStatus,
    AccountView,
    ListedAccountView,
    PendingEmailView,
)
from schemas.views.base import Page

ADDRESS = ("line1", "line2", "city", "region", "postal_code", "country")


def get_account(session: Session, account_id: UUID) -> Account:
    """The account; raises Rejected `account_not_found`."""
    account = session.get(Account, account_id)
    if account is None:
        raise Rejected("account_not_found", f"There is no account {account_id}.", status=404)
    return account


def names_of_accounts(session: Session, account_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these are called, by id; no statement when there are none."""
    if not account_ids:
        return {}
    rows = session.execute(select(Account.id, Account.name).where(is_among(Account.id, account_ids)))
    return {row.id: row.name for row in rows}


def lock_account(session: Session, account_id: UUID) -> Account:
    """The account, nobody else's until commit; raises Rejected `account_not_found`. Locked before anything of it is.

    Rows that only refer to it may still be written meanwhile.
    """
    locked = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    session.execute(locked)
    return get_account(session, account_id)


def lock_overdrafts(session: Session, account_ids: Collection[UUID]) -> dict[UUID, int]:
    """How far below zero these accounts' use may go, and nobody else's until commit; locked in the order of ids."""
    wanted = select(Account.id, Account.credit_overdraft_max).where(is_among(Account.id, account_ids))
    locked = wanted.order_by(Account.id).with_for_update(key_share=True)
    return {row.id: row.credit_overdraft_max for row in session.execute(locked)}


def get_customer_ref(session: Session, account_id: UUID, gateway: str) -> str:
    """What the gateway calls the account, or an empty string as long as it has not told."""
    found = select(GatewayCustomer.customer_ref).where(
        GatewayCustomer.account_id == account_id,
        GatewayCustomer.gateway == gateway,
        GatewayCustomer.deleted_at.is_(None),
    )
    return session.scalar(found) or ""


def count_deleted_customers(session: Session, account_id: UUID, gateway: str) -> int:
    """How many customers of the account the gateway has deleted."""
    deleted = select(func.count()).where(
        GatewayCustomer.account_id == account_id,
        GatewayCustomer.gateway == gateway,
        GatewayCustomer.deleted_at.is_not(None),
    )
    return session.scalar(deleted) or 0


def find_account_of_customer(session: Session, gateway: str, customer_ref: str) -> UUID | None:
    """Whose customer this is; None for a customer that is not ours."""
    found = select(GatewayCustomer.account_id).where(
        GatewayCustomer.gateway == gateway, GatewayCustomer.customer_ref == customer_ref
    )
    return session.scalar(found)


def known_customers(session: Session, customers: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (gateway, customer) that are ours."""
    if not customers:
        return set()
    named = tuple_(GatewayCustomer.gateway, GatewayCustomer.customer_ref).in_(customers)
    rows = session.execute(select(GatewayCustomer.gateway, GatewayCustomer.customer_ref).where(named))
    return {(row.gateway, row.customer_ref) for row in rows}


def list_accounts(
    session: Session,
    paging: Paging = FIRST_PAGE,
    *,
    owner: str | None = None,
    billing_email: str | None = None,
    name_prefix: str | None = None,
    status: AccountStatus | None = None,
    created: Between | None = None,
) -> Page[ListedAccountView]:
    """A page of accounts, by their age. Of names and addresses, small letters and capitals are the same."""
    query = narrowed(select(Account), (Account.owner, owner), (Account.created_at, created))
    if billing_email is not None:
        query = query.where(func.lower(Account.billing_email) == func.lower(billing_email))
    if name_prefix is not None:
        escaped = name_prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(func.lower(Account.name).like(func.lower(escaped) + "%"))
    if status is not None:
        query = query.where(in_status(status))
    page, cursor = newest_first(session, query, Account, paging)
    return Page(data=[view_listed(account) for account in page], next_cursor=cursor)


def status_of(closed_at: datetime | None, suspended_at: datetime | None) -> AccountStatus:
    """Whether an account lives; one that was deleted is closed, whatever it was before."""
    if closed_at is not None:
        return AccountStatus.CLOSED
    return AccountStatus.ACTIVE if suspended_at is None else AccountStatus.SUSPENDED


def in_status(status: AccountStatus) -> ColumnElement[bool]:
    """The accounts of which `status_of` says so."""
    if status is AccountStatus.CLOSED:
        return Account.closed_at.is_not(None)
    is_suspended = Account.suspended_at.is_not(None)
    return and_(Account.closed_at.is_(None), is_suspended if status is AccountStatus.SUSPENDED else ~is_suspended)


def inactive_among(session: Session, account_ids: Collection[UUID]) -> dict[UUID, AccountStatus]:
    """Those of the accounts that are not active, and what they are instead. Holds none of their rows."""
    is_inactive = or_(Account.closed_at.is_not(None), Account.suspended_at.is_not(None))
    told = select(Account.id, Account.closed_at, Account.suspended_at)
    found = session.execute(told.where(is_among(Account.id, account_ids), is_inactive))
    return {row.id: status_of(row.closed_at, row.suspended_at) for row in found}


def refusal_of(status: AccountStatus, *, begins: bool) -> Rejected | None:
    """What is said where something is wanted of an account in this status, if it is refused; see `Command.begins`."""
    if status is AccountStatus.CLOSED:
        return account_closed()
    if status is AccountStatus.SUSPENDED and begins:
        return Rejected("account_suspended", "The account is suspended.", status=409)
    return None


def account_closed() -> Rejected:
    """What is said where something is to be begun for an account that was deleted."""
    return Rejected("account_closed", "The account was deleted.", status=409)


def find_waiting_email(session: Session, account_id: UUID, now: datetime) -> EmailConfirmation | None:
    """The billing e-mail that waits to be confirmed; None when none does, or it is too late. `now`: the account's."""
    waiting = select(EmailConfirmation).where(
        EmailConfirmation.account_id == account_id,
        EmailConfirmation.ended_at.is_(None),
        EmailConfirmation.expires_at > now,
    )
    return session.scalar(waiting)


def find_account_of_token(session: Session, token: str) -> UUID | None:
    """Whose billing e-mail a link confirms; None for a token that is none, or was used."""
    linked = select(EmailConfirmation.account_id).join(ConfirmationLink)
    return session.scalar(linked.where(ConfirmationLink.token_sha256 == hash_token(token)))


def find_waiting_by_token(session: Session, token: str, now: datetime) -> EmailConfirmation | None:
    """The one that a link confirms; None for a link that is none, was followed before, or is over."""
    linked = (
        select(EmailConfirmation)
        .join(ConfirmationLink)
        .where(ConfirmationLink.token_sha256 == hash_token(token), EmailConfirmation.expires_at > now)
    )
    return session.scalar(linked)


def recipients_of(session: Session, account_id: UUID) -> dict[MailKind, list[str]]:
    """Who else gets the account's mails, by their kind."""
    rows = session.scalars(select(AccountRecipient).where(AccountRecipient.account_id == account_id))
    found: dict[MailKind, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.email):
        found[row.kind].append(row.email)
    return dict(found)


def view_settings(session: Session, account: Account, now: datetime) -> AccountSettingsView:
    """What the customer says of itself; `now` is the account's own time."""
    waiting = find_waiting_email(session, account.id, now)
    pending = None
    if waiting is not None:
        pending = PendingEmailView(email=waiting.email, expires_at=waiting.expires_at, mails=waiting.mails)
    return AccountSettingsView(
        account_id=account.id,
        name=account.name,
        billing_address={field: getattr(account, field) for field in ADDRESS},
        tax_id=account.tax_id,
        tax_id_checked=is_checked(account.tax_id, account.country),
        billing_email=account.billing_email,
        pending_email=pending,
        recipients=recipients_of(session, account.id),
        time_zone=account.time_zone,
        locale=account.locale,
    )


def view_account(account: Account) -> AccountView:
    """An account as the API shows it."""
    return AccountView(**dict(view_listed(account)))


def view_listed(account: Account) -> ListedAccountView:
    """The same as a list shows it."""
    return ListedAccountView(
        id=account.id,
        name=account.name,
        slug=account.slug,
        owner=account.owner,
        billing_email=account.billing_email,
        billing_address={field: getattr(account, field) for field in ADDRESS},
        tax_id=account.tax_id,
        test_clock_id=account.clock_id,
        created_at=account.created_at,
        status=status_of(account.closed_at, account.suspended_at),
        suspended_at=account.suspended_at,
        closed_at=account.closed_at,
    )
