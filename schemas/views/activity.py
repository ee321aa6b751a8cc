"""What happened to an account."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from schemas.views.base import View


class ActivityKind(StrEnum):
    """What kind of thing happened."""

    EVENT = "event"
    COMMAND = "command"
    INVOICE = "invoice"
    PAYMENT = "payment"
    RECEIPT = "receipt"
    CLAIM = "claim"
    REFUND = "refund"
    CREDIT_NOTE = "credit_note"
    DISPUTE = "dispute"
    CREDITS = "credits"
    MAIL = "mail"
    GATEWAY = "gateway"
    PERSON = "person"


class ActivityView(View):
    """One thing that happened to an account, at `at`; `id` is that of the thing itself, which other routes show.

    `what` says more of its kind, `status` how it stands now. `amount` counts `unit`: minor units of a currency, or
    `credits`. `reference` is a number, a gateway or the id of what it is about, `who` somebody who wanted it.
    """

    account_id: UUID
    kind: ActivityKind
    what: str
    at: datetime
    id: UUID
    status: str | None
    amount: int | None
    unit: str | None
    reference: str | None
    who: str | None
