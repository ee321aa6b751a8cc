"""The account's customer at a gateway, made when it is first needed."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import count_deleted_customers, get_account, get_customer_ref
from billing.accounts.tables import Account, GatewayCustomer
from billing.clocks.tables import TestClock
from database.rows import insert_unless_known
from gateways.gateway import Gateway
from schemas.facts.customers import CustomerRequest
from workers.wiring import Work


def ensure_customer(work: Work, gateway: Gateway, account_id: UUID, attempts: int) -> str:
    """The reference of the account's customer. Two callers at once make one: the key is the account's.

    After a customer was deleted at the gateway the next one has a key of its own: the first would bring it back. Once
    the caller has made more `attempts` than one key is good for, it is looked for first, and made under another.
    Raises Rejected `account_not_found`. Not to be called inside a transaction.
    """
    with work.database.transaction() as session:
        if known := get_customer_ref(session, account_id, gateway.name):
            return known
        account = get_account(session, account_id)
        request = _request(session, gateway.name, account)
    is_key_spent = attempts > gateway.limits.same_key_attempts
    if is_key_spent:
        request = replace(request, idempotency_key=f"{request.idempotency_key}/try/{attempts}")
    made = _find(work, gateway, account, is_key_spent) or gateway.saved_methods.create_customer(request)
    with work.database.transaction() as session:
        row = {"account_id": account_id, "gateway": gateway.name, "customer_ref": made}
        insert_unless_known(session, GatewayCustomer, row)
        return get_customer_ref(session, account_id, gateway.name)


def _request(session: Session, gateway: str, account: Account) -> CustomerRequest:
    deleted = count_deleted_customers(session, account.id, gateway)
    clock = session.get(TestClock, account.clock_id) if account.clock_id else None
    return CustomerRequest(
        account_id=str(account.id),
        idempotency_key=f"cashbeat/customer/{account.id}" + (f"/{deleted}" if deleted else ""),
        name=account.name,
        email=account.billing_email,
        clock_ref=clock.clock_ref if clock and clock.gateway == gateway else "",
    )


def _find(work: Work, gateway: Gateway, account: Account, is_key_spent: bool) -> str:
    """Where the key is spent, or the account older than one is honoured, one may have been made unheard of."""
    if not is_key_spent and work.wall().at - account.created_at <= gateway.limits.key_window:
        return ""
    made_after = account.created_at
    return gateway.saved_methods.find_customer(str(account.id), email=account.billing_email, created_after=made_after)
