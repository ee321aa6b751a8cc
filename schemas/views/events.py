"""Events, and the objects in them that no other answer shows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.views.base import View


class EventView(View):
    """What the product is told, in a list and by webhook alike: the same id has the same content for ever.

    `data` is the object as it was then, in the form of this `schema_version`. Ordered by `sequence` within its account;
    `happened_at` is when the change was begun.
    """

    id: UUID
    type: str
    schema_version: int
    account_id: UUID
    sequence: int
    happened_at: datetime
    data: dict[str, Any]


class EventPage(View):
    """Events in the order in which they happened. `next_cursor` goes on after the last of them, now or later.

    With `has_more` there are others already; without, ask again after a while.
    """

    data: list[EventView]
    next_cursor: str
    has_more: bool


class PaymentAttemptView(View):
    """A try to be paid, whose end is told by its `status`; `failure_code` says why a gateway has refused it.

    The money itself, once it is there, is a receipt.
    """

    id: UUID
    account_id: UUID
    invoice_id: UUID
    kind: str
    gateway: str
    status: str
    amount_minor: int
    currency: str
    failure_code: str
    created_at: datetime


class CreditGrantView(View):
    """Credits of one cause: a package that was paid, or a period of a plan. Frozen ones cannot be used for now."""

    id: UUID
    account_id: UUID
    source: str
    amount: int
    subscription_id: UUID | None
    is_frozen: bool
    granted_at: datetime
    expires_at: datetime | None
