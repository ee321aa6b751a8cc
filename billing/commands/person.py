"""Which person stands behind a command."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.manual_payments.rules import KEY
from database.api_keys import name_of_key
from database.operations import PRODUCT_CALLER, Operation


def person_of(session: Session, operation: Operation) -> str:
    """Who decides. A product gives itself any name and is nobody; keys of one name are one person's.

    Raises Rejected `not_a_person`.
    """
    if operation.caller.startswith(PRODUCT_CALLER):
        raise Rejected("not_a_person", "A product cannot decide about a payment; a person with an API key can.")
    return asker_of(session, operation)


def asker_of(session: Session, operation: Operation) -> str:
    """Who wants it: a person, or a product."""
    try:
        key_id = UUID(operation.caller)
    except ValueError:
        return operation.caller
    return KEY + name_of_key(session, key_id)
