"""What the rest of Cashbeat may ask of a gateway. Implementations live in the vendors' rooms.

Every method raises `billing.errors.Rejected` or `billing.errors.Unavailable` and nothing else on purpose; any other
exception is a bug. From a method that only reads, an `Unavailable` means "no answer", `ambiguous` or not.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from schemas.documents import EmailFacts
from schemas.facts import CheckoutFact, CheckoutRequest, PaymentFact

EVENTS_LIMIT = 10_000  # an hour at three payments a second; a caller with more narrows its window


class PaymentGateway(Protocol):
    """A gateway with hosted checkouts. Calls block; none is made inside a database transaction."""

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFact:
        """Open a hosted checkout; the same request under the same key returns the same checkout for 24 hours."""

    def fetch_payment(self, *, checkout_ref: str = "", payment_ref: str = "") -> PaymentFact | None:
        """What the gateway says now about one payment, by either reference; None when it does not know it."""

    def find_checkout(
        self,
        attempt_id: str,
        *,
        created_after: datetime,
        created_before: datetime | None = None,
        customer_ref: str = "",
    ) -> CheckoutFact | None:
        """Search for the checkout of an attempt whose answer was lost, once its idempotency key is too old to repeat.

        None means that the gateway has none in that window. A search that meets its limit raises `Unavailable`,
        because "not among those I looked at" must not be read as "does not exist".
        """

    def list_events(
        self, *, created_after: datetime, types: Sequence[str], limit: int = EVENTS_LIMIT
    ) -> Iterator[bytes]:
        """Raw JSON of the gateway's events since then, newest first, each equal in meaning to its webhook's body.

        At most `limit` are given; exactly `limit` means that older ones may be missing.
        """


class EmailGateway(Protocol):
    """A sender of e-mail."""

    def send(self, email: EmailFacts, *, sender: str, idempotency_key: str) -> str:
        """Hand an e-mail over and return the vendor's id for it; a repeat within 24 hours sends nothing twice."""
