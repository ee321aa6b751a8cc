"""Find the page that was opened for the same start: whoever asks once more is led there, where it cannot be closed."""

from typing import Any
from uuid import UUID

from billing.cycle.start.admit import starts_on_pages
from database.operations import Operation
from schemas.commands.subscriptions import StartSubscriptionCheckout
from workers.wiring import Work

# which pages of the product's the customer comes back to makes no other start
WHEREVER = {"success_url": "https://app.example/", "cancel_url": "https://app.example/"}


def find_same_start(work: Work, command: StartSubscriptionCheckout, own_id: UUID) -> dict[str, Any] | None:
    """What was answered to whoever asked for it first; None where what is open is another start, or is not open yet."""
    with work.database.transaction() as session:
        for start in starts_on_pages(session, command.account_id, command.plan.plan):
            begun = session.get(Operation, start.id)
            if begun is not None and begun.id != own_id and begun.result and _is_same(begun, command):
                return begun.result
    return None


def _is_same(begun: Operation, command: StartSubscriptionCheckout) -> bool:
    first = StartSubscriptionCheckout.model_validate(begun.body)
    return first.model_copy(update=WHEREVER) == command.model_copy(update=WHEREVER)
