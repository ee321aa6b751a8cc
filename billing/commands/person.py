"""Which person stands behind a command."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.manual_payments.rules import KEY, STAFF
from database.api_keys import is_of_key, name_of_key
from database.operations import Operation
from database.staff import STAFF_CALLER, name_of_member


def person_of(session: Session, operation: Operation) -> str:
    """Who decides, by name: staff and keys of one name are one person. A product gives itself any name and is nobody.

    Raises Rejected `not_a_person`.
    """
    if not (is_of_key(operation.caller) or operation.caller.startswith(STAFF_CALLER)):
        raise Rejected("not_a_person", "A product cannot decide about a payment; a person with an API key can.")
    return asker_of(session, operation)


def asker_of(session: Session, operation: Operation) -> str:
    """Who wants it: a person by name, or somebody else as operations remember them."""
    if operation.caller.startswith(STAFF_CALLER):
        return STAFF + name_of_member(session, UUID(operation.caller.removeprefix(STAFF_CALLER)))
    if is_of_key(operation.caller):
        return KEY + name_of_key(session, UUID(operation.caller))
    return operation.caller
