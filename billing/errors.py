"""Three families of error.

    BillingError
    ├── Rejected      a business outcome: recorded, shown to the caller, never retried
    └── Unavailable   weather: retried with growing waits, then parked
        └── NotConnected   a person has yet to connect a vendor: nobody was asked, so it waits and no try is counted

Anything else is a bug: it fails loudly and is parked with its traceback. So is what bears our mark and is unknown here.
"""


class BillingError(Exception):
    """Root of the errors that Cashbeat raises on purpose."""


class Rejected(BillingError):
    """A business outcome that a retry cannot change.

    `code` is a stable snake_case word for programs, `detail` one sentence for people, `status` the HTTP status
    the API shows for it. `members` are what else a program is told, by name.
    """

    def __init__(self, code: str, detail: str, status: int = 422, **members: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.members = members


class Unavailable(BillingError):
    """The other side did not give a usable answer; the same request may work later.

    `ambiguous` is true when the other side may have acted although no answer came (a time-out after sending, a cut
    connection, a 5xx): the outcome is unknown and must be looked up or repeated under the same idempotency key.
    Where a vendor refuses us or gives no answer, `detail` names it: by that its work is found (`billing.waking`).
    `retry_after_seconds` is the wait the other side asked for, when it asked.
    """

    def __init__(self, detail: str, *, ambiguous: bool = False, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.ambiguous = ambiguous
        self.retry_after_seconds = retry_after_seconds


class NotConnected(Unavailable):
    """A vendor is disabled, or there is nothing to call it with: it was not asked. A person sees to it.

    What waits for that is found by `waits_for`, with which the text begins.
    """

    def __init__(self, vendor: str, reason: str) -> None:
        super().__init__(self.waits_for(vendor) + reason)

    @staticmethod
    def waits_for(vendor: str) -> str:
        """How the text of each one about this vendor begins."""
        return f"{vendor} is not called: "


class NeverConnected(NotConnected):
    """A vendor that nobody has given a key: where no vendor was named, the next one is asked in its place."""


class UnknownMark(Exception):
    """Something at a gateway bears our mark, and the books do not know what it names.

    They knew it when they wrote the mark: they were restored from a backup since, or the gateway serves other books as
    well. Never passed over as somebody else's: it is parked, for a person to look at.
    """
