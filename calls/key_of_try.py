"""The idempotency key of one try of an operation."""

from database.operations import Operation
from gateways.gateway import Gateway


def key_of_try(gateway: Gateway, operation: Operation, key: str) -> str:
    """The operation's own as long as that helps; then another with every try, as a gateway may repeat a stored failure.

    For calls that look first, or that nobody minds twice: under the second key what the first did is not known.
    """
    return key if operation.attempts <= gateway.limits.same_key_attempts else f"{key}/{operation.attempts}"
