"""One call to PayPal, as all parts of the client make it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from billing.errors import Rejected
from gateways.paypal.answers import an_object, named_object
from gateways.paypal.connection import Connection
from gateways.paypal.errors import NOT_FOUND
from gateways.paypal.shapes import Json

Answered = TypeVar("Answered")


class Calls:
    """Calls over this connection. `merchant_id` is ours at PayPal; empty: payees are not compared."""

    def __init__(self, connection: Connection, merchant_id: str = "") -> None:
        self._connection = connection
        self._merchant_id = merchant_id

    def post_raw(self, path: str, body: bytes) -> Json:
        """Post JSON that must arrive to the byte, and have an object for an answer."""
        return an_object(self._connection.call("POST", path, body=body))

    def _known(
        self, path: str, reference: str, *, name: str = "id", query: Mapping[str, str] | None = None
    ) -> Json | None:
        """The object of this id, or None when PayPal has none (any more: what was not paid it forgets in hours)."""
        return or_none(lambda: named_object(self._connection.call("GET", path, query=query), reference, name=name))

    def _list(self, path: str, query: Mapping[str, str]) -> Json:
        """One page of a list."""
        return an_object(self._connection.call("GET", path, query=query))

    def _post(self, path: str, body: Mapping[str, Any], idempotency_key: str, reference: str = "") -> Json:
        """A change that has its effect once under this key, for as long as PayPal keeps keys of its kind.

        The answer is the object that was made, or the one of this id that was changed.
        """
        return named_object(self._connection.call("POST", path, body=body, key=idempotency_key), reference)


def or_none(ask: Callable[[], Answered]) -> Answered | None:
    """What PayPal answers; None where it says that there is no such object (any more)."""
    try:
        return ask()
    except Rejected as refusal:
        if refusal.code == NOT_FOUND:
            return None
        raise


def segment(reference: str) -> str:
    """A reference as one piece of a path, whatever it contains."""
    return quote(reference, safe="")
