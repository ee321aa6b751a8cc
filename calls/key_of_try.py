"""The idempotency key of one try of a call, and how long the first one serves."""

from datetime import datetime

from billing.clocks.wall import Wall
from database.operations import Operation
from gateways.gateway import Gateway


def key_of_try(gateway: Gateway, operation: Operation, key: str) -> str:
    """The operation's own as long as that helps; then another with every try, as a gateway may repeat a stored failure.

    For calls that look first, or that nobody minds twice: under the second key what the first did is not known.
    """
    return key if operation.attempts <= gateway.limits.same_key_attempts else fresh_key(key, operation.attempts)


def is_key_spent(gateway: Gateway, attempts: int, created_at: datetime, wall: Wall) -> bool:
    """Whether a repeat under the first key helps no more: its gateway keeps a failure under it, or has forgotten it."""
    return attempts > gateway.limits.same_key_attempts or wall.at - created_at > gateway.limits.key_window


def fresh_key(key: str, attempts: int) -> str:
    """Another key of the same call, for this attempt."""
    return f"{key}/{attempts}"
