"""A capability of gateways whose pages do not take the money by themselves; see `gateways.ports`."""

from typing import Protocol

from schemas.facts.payments import CaptureRequest, PaymentFact


class Captures(Protocol):
    """What customers agree to on a page is only taken when we say so: until then its payment is `approved`.

    Closing a page and capturing it exclude each other at the gateway: who comes second is told what the first one did.
    """

    def capture(self, request: CaptureRequest) -> PaymentFact:
        """Take what the customer agreed to, once per page: asked again, under whichever key, say what became of it.

        Captured; pending while the gateway looks into it; pending at a `page_url` where the customer has to come back,
        because what they chose was declined or they have not agreed; failed for good; or expired, where it was closed
        before. Rejected where it will not be taken, whoever asks.
        """
