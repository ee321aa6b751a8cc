"""The account's customer at a gateway, made when it is first needed."""

from datetime import timedelta
from uuid import UUID

from billing.accounts.queries import count_deleted_customers, get_account, get_customer_ref
from billing.accounts.tables import GatewayCustomer
from billing.clocks.tables import TestClock
from database.rows import insert_unless_known
from schemas.facts import CustomerRequest
from workers.wiring import Work

# Stripe forgets an idempotency key after 24 hours: an account older than that may have a customer we never heard of.
KEY_WINDOW = timedelta(hours=23)


def ensure_customer(work: Work, gateway: str, account_id: UUID) -> str:
    """The reference of the account's customer. Two callers at once make one: the key is the account's.

    After a customer was deleted at the gateway the next one has a key of its own: the first would bring it back.
    Raises Rejected `account_not_found`. Not to be called inside a transaction.
    """
    with work.database.transaction() as session:
        if known := get_customer_ref(session, account_id, gateway):
            return known
        deleted = count_deleted_customers(session, account_id, gateway)
        account = get_account(session, account_id)
        clock = session.get(TestClock, account.clock_id) if account.clock_id else None
    cards = work.room(gateway).cards
    made = ""
    if work.now() - account.created_at > KEY_WINDOW:
        made = cards.find_customer(str(account_id), email=account.billing_email, created_after=account.created_at)
    if not made:
        made = cards.create_customer(
            CustomerRequest(
                account_id=str(account_id),
                idempotency_key=f"cashbeat/customer/{account_id}" + (f"/{deleted}" if deleted else ""),
                name=account.name,
                email=account.billing_email,
                clock_ref=clock.clock_ref if clock else "",
            )
        )
    with work.database.transaction() as session:
        row = {"account_id": account_id, "gateway": gateway, "customer_ref": made}
        insert_unless_known(session, GatewayCustomer, row)
        return get_customer_ref(session, account_id, gateway)
