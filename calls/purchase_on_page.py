"""Buy a package on a gateway's page, where that was asked for or nothing is saved that could be charged."""

from typing import Any

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.cards.queries import get_default_card
from billing.catalog.queries import get_package
from billing.clocks.timelines import now_of
from billing.payments.quote_package import check_shown, quote_package
from calls.open_checkout import open_checkout
from database.operations import Operation
from gateways.gateway import Capability
from schemas.commands.credits import PurchaseCredits
from schemas.commands.payments import StartCreditCheckout
from workers.claims import Act
from workers.wiring import Work


def is_on_page(work: Work, operation: Operation, command: PurchaseCredits) -> bool:
    """Whether this purchase is made on a page. What an operation has begun so it goes on with so.

    None opens instead of what was shown to be charged.
    """
    if command.method is not None or command.success_url is None or command.shown_card_id is not None:
        return command.is_on_page
    with work.database.transaction() as session:
        return get_default_card(session, command.account_id) is None


def purchase_on_page(work: Work, operation: Operation, command: PurchaseCredits) -> Act:
    """The same conversation as `start_credit_checkout` has. Raises Rejected `quote_stale` before a page is opened."""
    if command.total_minor is not None:
        _check_price(work, command, command.total_minor)
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


def _check_price(work: Work, command: PurchaseCredits, shown_minor: int) -> None:
    gateway = work.choose(Capability.CHECKOUT, command.method)
    with work.database.transaction() as session:
        account, package = get_account(session, command.account_id), get_package(session, command.package)
        now = now_of(session, account.id, work.wall())
        check_shown(quote_package(session, account, package, gateway.name, now).total.minor, shown_minor)
