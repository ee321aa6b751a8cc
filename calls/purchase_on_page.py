"""Buy a package on a gateway's page, where that was asked for or nothing is saved that could be charged."""

from typing import Any

from sqlalchemy.orm import Session

from billing.cards.queries import get_default_card
from calls.open_checkout import open_checkout
from database.operations import Operation
from schemas.commands.credits import PurchaseCredits
from schemas.commands.payments import StartCreditCheckout
from workers.claims import Act
from workers.wiring import Work


def is_on_page(work: Work, operation: Operation, command: PurchaseCredits) -> bool:
    """Whether this purchase is made on a page. What an operation has begun so it goes on with so."""
    if command.method is not None or command.success_url is None:
        return command.is_on_page
    with work.database.transaction() as session:
        return get_default_card(session, command.account_id) is None


def purchase_on_page(work: Work, operation: Operation, command: PurchaseCredits) -> Act:
    """The same conversation as `start_credit_checkout` has."""
    wanted = StartCreditCheckout.model_validate(
        {
            "account_id": command.account_id,
            "package": command.package,
            "success_url": command.success_url,
            "cancel_url": command.cancel_url,
            "gateway": command.method,
        }
    )
    opened = open_checkout(work, operation, wanted)

    def act(session: Session) -> dict[str, Any]:
        return {"paid_by": "page", **(opened(session) or {})}

    return act
