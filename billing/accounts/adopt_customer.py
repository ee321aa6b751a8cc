"""Know a customer again that was made for one of our accounts, and that the books have forgotten."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import find_account_of_customer
from billing.accounts.tables import Account, GatewayCustomer
from billing.errors import UnknownMark
from database.rows import insert_unless_known
from schemas.facts.customers import CustomerFact


def adopt_customer(session: Session, fact: CustomerFact) -> UUID | None:
    """The account of a gateway's customer, which from now on is known to be its; None for a customer that is not ours.

    Raises UnknownMark when it was made for an account that is not in the books.
    """
    known_id = find_account_of_customer(session, fact.gateway, fact.customer_ref)
    if known_id is not None or not fact.account_id:
        return known_id
    try:
        account = session.get(Account, UUID(fact.account_id))
    except ValueError:
        account = None
    if account is None:
        raise UnknownMark(f"customer {fact.customer_ref} bears the mark of account {fact.account_id}")
    row = {"account_id": account.id, "gateway": fact.gateway, "customer_ref": fact.customer_ref}
    insert_unless_known(session, GatewayCustomer, row)
    return account.id
