"""What somebody wants to be billed by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.payment_methods.tables import ManualMethod
from schemas.commands.invoices import CreateInvoice


@dataclass(frozen=True, slots=True)
class BilledThing:
    """So many of a package, of a service, or of what costs `unit_minor`; words of the list unless there are others."""

    description: str
    quantity: int
    unit_minor: int | None = None
    package: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class BillByHand:
    """What is billed to whom, in how many days it is due, how it is to be paid if that is said, and if it is mailed.

    `shown_minor` is the total that was shown to whoever wanted it, if anything was.
    """

    account_id: UUID
    currency: str
    things: Sequence[BilledThing]
    due_days: int
    method: ManualMethod | None
    is_sent: bool
    cause: str
    shown_minor: int | None = None


def wish_of(command: CreateInvoice, cause: str) -> BillByHand:
    """What the command wants; `cause` makes its invoice the only one of its kind."""
    return BillByHand(
        account_id=command.account_id,
        currency=command.currency,
        things=[BilledThing(**line.model_dump()) for line in command.lines],
        due_days=command.due_days,
        method=ManualMethod(command.method) if command.method else None,
        is_sent=command.send,
        cause=cause,
        shown_minor=command.total_minor,
    )
