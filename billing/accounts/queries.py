"""Reads of accounts."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from billing.accounts.tables import Account, GatewayCustomer
from billing.errors import Rejected
from schemas.views.accounts import AccountView


def get_account(session: Session, account_id: UUID) -> Account:
    """The account; raises Rejected `account_not_found`."""
    account = session.get(Account, account_id)
    if account is None:
        raise Rejected("account_not_found", f"There is no account {account_id}.", status=404)
    return account


def lock_account(session: Session, account_id: UUID) -> Account:
    """The account, nobody else's until commit; raises Rejected `account_not_found`. Locked before anything of it is.

    Rows that only refer to it may still be written meanwhile.
    """
    locked = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    session.execute(locked)
    return get_account(session, account_id)


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


def view_account(account: Account) -> AccountView:
    """An account as the API shows it."""
    fields = ("line1", "line2", "city", "region", "postal_code", "country")
    return AccountView(
        id=account.id,
        name=account.name,
        slug=account.slug,
        owner=account.owner,
        billing_email=account.billing_email,
        billing_address={field: getattr(account, field) for field in fields},
        tax_id=account.tax_id,
        test_clock_id=account.clock_id,
        created_at=account.created_at,
    )
